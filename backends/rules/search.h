#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/rules/hits.h"
#include "backends/rules/layout.h"
#include "backends/rules/read.h"
#include "backends/rules/schema.h"
#include "backends/rules/values.h"

namespace docket::rules {

/// How a value stands to what speaks for it.
enum class Place : std::uint8_t {
  cell,     ///< In the label's cell, behind it.
  right,    ///< In the label's row, to the right.
  below,    ///< In the label's column, below it.
  oblique,  ///< In the next row, further right.
  follows,  ///< Right behind the value of the property that it `x-follows`.
  left,     ///< In the label's row, to the left, where nothing is to the right.
  above,    ///< In the row above the label, alone, as well as another below it.
  letter,   ///< Where senders and recipients stand in letters.
  alone     ///< Nothing but its looks.
};
std::string_view name(Place place);

/// A value that something speaks for (or, with `against`, that belongs to another label).
struct Sighting {
  std::size_t property = 0;
  Reading reading;
  Place place = Place::alone;
  float strength = 0;  ///< 0 to 1.
  bool against = false;
  std::uint32_t hit = ~0U;  ///< Into the hits; ~0: none.
};

struct Found {
  std::vector<Hit> hits;
  std::vector<Sighting> sightings;
  std::vector<bool> is_total;      ///< By property: a label of it means what the bill comes to.
  std::optional<double> paid;      ///< What was handed over less what was given back.
  std::optional<double> rounding;  ///< What was added to round the bill; none: nothing.
};

/// Looks beside every label of the schema, and for what is known by its looks alone.
Found search(const SchemaView& schema, const Layout& layout, const Values& values);

}  // namespace docket::rules
