#include "worker/pdf_page.h"

#include <GfxFont.h>
#include <GfxState.h>
#include <PDFDoc.h>
#include <Page.h>
#include <TextOutputDev.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <optional>
#include <unordered_map>
#include <utility>

#include "worker/clean_text.h"
#include "worker/marks.h"
#include "worker/paints.h"

namespace docket::worker {
namespace {

constexpr float straight = 0.5f;      ///< Degrees off a quarter turn that a line may run and still is level.
constexpr float smallest_letter = 1;  ///< Points.
constexpr float seen_difference = 0.05f;  ///< Of two colours, from which one is seen on the other.
constexpr double faintest = 0.02;         ///< Opacity.
constexpr double opaque = 0.99;           ///< Opacity from which nothing shines through.
constexpr std::size_t most_slants = 4;    ///< Directions of slanted text on a page that are read as lines.

struct Point {
  double x = 0, y = 0;
};

Point on_page(const GfxState& state, double x, double y) {
  Point at;
  state.transform(x, y, &at.x, &at.y);
  return at;
}

/// Grows around points.
class Bounds {
 public:
  void add(const Point& p) {
    box_ = {std::min(box_.left, static_cast<float>(p.x)), std::min(box_.top, static_cast<float>(p.y)),
            std::max(box_.right, static_cast<float>(p.x)), std::max(box_.bottom, static_cast<float>(p.y))};
  }
  const Box& box() const { return box_; }

 private:
  static constexpr float far = std::numeric_limits<float>::max();
  Box box_{far, far, -far, -far};
};

Box common(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

bool is_finite(const Box& box) {
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
         std::isfinite(box.bottom);
}

Box clip_of(const GfxState& state) {
  double left = 0, top = 0, right = 0, bottom = 0;
  state.getClipBBox(&left, &top, &right, &bottom);
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
          static_cast<float>(bottom)};
}

/// The unit square as it stands on the page: where an image is drawn.
Box unit_square(const GfxState& state) {
  Bounds bounds;
  for (const double x : {0.0, 1.0}) {
    for (const double y : {0.0, 1.0})
      bounds.add(on_page(state, x, y));
  }
  return bounds.box();
}

bool is_blank(const Unicode* text, int length) {
  return length == 1 && (text[0] == ' ' || text[0] == '\t' || text[0] == 0xA0 || text[0] == 0x3000 ||
                         (text[0] >= 0x2000 && text[0] <= 0x200B));
}

/// A soft hyphen that takes no place is where a word may be broken and was not.
/// Only an embedded font is sure to know its width.
bool is_undrawn(const GfxState& state, const Unicode* text, int length, double dx, double dy) {
  if (length != 1 || text[0] != soft_hyphen || dx != 0 || dy != 0) return false;
  const GfxFont* font = state.getFont().get();
  Ref file;
  return font && font->getEmbeddedFontID(&file);
}

bool says_something(const Unicode* text, int length) {
  return std::any_of(text, text + length, [](Unicode c) {
    std::string clean;
    append_clean(clean, c);
    return c == soft_hyphen || (!clean.empty() && !is_meaningless(first_character(clean)));
  });
}

// ---- Directions ----------------------------------------------------------------------------------------

/// Which way a letter's line runs, in degrees, clockwise.
float angle_of(const GfxState& state) {
  double a = 0, b = 0, c = 0, d = 0;
  state.getFontTransMat(&a, &b, &c, &d);
  return static_cast<float>(std::atan2(b, a) * 180 / std::numbers::pi);
}

/// Degrees off the nearest quarter turn, from -45 to 45.
float slant_of(float angle) {
  const float slant = angle - 90 * std::round(angle / 90);
  return slant > 44.5f ? slant - 90 : slant;  // 45 degrees are one direction, whichever way they are rounded.
}

/// A page turned back round its middle, so that text of one slant runs level, and made as much smaller as it
/// takes to keep it within its bounds: poppler drops what stands outside.
class Turn {
 public:
  Turn(float degrees, double width, double height) : middle_{width / 2, height / 2} {
    const double turn = degrees * std::numbers::pi / 180;
    cos_ = std::cos(turn);
    sin_ = std::sin(turn);
    const double c = std::abs(cos_), s = std::abs(sin_);
    scale_ = std::min(width / (width * c + height * s), height / (height * c + width * s));
  }

  void apply(GfxState& state) const {
    const double* m = state.getCTM();
    const Point x = turned({m[0], m[1]}), y = turned({m[2], m[3]});
    const Point origin = turned({m[4] - middle_.x, m[5] - middle_.y});
    state.setCTM(x.x, x.y, y.x, y.y, origin.x + middle_.x, origin.y + middle_.y);
  }

 private:
  Point turned(const Point& p) const {
    return {scale_ * (cos_ * p.x + sin_ * p.y), scale_ * (cos_ * p.y - sin_ * p.x)};
  }

  Point middle_;
  double cos_ = 1, sin_ = 0, scale_ = 1;
};

// ---- Devices -------------------------------------------------------------------------------------------

/// Passes letters on to poppler's text page. Numbers those that are no blanks in the order of the page: it is
/// the same each time the page is drawn.
class TextDevice : public TextOutputDev {
 public:
  TextDevice() : TextOutputDev(nullptr, nullptr, false, 0, false) {}

