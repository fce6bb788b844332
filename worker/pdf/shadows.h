#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "worker/layout/boxes.h"
#include "worker/pdf/letter_measure.h"

namespace docket::worker {

/// A string that is shown at one place.
struct Run {
  static constexpr std::uint32_t none = ~0U;
  Point at;
  float size = 0, angle = 0;
  std::uint32_t first_glyph = 0;
  std::uint32_t twin = none;  ///< The run that it repeats: a shadow, or letters made bold.
};

/// The strings of a page. Finds those that were shown before a little aside: a shadow is shown soon after
/// what throws it, and letters are made bold in the same way.
class Runs {
 public:
  /// The letters that follow are those of `string`, up to the next one; it must live until the first of them.
  void begin(std::string_view string);

  /// The run of the letter that is drawn now, which is the page's `glyph`-th; `font` tells fonts apart.
  std::uint32_t of(const LetterMeasure& letter, std::uint64_t font, std::uint32_t glyph);

  const Run& operator[](std::uint32_t run) const { return runs_[run]; }

 private:
  std::uint32_t twin_of(const Run& run, std::uint64_t what, bool is_one_letter, float advance);

  std::vector<Run> runs_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>
      places_;  ///< By string and square of the page.
  std::string_view string_;
  bool is_new_ = true;
};

}  // namespace docket::worker
