#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "worker/pdf/glyph.h"

namespace docket::worker {

/// Degrees off a quarter turn that a line may run and still is level.
inline constexpr float straight = 0.5f;

/// Degrees off the nearest quarter turn, from -45 to 45, of any angle in degrees.
float slant_of(float angle);

/// The directions in which the seen letters of a page run, as degrees off quarter turns; the first is the
/// page's. The lines of a scan are never quite straight.
std::vector<float> directions_of(std::span<const Glyph> glyphs, bool is_scanned);

/// Which of `directions` a letter belongs to, as its index.
std::size_t direction_of(const Glyph& glyph, std::span<const float> directions, bool is_scanned);

}  // namespace docket::worker