  /// Content of layers that are off is then not even looked at.
  bool needCharCount() override { return false; }

 protected:
  /// Poppler lays the letters of one glyph from left to right; these are read from right to left.
  void pass_on(GfxState* state, double x, double y, double dx, double dy, CharCode code, int bytes,
               const Unicode* text, int length) {
    if (length > 1 && std::any_of(text, text + length, is_right_to_left)) {
      const std::vector<Unicode> turned(std::make_reverse_iterator(text + length),
                                        std::make_reverse_iterator(text));
      return TextOutputDev::drawChar(state, x, y, dx, dy, 0, 0, code, bytes, turned.data(), length);
    }
    TextOutputDev::drawChar(state, x, y, dx, dy, 0, 0, code, bytes, text, length);
  }
};

/// What became of a letter.
struct Glyph {
  Box core;                  ///< The middle of the letter: what is there is seen of it.
  float slant = 0;           ///< Degrees off the nearest quarter turn.
  std::uint32_t paints = 0;  ///< Painted before it.
  std::uint32_t run = 0;
  Unseen unseen = Unseen::not_at_all;
  bool is_readable = true, is_passed_on = false;
};

/// A string that is shown at one place.
struct Run {
  static constexpr std::uint32_t none = ~0U;
  Point at;
  float size = 0, angle = 0;
  std::uint32_t first_glyph = 0;
  std::uint32_t twin = none;  ///< The run that it repeats: a shadow, or letters made bold.
};

/// Finds strings that were shown before a little aside.
class Shadows {
 public:
  /// The earlier run that `run` repeats, if any; then `run` is remembered. `advance` is that of its first
  /// letter.
  std::uint32_t twin_of(const std::vector<Run>& runs, const Run& run, std::uint64_t what, bool is_one_letter,
                        float advance) {
    const double reach = std::min(0.35 * static_cast<double>(run.size), cell);
    std::uint32_t twin = Run::none;
    for (double x = std::floor((run.at.x - reach) / cell); x <= (run.at.x + reach) / cell; ++x) {
      for (double y = std::floor((run.at.y - reach) / cell); y <= (run.at.y + reach) / cell; ++y) {
        const auto place = places_.find(key(what, x, y));
        if (place == places_.end()) continue;
        for (const std::uint32_t earlier : place->second) {
          const bool follows = earlier + 1 == runs.size();
          const double narrow = std::min(follows ? 0.13 * static_cast<double>(run.size) : reach,
                                         0.5 * static_cast<double>(advance));
          if (twin == Run::none && is_near(runs[earlier], run, is_one_letter ? narrow : reach, reach))
            twin = earlier;
        }
      }
    }
    if (twin == Run::none) {
      remember(places_[key(what, std::floor(run.at.x / cell), std::floor(run.at.y / cell))],
               static_cast<std::uint32_t>(runs.size()));
    }
    return twin;
  }

 private:
  static constexpr double cell = 16;  ///< Points.
  static constexpr std::size_t most_of_one_place = 64;

  /// The latest of one string in one cell: a shadow comes soon after what throws it.
  static void remember(std::vector<std::uint32_t>& place, std::uint32_t run) {
    if (place.size() == most_of_one_place) place.erase(place.begin());
    place.push_back(run);
  }

  static std::uint64_t key(std::uint64_t what, double x, double y) {
    const auto place = static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) * 0x9E3779B97F4A7C15U +
                       static_cast<std::uint64_t>(static_cast<std::int64_t>(y));
    return what ^ (place * 0xC2B2AE3D27D4EB4FU);
  }

  static bool is_near(const Run& a, const Run& b, double along, double across) {
    if (std::abs(a.size - b.size) > 0.05f * b.size || std::abs(a.angle - b.angle) > 0.2f) return false;
    const double turn = static_cast<double>(b.angle) * std::numbers::pi / 180;
    const double x = a.at.x - b.at.x, y = a.at.y - b.at.y;
    return std::abs(x * std::cos(turn) + y * std::sin(turn)) <= along &&
           std::abs(y * std::cos(turn) - x * std::sin(turn)) <= across;
  }

  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> places_;
};

/// What holds from one q to its Q beside what poppler keeps in its state.
struct Level {
  double opacity = 1;                           ///< Of the groups that this is drawn in.
  bool is_plain = true;                         ///< No group with a blend mode, no soft mask.
  bool is_mask = false;                         ///< Draws a soft mask and not the page.
  bool is_ragged = false;                       ///< The clipping path is no rectangle.
  std::uint32_t first_clip = 0, last_clip = 0;  ///< Letters that paint shows through.
  double saved_opacity = 1;                     ///< Of the state when this level was left for another.
  bool saved_plain = true;
};

/// The letters of a page in words that differ can hide behind what /ActualText says: found out by these.
std::string plain_letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) out += lower;
  }
  return out;
}

/// Of the pieces of a page for which it says in other words what they read: those in others say nothing more.
class ActualTexts {
 public:
  /// Whether the piece that begins is in no other.
  bool begin() { return depth_++ == 0; }
  /// Whether the piece that ends was in no other.
  bool end() { return depth_ > 0 && --depth_ == 0; }
  bool is_open() const { return depth_ > 0; }

 private:
  std::size_t depth_ = 0;
};

