#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "backends/rules/layout.h"
#include "backends/rules/schema.h"
#include "backends/rules/values.h"

namespace docket::rules {

/// A value for a property, read from a piece of a cell.
struct Reading {
  std::uint32_t cell = 0;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the page's text: the value.
  nlohmann::json value;              ///< As the record will have it.
  nlohmann::json other;              ///< What else it may mean; null: nothing.
  float format = 1;                  ///< 0 to 1: how well its looks fit the property.
  int skipped = 0;                   ///< Words that were passed over to get there.
  bool announced = false;            ///< "No.", "#" or the like stands right before it.
};

/// The amount of a value, which a schema may want as text; none: it is no amount.
std::optional<double> amount_in(const nlohmann::json& value);

/// Can the property's values be found by their looks alone, without a label?
bool is_typed(Shape shape);

/// All values for the property that stand in [begin, end) of the cell; for a shape that is not `is_typed` at
/// most one, at the beginning of the piece.
std::vector<Reading> read_piece(const SchemaView& schema, std::size_t property, const Layout& layout,
                                const Values& values, std::uint32_t cell, std::uint32_t begin,
                                std::uint32_t end);

}  // namespace docket::rules
