#pragma once
#include <leptonica/allheaders.h>

#include <memory>

namespace docket::worker {

struct PixDeleter {
  void operator()(Pix* pix) const { pixDestroy(&pix); }
};
/// A picture of leptonica's; null where there was no memory, or nothing to make it of.
using PixPtr = std::unique_ptr<Pix, PixDeleter>;

}  // namespace docket::worker
