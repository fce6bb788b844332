#pragma once
#include <cstddef>
#include <vector>

#include "worker/pdf/actual_text.h"
#include "worker/pdf/drawing_state.h"
#include "worker/pdf/drawn_boxes.h"
#include "worker/pdf/glyph.h"
#include "worker/pdf/letter_judge.h"
#include "worker/pdf/letter_measure.h"
#include "worker/pdf/page_to_draw.h"
#include "worker/pdf/paints.h"
#include "worker/pdf/shadows.h"
#include "worker/pdf/text_device.h"

namespace docket::worker {

/// Looks at a page while poppler draws it: judges every letter, notes what else is painted, and passes on the
/// letters that seem to be seen, run straight and repeat no others. What is painted over them comes later:
/// see Verdict.
class LookingDevice final : public TextDevice {
 public:
  explicit LookingDevice(const PageToDraw& page);

  /// Letters that are no blanks, in the order of the page.
  const std::vector<Glyph>& glyphs() const { return glyphs_; }
  std::vector<Glyph>& glyphs() { return glyphs_; }
  const Runs& runs() const { return runs_; }
  const Paints& paints() const { return paints_; }
  /// Whether the n-th /ActualText that is in no other says something else than its letters.
  const std::vector<bool>& false_texts() const { return false_texts_.are_false(); }

  void startPage(int number, GfxState* state, XRef* xref) override;
  void endPage() override;

  void saveState(GfxState* state) override;
  void restoreState(GfxState* state) override;
  void updateCTM(GfxState* state, double, double, double, double, double, double) override { state_ = state; }
  void updateFillColorSpace(GfxState* state) override { change_inks(state); }
  void updateFillColor(GfxState* state) override { change_inks(state); }
  void updateStrokeColorSpace(GfxState* state) override { change_inks(state); }
  void updateStrokeColor(GfxState* state) override { change_inks(state); }

  void beginTransparencyGroup(GfxState* state, const double* box, GfxColorSpace* blending, bool is_isolated,
                              bool is_knockout, bool is_mask) override;
  void setSoftMask(GfxState*, const double*, bool, Function*, GfxColor*) override {
    drawing_.set_soft_mask();
  }
  void clearSoftMask(GfxState*) override { drawing_.clear_soft_mask(); }

  void clip(GfxState* state) override { narrow(*state); }
  void eoClip(GfxState* state) override { narrow(*state); }
  void clipToStrokePath(GfxState*) override { drawing_.clip_to_ragged_path(); }

  bool needNonText() override;
  void fill(GfxState* state) override { paint_path(*state, FillRule::nonzero); }
  void eoFill(GfxState* state) override { paint_path(*state, FillRule::even_odd); }
  void stroke(GfxState* state) override { paint_lines(*state); }
  bool useShadedFills(int) override { return true; }
  bool functionShadedFill(GfxState* state, GfxFunctionShading*) override { return paint_clip(*state); }
  bool axialShadedFill(GfxState* state, GfxAxialShading*, double, double) override {
    return paint_clip(*state);
  }
  bool radialShadedFill(GfxState* state, GfxRadialShading*, double, double) override {
    return paint_clip(*state);
  }
  bool gouraudTriangleShadedFill(GfxState* state, GfxGouraudTriangleShading*) override {
    return paint_clip(*state);
  }
  bool patchMeshShadedFill(GfxState* state, GfxPatchMeshShading*) override { return paint_clip(*state); }

  void beginTextObject(GfxState*) override { text_object_ = glyphs_.size(); }
  void endTextObject(GfxState*) override;
  void beginString(GfxState*, const GooString* string) override;
  void beginActualText(GfxState* state, const GooString* said) override;
  void endActualText(GfxState* state) override;
  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y,
                CharCode code, int bytes, const Unicode* text, int length) override;

 private:
  void draw_letter(const ShownLetter& letter) override;

  void change_inks(GfxState* state);
  void narrow(GfxState& state);
  void add(Paints::Kind kind, const Box& box, const Rgb& colour);
  void paint_path(GfxState& state, FillRule rule);
  void paint_lines(GfxState& state);
  bool paint_clip(GfxState& state);
  void paint_unknown();

  GfxState* state_ = nullptr;  ///< The last that poppler told of: the current one, or what it was made from.
  DrawingState drawing_;
  Paints paints_;
  PathBounds bounds_;

  LetterRuler ruler_;
  LetterJudge judge_;
  Runs runs_;
  std::vector<Glyph> glyphs_;
  std::size_t text_object_ = 0;  ///< Letters before it.
  bool clips_ = false;           ///< The text object becomes the clipping path at its end.
  ActualTexts actual_texts_;
  FalseTexts false_texts_;
};

}  // namespace docket::worker
