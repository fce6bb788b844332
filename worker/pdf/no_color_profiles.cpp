// The worker reads text and never draws, yet poppler builds an ICC colour transform for every profile it
// meets: about three quarters of its time on real contracts. The program's own definitions of the two
// functions that build them come before those of liblcms2, and a null transform makes poppler use the device
// colours instead. Declared here, not included: the worker has no other use for lcms.
#include <cstdint>

extern "C" {

void* cmsCreateTransform(void*, std::uint32_t, void*, std::uint32_t, std::uint32_t, std::uint32_t) {
  return nullptr;
}

void* cmsCreateTransformTHR(void*, void*, std::uint32_t, void*, std::uint32_t, std::uint32_t, std::uint32_t) {
  return nullptr;
}

}  // extern "C"
