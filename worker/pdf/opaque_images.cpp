#include "worker/pdf/opaque_images.h"

#include <GfxState.h>
#include <OutputDev.h>

#include "worker/pdf/drawing_state.h"
#include "worker/pdf/drawn_boxes.h"

namespace docket::worker {
namespace {

class ImageDevice final : public OutputDev {
 public:
  explicit ImageDevice(std::vector<Box>& found) : found_(found) {}

  bool upsideDown() override { return true; }
  bool useDrawChar() override { return true; }
  bool interpretType3Chars() override { return false; }
  bool useTilingPatternFill() override { return true; }
  bool tilingPatternFill(GfxState*, Gfx*, Catalog*, GfxTilingPattern*, const double*, int, int, int, int,
                         double, double) override {
    return true;
  }
  bool useShadedFills(int) override { return true; }
  bool functionShadedFill(GfxState*, GfxFunctionShading*) override { return true; }
  bool axialShadedFill(GfxState*, GfxAxialShading*, double, double) override { return true; }
  bool radialShadedFill(GfxState*, GfxRadialShading*, double, double) override { return true; }
  bool gouraudTriangleShadedFill(GfxState*, GfxGouraudTriangleShading*) override { return true; }
  bool patchMeshShadedFill(GfxState*, GfxPatchMeshShading*) override { return true; }

  void drawImage(GfxState* state, Object* ref, Stream* stream, int width, int height,
                 GfxImageColorMap* colours, bool interpolate, const int* mask, bool is_inline) override {
    if (!mask && state->getFillOpacity() >= opaque && state->getBlendMode() == gfxBlendNormal)
      found_.push_back(common(unit_square(*state), clip_of(*state)));
    OutputDev::drawImage(state, ref, stream, width, height, colours, interpolate, mask, is_inline);
  }
  void drawSoftMaskedImage(GfxState*, Object*, Stream*, int, int, GfxImageColorMap*, bool, Stream*, int, int,
                           GfxImageColorMap*, bool) override {}
  void drawMaskedImage(GfxState*, Object*, Stream*, int, int, GfxImageColorMap*, bool, Stream*, int, int,
                       bool, bool) override {}

 private:
  std::vector<Box>& found_;
};

}  // namespace

OpaqueImages::OpaqueImages(const PageToDraw& page) {
  ImageDevice device(images_);
  page.draw(device);
}

bool OpaqueImages::hide(const Box& box, const Paints& paints) const {
  for (const Box& image : images_) {
    if (!paints.may_compare()) return false;
    if (contains(image, box)) return true;
  }
  return false;
}

}  // namespace docket::worker