/// /ActualText in ASCII; none: it says more than that.
std::optional<std::string> ascii_of(std::string_view text) {
  std::string out;
  const bool is_utf16 = text.starts_with("\xFE\xFF");
  for (std::size_t i = is_utf16 ? 2 : 0; i < text.size(); ++i) {
    if (is_utf16 && text[i++] != 0) return {};
    if (i == text.size() || static_cast<unsigned char>(text[i]) >= 0x7F) return {};
    out += text[i];
  }
  return out;
}

/// Looks at a page: judges every letter, and passes on those that seem to be seen.
class LookingDevice final : public TextDevice {
 public:
  LookingDevice(double width, double height, double unit)
      : width_(static_cast<float>(width)),
        height_(static_cast<float>(height)),
        smallest_(smallest_letter / static_cast<float>(unit)),
        paints_(width_, height_) {}

  const std::vector<Glyph>& glyphs() const { return glyphs_; }
  std::vector<Glyph>& glyphs() { return glyphs_; }
  const std::vector<Run>& runs() const { return runs_; }
  const Paints& paints() const { return paints_; }
  /// Whether the n-th /ActualText that is in no other says something else than its letters.
  const std::vector<bool>& false_texts() const { return false_texts_; }

  void startPage(int number, GfxState* state, XRef* xref) override {
    state_ = state;
    TextDevice::startPage(number, state, xref);
  }

  // Poppler asks when it is about to draw an image or a pattern, and only then. "No" saves decoding it.
  bool needNonText() override {
    paint_unknown();
    return false;
  }

  void saveState(GfxState* state) override {
    state_ = state;
    level_.saved_opacity = state->getFillOpacity();
    level_.saved_plain = state->getBlendMode() == gfxBlendNormal;
    levels_.push_back(level_);
  }
  void restoreState(GfxState* state) override {
    state_ = state;
    are_colours_known_ = false;
    if (!levels_.empty()) {
      level_ = levels_.back();
      levels_.pop_back();
    }
    TextDevice::restoreState(state);
  }
  void updateCTM(GfxState* state, double, double, double, double, double, double) override { state_ = state; }
  void updateFillColorSpace(GfxState* state) override { new_colour(state); }
  void updateFillColor(GfxState* state) override { new_colour(state); }
  void updateStrokeColorSpace(GfxState* state) override { new_colour(state); }
  void updateStrokeColor(GfxState* state) override { new_colour(state); }

  void beginTransparencyGroup(GfxState* state, const double*, GfxColorSpace*, bool, bool,
                              bool is_mask) override {
    state_ = state;
    level_.is_mask = level_.is_mask || is_mask;
    if (levels_.empty()) return;
    level_.opacity *= levels_.back().saved_opacity;
    level_.is_plain = levels_.back().is_plain && levels_.back().saved_plain;
  }
  void setSoftMask(GfxState*, const double*, bool, Function*, GfxColor*) override { level_.is_plain = false; }
  void clearSoftMask(GfxState*) override { level_.is_plain = levels_.empty() || level_.is_mask; }

  void clip(GfxState* state) override { narrow(*state); }
  void eoClip(GfxState* state) override { narrow(*state); }
  void clipToStrokePath(GfxState*) override { level_.is_ragged = true; }

