#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/text.h"

namespace docket {

/// A piece of text at a place of a page.
struct Placed {
  float left, top;
  std::string_view text;
};

/// A text without boxes, as a text file gives it; a form feed parts pages.
std::shared_ptr<const Text> plain_text(std::string_view text);

/// One page with a box for each word, 5 points a letter and 10 points high; the text has the pieces in the
/// order given, each on a line of its own.
std::shared_ptr<const Text> placed_text(std::initializer_list<Placed> pieces);

}  // namespace docket
