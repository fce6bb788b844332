#include "worker/pdf/directions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace docket::worker {
namespace {

constexpr std::size_t most_slants = 4;  ///< Directions of slanted text on a page that are read as lines.

}  // namespace

float slant_of(float angle) {
  const float slant = angle - 90 * std::round(angle / 90);
  return slant > 44.5f ? slant - 90 : slant;  // 45 degrees are one direction, whichever way they are rounded.
}

std::vector<float> directions_of(std::span<const Glyph> glyphs, bool is_scanned) {
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

std::size_t direction_of(const Glyph& glyph, std::span<const float> directions, bool is_scanned) {
  const float tolerance = is_scanned ? 5.0f : straight;
  if (std::abs(glyph.slant - directions[0]) <= tolerance) return 0;
  std::size_t best = 0;
  for (std::size_t i = 1; i < directions.size(); ++i) {
    if (std::abs(glyph.slant - directions[i]) < std::abs(glyph.slant - directions[best])) best = i;
  }
  // Letters along an arc: anywhere but between the lines.
  return best == 0 ? directions.size() - 1 : best;
}

}  // namespace docket::worker
