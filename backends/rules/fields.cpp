#include "backends/rules/fields.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "backends/rules/candidates.h"
#include "backends/rules/choose.h"
#include "backends/rules/layout.h"
#include "backends/rules/search.h"
#include "backends/rules/values.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/utf8.h"

namespace docket::rules {
namespace {

using nlohmann::json;

constexpr std::size_t most_pages = 200;
constexpr std::size_t longest_quote = 300;
constexpr std::uint32_t longest_word = 60;

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

std::string as_text(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// Where the word that `at` stands in begins: whoever looks for a quote in the text compares whole words.
std::uint32_t word_begin(std::string_view text, std::uint32_t at) {
  for (std::uint32_t begin = at; at - begin < longest_word; --begin) {
    if (begin == 0 || text[begin - 1] == ' ' || text[begin - 1] == '\n') return begin;
  }
  return at;
}

/// From the label to the value where they share a line, as the text has it; else the value's cell.
std::string quote(const Layout& layout, const Found& found, const Candidate& candidate) {
  const Cell& cell = layout.cells()[candidate.reading.cell];
  std::uint32_t begin = cell.begin;
  std::uint32_t end = cell.end;
  if (candidate.hit != ~0U) {
    const Hit& hit = found.hits[candidate.hit];
    const Cell& label = layout.cells()[hit.cell];
    if (label.page == cell.page && label.line == cell.line && hit.begin <= candidate.reading.begin) {
      begin = hit.begin;
      end = candidate.reading.end;
    }
  }
  if (end - begin > longest_quote) {
    begin = candidate.reading.begin;
    end = std::min(candidate.reading.end, begin + static_cast<std::uint32_t>(longest_quote));
  }
  const std::string_view text = layout.page_text(cell.page);
  begin = word_begin(text, begin);
  while (end > begin && end < text.size() && continues_character(text[end]))
    --end;
  return std::string(text.substr(begin, end - begin));
}

json evidence(const Layout& layout, const Found& found, const Candidate& candidate) {
  const Cell& cell = layout.cells()[candidate.reading.cell];
  json out{{"page", cell.page + 1}, {"quote", quote(layout, found, candidate)}};
  Box box;
  if (layout.box_on_page(cell.page, candidate.reading.begin, candidate.reading.end, box)) {
    out["box"] = json::array();
    for (const float side : {box.left, box.top, box.right, box.bottom})
      out["box"].push_back(rounded(side, 10));
  }
  return out;
}

/// How surely what stands beside the value names the field: less so where it names another value nearly as
/// well. A rival that is not far behind a value which a check confirms has passed that check, too: then the
/// check says nothing about which of them it is.
float sureness_of_label(const Choice& choice) {
  if (choice.rival == nullptr) return choice.chosen->label;
  float share = std::min(1.0F, 0.55F + 1.5F * choice.margin);
  if (!choice.passed.empty() && choice.margin < 0.5F) share = 0.1F + 1.2F * choice.margin;
  return choice.chosen->label * share;
}

json signals(const Found& found, const Choice& choice) {
  const Candidate& chosen = *choice.chosen;
  json out{{"label_strength", rounded(sureness_of_label(choice), 1000)},
           {"format", rounded(chosen.reading.format, 1000)},
           {"margin", rounded(choice.margin, 1000)},
           {"places", chosen.places},
           {"place", name(chosen.place)}};
  if (chosen.hit != ~0U) out["label"] = found.hits[chosen.hit].match.label;
  if (choice.rival != nullptr) out["runner_up"] = choice.rival->reading.value;
  if (chosen.derived) out["evidence_found"] = false;
  if (choice.joined_by_sum) out["joined_by_sum"] = true;
  if (!choice.passed.empty()) out["checks_passed"] = choice.passed;
  if (!choice.failed.empty()) out["checks_failed"] = choice.failed;
  if (!chosen.reading.other.is_null()) out["ambiguous"] = true;
  return out;
}

json detail(const Layout& layout, const Found& found, const Property& property, const Choice& choice) {
  if (property.shape == Shape::unsupported) {
    return {{"problem", "the rules tier finds single values, not lists and objects"}};
  }
  if (choice.chosen == nullptr) return {{"problem", "not found"}};
  json out{{"evidence", evidence(layout, found, *choice.chosen)}, {"signals", signals(found, choice)}};
  const Reading& reading = choice.chosen->reading;
  if (!reading.other.is_null()) {
    out["problem"] = "ambiguous: " + as_text(reading.value) + " or " + as_text(reading.other);
  } else if (choice.rival != nullptr && choice.margin < 0.1F) {
    out["problem"] = "ambiguous: " + as_text(reading.value) + " or " + as_text(choice.rival->reading.value);
  }
  return out;
}

std::string wrong_type(const Property& property, const json& value) {
  std::string types;
  for (const std::string& type : property.types)
    types += (types.empty() ? "" : " or ") + type;
  return "found '" + as_text(value) + "', but the schema asks for " + types;
}

/// Where the date stands with its time, in the one form that a schema's `date-time` has.
bool take_time(const Layout& layout, Reading& reading) {
  const std::string_view text = layout.page_text(layout.cells()[reading.cell].page).substr(reading.begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \n,;)"));
  if (!is_iso_date_time(word)) return false;
  reading.value = word;
  reading.end = reading.begin + static_cast<std::uint32_t>(word.size());
  return true;
}

/// Makes of the value what the schema asks for; else says why not.
std::optional<std::string> make_valid(const Layout& layout, const Property& property, Reading& reading) {
  if (!allows_type(property, reading.value)) return wrong_type(property, reading.value);
  if (!property.with_time || !reading.value.is_string()) return {};
  if (is_iso_date_time(as_text(reading.value)) || take_time(layout, reading)) return {};
  return "found '" + as_text(reading.value) +
         "', but the schema asks for a date-time: a date, a time and its offset";
}

}  // namespace

json extract_fields(const SchemaView& schema, const std::vector<Check>& checks, const Text& text,
                    DayMonth dates) {
  const Layout layout(text, most_pages);
  const Values values(layout, dates);
  const Found found = search(schema, layout, values);
  std::vector<std::vector<Candidate>> candidates = weigh(schema, layout, values, found);
  const std::vector<Choice> choices = choose(schema, checks, layout, found, candidates);
  json answer{{"fields", json::object()}, {"details", json::object()}};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Property& property = schema.properties[i];
    Choice choice = choices[i];
    json& value = answer["fields"][property.name];
    json& its_detail = answer["details"][property.name];
    Candidate chosen;
    if (choice.chosen != nullptr) {
      chosen = *choice.chosen;
      choice.chosen = &chosen;
      if (const auto problem = make_valid(layout, property, chosen.reading)) {
        its_detail = {{"problem", *problem}};
        continue;
      }
      value = chosen.reading.value;
    }
    its_detail = detail(layout, found, property, choice);
  }
  return answer;
}

}  // namespace docket::rules
