#include "worker/pdf/shadows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace docket::worker {
namespace {

constexpr double square = 16;  ///< Points: the page is cut into such ones.
constexpr std::size_t most_of_one_place = 64;

/// The latest of one string in one square: a shadow comes soon after what throws it.
void remember(std::vector<std::uint32_t>& place, std::uint32_t run) {
  if (place.size() == most_of_one_place) place.erase(place.begin());
  place.push_back(run);
}

std::uint64_t key(std::uint64_t what, double x, double y) {
  const auto place = static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) * 0x9E3779B97F4A7C15U +
                     static_cast<std::uint64_t>(static_cast<std::int64_t>(y));
  return what ^ (place * 0xC2B2AE3D27D4EB4FU);
}

bool is_near(const Run& a, const Run& b, double along, double across) {
  if (std::abs(a.size - b.size) > 0.05f * b.size || std::abs(a.angle - b.angle) > 0.2f) return false;
  const double turn = static_cast<double>(b.angle) * std::numbers::pi / 180;
  const double x = a.at.x - b.at.x, y = a.at.y - b.at.y;
  return std::abs(x * std::cos(turn) + y * std::sin(turn)) <= along &&
         std::abs(y * std::cos(turn) - x * std::sin(turn)) <= across;
}

}  // namespace

void Runs::begin(std::string_view string) {
  string_ = string;
  is_new_ = true;
}

std::uint32_t Runs::of(const LetterMeasure& letter, std::uint64_t font, std::uint32_t glyph) {
  if (!is_new_ && !runs_.empty()) return static_cast<std::uint32_t>(runs_.size() - 1);
  is_new_ = false;
  Run run{letter.at, std::max(letter.size, letter.height), letter.angle, glyph};
  const bool is_one_letter =
      string_.size() <= 2 || string_.find_first_not_of(string_.front()) == string_.npos;
  if (run.size >= 1 && is_finite(letter.core) && std::abs(run.at.x) < 1e6 && std::abs(run.at.y) < 1e6) {
    run.twin =
        twin_of(run, std::hash<std::string_view>{}(string_) ^ (font * 31), is_one_letter, letter.advance);
  }
  runs_.push_back(run);
  return static_cast<std::uint32_t>(runs_.size() - 1);
}

/// The earlier run that `run` repeats; if there is none, `run` is remembered. `advance` is that of its first
/// letter.
std::uint32_t Runs::twin_of(const Run& run, std::uint64_t what, bool is_one_letter, float advance) {
  const double reach = std::min(0.35 * static_cast<double>(run.size), square);
  std::uint32_t twin = Run::none;
  for (double x = std::floor((run.at.x - reach) / square); x <= (run.at.x + reach) / square; ++x) {
    for (double y = std::floor((run.at.y - reach) / square); y <= (run.at.y + reach) / square; ++y) {
      const auto place = places_.find(key(what, x, y));
      if (place == places_.end()) continue;
      for (const std::uint32_t earlier : place->second) {
        const bool follows = earlier + 1 == runs_.size();
        const double narrow = std::min(follows ? 0.13 * static_cast<double>(run.size) : reach,
                                       0.5 * static_cast<double>(advance));
        if (twin == Run::none && is_near(runs_[earlier], run, is_one_letter ? narrow : reach, reach))
          twin = earlier;
      }
    }
  }
  if (twin == Run::none) {
    remember(places_[key(what, std::floor(run.at.x / square), std::floor(run.at.y / square))],
             static_cast<std::uint32_t>(runs_.size()));
  }
  return twin;
}

}  // namespace docket::worker