  void fill(GfxState* state) override { paint_path(*state, Rule::nonzero); }
  void eoFill(GfxState* state) override { paint_path(*state, Rule::even_odd); }
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
  void endTextObject(GfxState*) override {
    if (!clips_) return;
    clips_ = false;
    level_.is_ragged = true;
    level_.first_clip = static_cast<std::uint32_t>(text_object_);
    level_.last_clip = static_cast<std::uint32_t>(glyphs_.size());
  }
  void beginString(GfxState*, const GooString* text) override {
    string_ = std::string_view(text->c_str(), static_cast<std::size_t>(text->getLength()));
    is_new_run_ = true;
  }
  void beginActualText(GfxState* state, const GooString* text) override {
    if (!actual_texts_.begin()) return;
    actual_text_ = std::string(text->c_str(), static_cast<std::size_t>(text->getLength()));
    drawn_text_ = std::string();
    TextDevice::beginActualText(state, text);
  }
  void endActualText(GfxState* state) override {
    if (!actual_texts_.end()) return;
    const std::optional<std::string> said = ascii_of(actual_text_);
    false_texts_.push_back(drawn_text_ && said && !drawn_text_->empty() &&
                           plain_letters(*drawn_text_) != plain_letters(*said));
    drawn_text_.reset();
    TextDevice::endActualText(state);
  }
  /// One that does not end would hide all that follows it.
  void endPage() override {
    if (actual_texts_.is_open()) false_texts_.push_back(true);
    TextDevice::endPage();
  }

  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y,
                CharCode code, int bytes, const Unicode* text, int length) override {
    state_ = state;
    if (is_undrawn(*state, text, length, dx, dy)) return;
    if (is_blank(text, length)) return pass_on(state, x, y, dx, dy, code, bytes, text, length);
    Glyph glyph;
    const Measure measure = measured(*state, x - origin_x, y - origin_y, dx, dy);
    glyph.core = measure.core;
    glyph.slant = slant_of(angle_);
    glyph.paints = static_cast<std::uint32_t>(paints_.count());
    glyph.run = run_of(*state, measure);
    glyph.is_readable = says_something(text, length);
    glyph.unseen = judge(*state, glyph.core, measure.size);
    if (state->getRender() >= 4) clips_ = true;
    note_actual_text(text, length);
    glyph.is_passed_on = glyph.unseen == Unseen::not_at_all && runs_[glyph.run].twin == Run::none &&
                         std::abs(glyph.slant) <= straight;
    glyphs_.push_back(glyph);
    if (glyph.is_passed_on) pass_on(state, x, y, dx, dy, code, bytes, text, length);
  }

 private:
  enum class Rule : unsigned char { nonzero, even_odd };

  struct Measure {
    Box core;
    Point at;
    float size = 0, advance = 0;
  };

  void new_colour(GfxState* state) {
    state_ = state;
    are_colours_known_ = false;
  }

  static Rgb rgb(const GfxRGB& colour) {
    return {static_cast<float>(colToDbl(colour.r)), static_cast<float>(colToDbl(colour.g)),
            static_cast<float>(colToDbl(colour.b))};
  }

  void learn_colours(GfxState& state) {
    if (are_colours_known_) return;
    are_colours_known_ = true;
    GfxRGB colour;
    if (state.getFillColorSpace()->getMode() != csPattern) {
      state.getFillRGB(&colour);
      fill_ = rgb(colour);
    }
    if (state.getStrokeColorSpace()->getMode() != csPattern) {
      state.getStrokeRGB(&colour);
      stroke_ = rgb(colour);
    }
  }

  // -- Letters

  Measure measured(GfxState& state, double x, double y, double dx, double dy) {
    double a = 0, b = 0, c = 0, d = 0;
    state.getFontTransMat(&a, &b, &c, &d);
    const std::array<double, 4> matrix = {a, b, c, d};
    if (matrix != matrix_) {
      matrix_ = matrix;
      angle_ = angle_of(state);
      wide_ = static_cast<float>(std::hypot(a, b) * std::abs(state.getHorizScaling()));
      high_ = static_cast<float>(std::hypot(c, d));
    }
    Measure out;
    out.at = on_page(state, x, y);
    Point along;
    const double spaced = state.getCharSpace();
    if (spaced != 0) {
      double space_x = 0, space_y = 0;
      state.textTransformDelta(spaced * state.getHorizScaling(), 0, &space_x, &space_y);
      dx -= space_x;
      dy -= space_y;
    }
    state.transformDelta(dx, dy, &along.x, &along.y);
    out.advance = static_cast<float>(std::hypot(along.x, along.y));
    if (state.getFont() && state.getFont()->getWMode() != 0) along = {a, b};
    const GfxFont* font = state.getFont().get();
    const bool is_drawn = font && font->getType() == fontType3;
    if (is_drawn) {  // Its units are its own: a hand's breadth of the advance is as good as anything.
      c = std::abs(d) > 0 || std::abs(c) > 0 ? c * static_cast<double>(out.advance) / std::hypot(c, d) : 0;
      d = std::abs(d) > 0 ? d * static_cast<double>(out.advance) / static_cast<double>(high_) : 0;
    }
    out.size = is_drawn ? std::max(out.advance, 1.0f) : std::min(wide_, high_);
    Bounds core;
    for (const double right : {0.15, 0.85}) {
      for (const double up : {0.08, 0.5})
        core.add({out.at.x + right * along.x + up * c, out.at.y + right * along.y + up * d});
    }
    out.core = core.box();
    return out;
  }

  std::uint32_t run_of(GfxState& state, const Measure& measure) {
    if (!is_new_run_ && !runs_.empty()) return static_cast<std::uint32_t>(runs_.size() - 1);
    is_new_run_ = false;
    Run run{measure.at, std::max(measure.size, high_), angle_, static_cast<std::uint32_t>(glyphs_.size())};
    const bool is_one_letter =
        string_.size() <= 2 || string_.find_first_not_of(string_.front()) == string_.npos;
    const auto font = reinterpret_cast<std::uintptr_t>(state.getFont().get());
    if (run.size >= 1 && is_finite(measure.core) && std::abs(run.at.x) < 1e6 && std::abs(run.at.y) < 1e6) {
      run.twin = shadows_.twin_of(runs_, run, std::hash<std::string_view>{}(string_) ^ (font * 31),
                                  is_one_letter, measure.advance);
    }
    runs_.push_back(run);
    return static_cast<std::uint32_t>(runs_.size() - 1);
  }

  Unseen judge(GfxState& state, const Box& core, float size) {
    if (!is_finite(core)) return Unseen::off_page;
    const float x = (core.left + core.right) / 2, y = (core.top + core.bottom) / 2;
    if (x < 0 || y < 0 || x > width_ || y > height_) return Unseen::off_page;
    if (is_clipped(core, clip_of(state), size)) return Unseen::clipped;
    if (size < smallest_) return Unseen::tiny;
    const int mode = state.getRender();
    const bool has_pattern = state.getFillColorSpace()->getMode() == csPattern;
    if (mode == 3 || (mode == 7 && !has_pattern)) return Unseen::never_painted;
    if (level_.is_mask || has_pattern) return Unseen::not_at_all;
    learn_colours(state);
    const bool fills = mode % 4 == 0 || mode % 4 == 2, strokes = mode % 4 == 1 || mode % 4 == 2;
    Unseen unseen = Unseen::not_at_all;
    if (fills) unseen = judge_ink(state, core, fill_, state.getFillOpacity(), *state.getFillColorSpace());
    if (strokes && (!fills || unseen != Unseen::not_at_all)) {
      if (state.getStrokeColorSpace()->getMode() == csPattern) return Unseen::not_at_all;
      unseen = judge_ink(state, core, stroke_, state.getStrokeOpacity(), *state.getStrokeColorSpace());
    }
    return unseen;
  }

  /// A letter or two too many at the end of a box (its font is another one than was measured) are not hidden.
  bool is_clipped(const Box& core, const Box& clip, float size) const {
    Box wide = clip;
    if (clip.right - clip.left > size && clip.bottom - clip.top > size / 2) {
      const bool is_upright = std::abs(std::abs(angle_) - 90) < 45;
      const float x = is_upright ? 0 : 1.5f * size, y = is_upright ? 1.5f * size : 0;
      wide = {clip.left - x, clip.top - y, clip.right + x, clip.bottom + y};
    }
    const Box left = common(core, wide);
    return left.right - left.left < 0.15f * (core.right - core.left) ||
           left.bottom - left.top < 0.15f * (core.bottom - core.top);
  }

  Unseen judge_ink(GfxState& state, const Box& core, const Rgb& ink, double opacity,
                   const GfxColorSpace& colours) const {
    opacity *= level_.opacity;
    if (opacity < faintest || colours.isNonMarking()) return Unseen::transparent;
    const GfxBlendMode blend = state.getBlendMode();
    if (blend == gfxBlendMultiply || blend == gfxBlendDarken)  // White then leaves all as it is.
      return difference(ink, Rgb{}) < seen_difference ? Unseen::own_background : Unseen::not_at_all;
    const GfxFont* font = state.getFont().get();
    const bool has_own_colours = font && font->getType() == fontType3;
    if (blend != gfxBlendNormal || !level_.is_plain || has_own_colours) return Unseen::not_at_all;
    const std::optional<Rgb> background = paints_.background(core, ink);
    if (!background) return Unseen::not_at_all;
    const float contrast = difference(*background, ink);
    if (contrast * static_cast<float>(opacity) >= seen_difference) return Unseen::not_at_all;
    return contrast < seen_difference ? Unseen::own_background : Unseen::transparent;
  }

  void note_actual_text(const Unicode* text, int length) {
    if (!drawn_text_) return;
    for (int i = 0; i < length; ++i) {
      if (text[i] >= 0x7F) return drawn_text_.reset();
      *drawn_text_ += static_cast<char>(text[i]);
    }
    if (length == 0) drawn_text_.reset();
  }

  // -- Paint

  bool lets_nothing_through(GfxState& state, double opacity) const {
    return opacity * level_.opacity >= opaque && level_.is_plain && !level_.is_ragged &&
           state.getBlendMode() == gfxBlendNormal && !state.getFillOverprint();
  }

  void add(Paints::Kind kind, const Box& box, const Rgb& colour) {
    if (level_.is_mask) return;
    for (std::uint32_t i = level_.first_clip; i < level_.last_clip && paints_.may_compare(); ++i) {
      if (glyphs_[i].unseen == Unseen::never_painted && meet(glyphs_[i].core, box))
        glyphs_[i].unseen = Unseen::not_at_all;
    }
    paints_.add(kind, box, colour);
  }

  void paint_path(GfxState& state, Rule rule) {
    learn_colours(state);
    if (state.getFillOpacity() * level_.opacity < faintest || state.getFillColorSpace()->isNonMarking())
      return;
    const Box clip = clip_of(state);
    const GfxPath& path = *state.getPath();
    if (!lets_nothing_through(state, state.getFillOpacity()))
      return add(Paints::Kind::other, common(bounds_of(state, path), clip), fill_);
    const std::vector<Box> rectangles = rectangles_of(state, path, rule);
    if (rectangles.empty()) add(Paints::Kind::shape, common(bounds_of(state, path), clip), fill_);
    for (const Box& box : rectangles)
      add(Paints::Kind::rectangle, common(box, clip), fill_);
  }

  /// Lines as thick as letters hide them.
  void paint_lines(GfxState& state) {
    const auto half = static_cast<float>(state.getTransformedLineWidth() / 2);
    if (half < 1) return;
    learn_colours(state);
    if (state.getStrokeOpacity() * level_.opacity < faintest) return;
    const GfxPath& path = *state.getPath();
    const Box box = bounds_of(state, path);
    const bool is_level = path.getNumSubpaths() == 1 && path.getSubpath(0)->getNumPoints() == 2 &&
                          (box.right - box.left < 0.5f || box.bottom - box.top < 0.5f);
    const bool is_across = is_level && box.right - box.left >= box.bottom - box.top;
    const float x = is_across ? 0 : half, y = is_level && !is_across ? 0 : half;
    const Box thick{box.left - x, box.top - y, box.right + x, box.bottom + y};
    const bool is_opaque = lets_nothing_through(state, state.getStrokeOpacity());
    const auto kind = !is_opaque ? Paints::Kind::other
                      : is_level ? Paints::Kind::rectangle
                                 : Paints::Kind::shape;
    add(kind, common(thick, clip_of(state)), stroke_);
  }

  bool paint_clip(GfxState& state) {
    add(Paints::Kind::other, clip_of(state), Rgb{});
    return true;
  }

  /// An image, or a pattern. Patterns fill a path; if poppler's state has none, the pattern may be anywhere.
  void paint_unknown() {
    if (!state_) return;
    const Box clip = clip_of(*state_);
    if (state_->isPath())
      return add(Paints::Kind::other, common(bounds_of(*state_, *state_->getPath()), clip), Rgb{});
    add(Paints::Kind::image, common(unit_square(*state_), clip), Rgb{});
    if (state_->getFillColorSpace()->getMode() == csPattern ||
        state_->getStrokeColorSpace()->getMode() == csPattern)
      paint_clip(*state_);
  }

  void narrow(GfxState& state) {
    if (rectangles_of(state, *state.getPath(), Rule::nonzero).size() != 1) level_.is_ragged = true;
  }

  /// The whole page once too many points were looked at: a path may stay while images are drawn.
  Box bounds_of(GfxState& state, const GfxPath& path) {
    if (points_ > most_points) return {0, 0, width_, height_};
    Bounds bounds;
    for (int i = 0; i < path.getNumSubpaths(); ++i) {
      const GfxSubpath& part = *path.getSubpath(i);
      points_ += static_cast<std::size_t>(part.getNumPoints());
      for (int j = 0; j < part.getNumPoints(); ++j)
        bounds.add(on_page(state, part.getX(j), part.getY(j)));
    }
    return bounds.box();
  }

  /// The rectangles that a path is made of; none if it is of anything else, or a rectangle lies in another.
  static std::vector<Box> rectangles_of(GfxState& state, const GfxPath& path, Rule rule) {
    constexpr int most = 32;
    std::vector<Box> boxes;
    if (path.getNumSubpaths() > (rule == Rule::nonzero ? most : 1)) return {};
    for (int i = 0; i < path.getNumSubpaths(); ++i) {
      const auto box = rectangle_of(state, *path.getSubpath(i));
      if (!box ||
          std::any_of(boxes.begin(), boxes.end(), [&](const Box& other) { return meet(*box, other); }))
        return {};
      boxes.push_back(*box);
    }
    return boxes;
  }

  static std::optional<Box> rectangle_of(GfxState& state, const GfxSubpath& path) {
    const int count = path.getNumPoints();
    if (count < 4) return {};
    Bounds bounds;
    std::vector<Point> corners;
    bool has_curves = false;
    for (int i = 0; i < count && i < 32; ++i) {
      const Point at = on_page(state, path.getX(i), path.getY(i));
      bounds.add(at);
      has_curves = has_curves || path.getCurve(i);
      if (!path.getCurve(i)) corners.push_back(at);
    }
    const Box box = bounds.box();
    constexpr double near = 0.3;
    const bool all_on_edge = std::all_of(corners.begin(), corners.end(), [&](const Point& p) {
      const bool across = std::abs(p.x - static_cast<double>(box.left)) < near ||
                          std::abs(p.x - static_cast<double>(box.right)) < near;
      const bool down = std::abs(p.y - static_cast<double>(box.top)) < near ||
                        std::abs(p.y - static_cast<double>(box.bottom)) < near;
      return has_curves ? across || down : across && down;
    });
    if (!all_on_edge || count > 32) return {};
    if (!has_curves) return count == 4 || count == 5 ? std::optional(box) : std::nullopt;
    if (corners.size() < 8) return {};  // Rounded: what is within its corners.
    const float inner = 0.15f * std::min(box.right - box.left, box.bottom - box.top);
    return Box{box.left + inner, box.top + inner, box.right - inner, box.bottom - inner};
  }

  static constexpr std::size_t most_points = 20'000'000;  ///< Of paths.

  float width_, height_, smallest_;
  std::size_t points_ = 0;
  Paints paints_;
  std::vector<Glyph> glyphs_;
  std::vector<Run> runs_;
  Shadows shadows_;
  std::vector<Level> levels_;
  Level level_;
  GfxState* state_ = nullptr;  ///< The last that poppler told of: the current one, or what it was made from.

  bool are_colours_known_ = false;
  Rgb fill_{0, 0, 0}, stroke_{0, 0, 0};
  std::array<double, 4> matrix_ = {};
  float angle_ = 0, wide_ = 0, high_ = 0;

  std::string_view string_;
  bool is_new_run_ = true, clips_ = false;
  std::size_t text_object_ = 0;
  ActualTexts actual_texts_;
  std::string actual_text_;
  std::optional<std::string>
      drawn_text_;  ///< Letters within /ActualText; none: not in one, or not only ASCII.
  std::vector<bool> false_texts_;
};

