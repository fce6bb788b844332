#include "pipeline/config/lookalikes.h"

#include <algorithm>
#include <utility>

namespace docket {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

constexpr Named blanks[] = {{"\u00a0", "a no-break space"},
                            {"\u202f", "a narrow no-break space"},
                            {"\u2003", "an em space"},
                            {"\u3000", "an ideographic space"}};
constexpr Named unseen[] = {{"\u200b", "a zero-width space"}, {"\ufeff", "a byte order mark"}};
constexpr Named dashes[] = {{"\u2013", "an en dash"}, {"\u2014", "an em dash"}, {"\u2022", "a bullet"}};
constexpr std::string_view wide_colon = "\uff1a";

std::string instead_of(std::string_view name, std::string_view ours) {
  return std::string(name) + ", which is a letter to YAML; " + std::string(ours);
}

std::size_t begin_of_name(std::string_view line) {
  return std::min(line.find_first_not_of(" -"), line.size());
}
std::size_t end_of_name(std::string_view line) {
  return std::min(line.find_first_of(" :#'\"", begin_of_name(line)), line.size());
}

}  // namespace

std::optional<Lookalike> lookalike_at_name(std::string_view line) {
  const std::size_t begin = begin_of_name(line), end = end_of_name(line);
  const std::size_t behind = std::min(end + 1, line.size());
  for (const std::size_t at : {begin, behind}) {
    if (at == behind && line.substr(end, 1) != ":") continue;
    for (const auto& [letter, name] : blanks)
      if (line.substr(at).starts_with(letter))
        return Lookalike{at, instead_of(name, "write an ordinary blank")};
    for (const auto& [letter, name] : unseen)
      if (line.substr(at).starts_with(letter)) return Lookalike{at, instead_of(name, "take it away")};
  }
  for (const auto& [letter, name] : dashes)
    if (line.substr(begin).starts_with(letter)) return Lookalike{begin, instead_of(name, "write '-'")};
  return std::nullopt;
}

std::optional<Lookalike> lookalike_in(std::string_view line) {
  if (auto found = lookalike_at_name(line)) return found;
  const std::size_t colon = line.substr(0, end_of_name(line)).find(wide_colon, begin_of_name(line));
  if (colon == std::string_view::npos) return std::nullopt;
  return Lookalike{colon, instead_of("a full-width colon", "write ': '")};
}

}  // namespace docket
