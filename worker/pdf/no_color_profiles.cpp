// The worker reads text and never draws, yet poppler builds an ICC colour transform for every profile it
// meets, and reads the profiles: about three quarters of its time on real contracts. The program's own
// definitions of the functions come before those of the libraries. A null transform makes poppler use the
// device colours instead. Part of docket-extract alone: who draws pages wants their colours.
#include <cstdint>

#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Error.h>
#include <Gfx.h>
#include <GfxState.h>
#include <Object.h>

#include <algorithm>
#include <memory>

namespace {

std::unique_ptr<GfxColorSpace> device_colors(int components) {
  switch (components) {
    case 1:
      return std::make_unique<GfxDeviceGrayColorSpace>();
    case 3:
      return std::make_unique<GfxDeviceRGBColorSpace>();
    case 4:
      return std::make_unique<GfxDeviceCMYKColorSpace>();
    default:
      return nullptr;
  }
}

}  // namespace

/// As poppler's, without the profile itself: a stream of up to some megabytes.
GfxColorSpace* GfxICCBasedColorSpace::parse(Array* arr, OutputDev* out, GfxState* state, int recursion) {
  const auto refuse = [](const char* why) {
    error(errSyntaxWarning, -1, "Bad ICCBased color space{0:s}", why);
    return nullptr;
  };
  if (arr->getLength() < 2) return refuse("");
  const Object& reference = arr->getNF(1);
  const Ref profile = reference.isRef() ? reference.getRef() : Ref::INVALID();
  const Object stream = arr->get(1);
  if (!stream.isStream()) return refuse(" (stream)");
  const Dict& dict = *stream.streamGetDict();
  const Object count = dict.lookup("N");
  if (!count.isInt()) return refuse(" (N)");
  const int components = std::min(count.getInt(), 4);
  Object alternate = dict.lookup("Alternate");
  std::unique_ptr<GfxColorSpace> colors;
  if (!alternate.isNull()) colors.reset(GfxColorSpace::parse(nullptr, &alternate, out, state, recursion + 1));
  if (!colors) colors = device_colors(components);
  if (!colors) return refuse(" - invalid N");
  if (colors->getNComps() != components) return refuse(" - N doesn't match alt color space");
  auto* const space = new GfxICCBasedColorSpace(components, colors.release(), &profile);
  const Object range = dict.lookup("Range");
  if (!range.isArray() || range.arrayGetLength() != 2 * components) return space;
  for (int i = 0; i < components; ++i) {
    space->rangeMin[i] = range.arrayGet(2 * i).getNumWithDefaultValue(0);
    space->rangeMax[i] = range.arrayGet(2 * i + 1).getNumWithDefaultValue(1);
  }
  return space;
}

/// Would read the profile of the printer that the document is meant for, for each page and pattern.
void Gfx::initDisplayProfile() {}

#endif

// Declared here, not included: the worker has no other use for lcms.
extern "C" {

void* cmsCreateTransform(void*, std::uint32_t, void*, std::uint32_t, std::uint32_t, std::uint32_t) {
  return nullptr;
}

void* cmsCreateTransformTHR(void*, void*, std::uint32_t, void*, std::uint32_t, std::uint32_t, std::uint32_t) {
  return nullptr;
}

}  // extern "C"