/// Where images lie that nothing shines through.
class ImageDevice final : public OutputDev {
 public:
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
      opaque_.push_back(common(unit_square(*state), clip_of(*state)));
    OutputDev::drawImage(state, ref, stream, width, height, colours, interpolate, mask, is_inline);
  }
  void drawSoftMaskedImage(GfxState*, Object*, Stream*, int, int, GfxImageColorMap*, bool, Stream*, int, int,
                           GfxImageColorMap*, bool) override {}
  void drawMaskedImage(GfxState*, Object*, Stream*, int, int, GfxImageColorMap*, bool, Stream*, int, int,
                       bool, bool) override {}

  /// `page` counts the comparisons; when it has none left, nothing is hidden.
  bool hides(const Box& box, const Paints& page) const {
    for (const Box& image : opaque_) {
      if (!page.may_compare()) return false;
      if (image.left <= box.left && image.top <= box.top && image.right >= box.right &&
          image.bottom >= box.bottom)
        return true;
    }
    return false;
  }

 private:
  std::vector<Box> opaque_;
};

/// Which letters go where when the page is drawn again: 0 nowhere, n to the n-th direction.
using Plan = std::vector<unsigned char>;

/// Takes the letters of one direction.
class TakingDevice final : public TextDevice {
 public:
  TakingDevice(const Plan& plan, unsigned char direction, const Turn& turn,
               const std::vector<bool>& false_texts)
      : plan_(plan), direction_(direction), turn_(turn), false_texts_(false_texts) {}

