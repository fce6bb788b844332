#pragma once
#include <leptonica/allheaders.h>

#include <memory>

namespace docket::worker {

struct PixDeleter {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
/// A picture of leptonica's; null where there was no memory, or nothing to make it of.
using PixPtr = std::unique_ptr<Pix, PixDeleter>;

/// For leptonica's functions, which take no pointer to const also where they change nothing.
inline Pix* unlocked(const Pix& pix) { return const_cast<Pix*>(&pix); }

}  // namespace docket::worker
