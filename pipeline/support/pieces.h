#pragma once
#include <functional>
#include <string_view>

namespace docket {

/// Takes the next piece of something that is too long to be held as a whole. False: no more is wanted.
using TakePiece = std::function<bool(std::string_view piece)>;

/// Gives such a thing, piece by piece and in order; the same bytes each time.
using Pieces = std::function<void(const TakePiece& take)>;

/// In one piece; `content` is borrowed.
inline Pieces whole(std::string_view content) {
  return [content](const TakePiece& take) { take(content); };
}

}  // namespace docket