  void startPage(int number, GfxState* state, XRef* xref) override {
    TextDevice::startPage(number, state, xref);
    turn_.apply(*state);
  }
  void beginActualText(GfxState* state, const GooString* text) override {
    if (!actual_texts_.begin()) return;
    if (texts_ >= false_texts_.size() || !false_texts_[texts_]) TextDevice::beginActualText(state, text);
  }
  void endActualText(GfxState* state) override {
    if (!actual_texts_.end()) return;
    ++texts_;
    TextDevice::endActualText(state);
  }
  void drawChar(GfxState* state, double x, double y, double dx, double dy, double, double, CharCode code,
                int bytes, const Unicode* text, int length) override {
    if (is_undrawn(*state, text, length, dx, dy)) return;
    if (is_blank(text, length) || (next_ < plan_.size() && plan_[next_] == direction_))
      pass_on(state, x, y, dx, dy, code, bytes, text, length);
    if (!is_blank(text, length)) ++next_;
  }

 private:
  const Plan& plan_;
  unsigned char direction_;
  Turn turn_;
  const std::vector<bool>& false_texts_;
  ActualTexts actual_texts_;
  std::size_t next_ = 0, texts_ = 0;
};

// ---- Judging a whole page ------------------------------------------------------------------------------

bool is_seen(const Glyph& glyph) { return glyph.unseen == Unseen::not_at_all; }

