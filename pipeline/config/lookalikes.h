#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket {

struct Lookalike {
  std::size_t at;  ///< Byte in the line.
  std::string message;
};

/// A blank, dash or colon of a word processor or web page, which is a letter to YAML, where a line of YAML
/// has its own: before a name and behind it.
std::optional<Lookalike> lookalike_in(std::string_view line);
/// The same of a line whose name YAML has found: a wide colon is then a letter of it.
std::optional<Lookalike> lookalike_at_name(std::string_view line);

}  // namespace docket