/// Images from `first` on that take much of the page are a scan, whose text may lie beneath.
bool is_scan(const Paints& paints, std::size_t first) { return paints.share_of_images(first) >= 0.5f; }

/// What is painted over letters, and what belongs to images: known when the page is drawn.
class Verdict {
 public:
  Verdict(LookingDevice& look, PdfPage& page, const std::function<const ImageDevice&()>& images)
      : look_(look), page_(page), images_(images) {
    for (Glyph& glyph : look_.glyphs())
      judge(glyph);
    for (const Glyph& glyph : look_.glyphs())
      count(glyph);
  }

  bool is_double(const Glyph& glyph) const {
    const std::uint32_t twin = look_.runs()[glyph.run].twin;
    return twin != Run::none && is_seen(look_.glyphs()[look_.runs()[twin].first_glyph]);
  }

 private:
  void judge(Glyph& glyph) {
    const Paints& paints = look_.paints();
    switch (glyph.unseen) {
      case Unseen::off_page:
      case Unseen::clipped:
      case Unseen::tiny:
        return;
      case Unseen::not_at_all:
        cover(glyph);
        return;
      default:
        break;
    }
    if (paints.shows_image(glyph.core) || is_scan(paints, 0) || paints.shows_drawing(glyph.core)) {
      glyph.unseen = Unseen::not_at_all;
      ++page_.beneath_images;
    }
  }

  void cover(Glyph& glyph) {
    const Paints& paints = look_.paints();
    if (glyph.paints == paints.count()) return;
    const auto paint = paints.cover(glyph.core, glyph.paints);
    if (!paint) return;
    if (!paints.is_image(*paint)) {
      glyph.unseen = Unseen::covered;
    } else if (is_scan(paints, glyph.paints)) {
      ++page_.beneath_images;
    } else if (images_().hides(glyph.core, paints)) {
      glyph.unseen = Unseen::covered;
    }
  }

  void count(const Glyph& glyph) {
    if (is_double(glyph)) return;
    ++page_.unseen[static_cast<std::size_t>(glyph.unseen)];
    if (!is_seen(glyph)) return;
    ++page_.seen;
    page_.unreadable += !glyph.is_readable;
  }

  LookingDevice& look_;
  PdfPage& page_;
  const std::function<const ImageDevice&()>& images_;
};

/// The directions in which the seen letters of a page run, as degrees off quarter turns; the first is the
/// page's.
std::vector<float> directions_of(const std::vector<Glyph>& glyphs, bool is_scanned) {
  constexpr std::size_t bins = 91;
  std::array<std::size_t, bins> counts = {};
  std::array<double, bins> sums = {};
  std::size_t all = 0;
  for (const Glyph& glyph : glyphs) {
    if (!is_seen(glyph)) continue;
    const auto bin = static_cast<std::size_t>(std::clamp(std::lround(glyph.slant) + 45L, 0L, 90L));
    ++counts[bin];
    sums[bin] += static_cast<double>(glyph.slant);
    ++all;
  }
  const auto take = [&](std::size_t from, std::size_t to) {
    std::size_t count = 0;
    double sum = 0;
    for (std::size_t bin = from; bin <= to && bin < bins; ++bin) {
      count += std::exchange(counts[bin], 0);
      sum += sums[bin];
    }
    return count == 0 ? 0.0f : static_cast<float>(sum / static_cast<double>(count));
  };
  const auto largest = [&] {
    return static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  };
  std::vector<float> out;
  const std::size_t main = largest(), reach = is_scanned ? 4 : 1;
  const bool is_level = all == 0 || counts[45] * 2 >= all;
  if (is_level) {
    counts[45] = 0;
    if (is_scanned) take(45 - reach, 45 + reach);
    out.push_back(0);
  } else {
    out.push_back(take(main - std::min(main, reach), main + reach));
  }
  while (out.size() <= most_slants && counts[largest()] > 0) {
    const std::size_t bin = largest();
    out.push_back(take(bin - std::min<std::size_t>(bin, 1), bin + 1));
  }
  return out;
}

Plan plan_of(const LookingDevice& look, const Verdict& verdict, const std::vector<float>& directions,
             bool is_scanned) {
  Plan plan;
  plan.reserve(look.glyphs().size());
  for (const Glyph& glyph : look.glyphs()) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < directions.size(); ++i) {
      if (std::abs(glyph.slant - directions[i]) < std::abs(glyph.slant - directions[best])) best = i;
    }
    const float tolerance = is_scanned ? 5.0f : straight;
    if (std::abs(glyph.slant - directions[0]) <= tolerance) {
      best = 0;
    } else if (best == 0 && directions.size() > 1) {
      best = directions.size() - 1;  // Letters along an arc: anywhere but between the lines.
    }
    const bool is_taken = is_seen(glyph) && !verdict.is_double(glyph);
    plan.push_back(is_taken ? static_cast<unsigned char>(best + 1) : 0);
  }
  return plan;
}

// ---- Words ---------------------------------------------------------------------------------------------

std::vector<PlacedWord> words_of(TextOutputDev& device) {
  std::vector<DrawnWord> words;
  if (const auto list = device.makeWordList()) {
    words.reserve(static_cast<std::size_t>(list->getLength()));
    for (int i = 0; i < list->getLength(); ++i) {
      TextWord& word = *list->get(i);
      double left = 0, top = 0, right = 0, bottom = 0;
      word.getBBox(&left, &top, &right, &bottom);
      DrawnWord drawn;
      drawn.box = {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
                   static_cast<float>(bottom)};
      drawn.quarter_turns = word.getRotation() & 3;
      drawn.space_after = word.hasSpaceAfter();
      for (int j = 0; j < word.getLength(); ++j) {
        drawn.letters.push_back(*word.getChar(j));
        drawn.edges.push_back(static_cast<float>(word.getEdge(j)));
      }
      drawn.edges.push_back(static_cast<float>(word.getEdge(word.getLength())));
      words.push_back(std::move(drawn));
    }
  }
  return written(std::move(words));
}

void draw(PDFDoc& document, int index, OutputDev& device) {
  document.displayPage(&device, index + 1, 72, 72, 0, false, false, false);
}

}  // namespace

PdfPage read_pdf_page(PDFDoc& document, int index) {
  PdfPage out;
  ::Page* page = document.getPage(index + 1);
  if (!page) return out;
  double width = page->getCropWidth(), height = page->getCropHeight();
  if (page->getRotate() % 180 != 0) std::swap(width, height);
  out.width = static_cast<float>(width);
  out.height = static_cast<float>(height);
  const Object unit = document.getXRef()->fetch(page->getRef()).dictLookup("UserUnit");

  LookingDevice look(width, height, unit.isNum() && unit.getNum() >= 1 ? unit.getNum() : 1);
  draw(document, index, look);
  std::optional<ImageDevice> images;
  const std::function<const ImageDevice&()> image_device = [&]() -> const ImageDevice& {
    if (!images) draw(document, index, images.emplace());
    return *images;
  };
  const Verdict verdict(look, out, image_device);
  const bool is_scanned = out.beneath_images * 2 > out.seen;
  std::vector<float> directions = directions_of(look.glyphs(), is_scanned);
  const Plan plan = plan_of(look, verdict, directions, is_scanned);

  const auto is_as_planned = [&](const Glyph& glyph) {
    return glyph.is_passed_on == (plan[static_cast<std::size_t>(&glyph - look.glyphs().data())] == 1);
  };
  const bool lies =
      std::find(look.false_texts().begin(), look.false_texts().end(), true) != look.false_texts().end();
  const bool is_right_already =
      directions[0] == 0 && !lies && std::all_of(look.glyphs().begin(), look.glyphs().end(), is_as_planned);
  for (std::size_t i = 0; i < directions.size(); ++i) {
    if (i == 0 && is_right_already) {
      out.text.push_back({0, words_of(look)});
      continue;
    }
    TakingDevice take(plan, static_cast<unsigned char>(i + 1), Turn(directions[i], width, height),
                      look.false_texts());
    draw(document, index, take);
    out.text.push_back({directions[i], words_of(take)});
  }
  return out;
}

}  // namespace docket::worker
