#include "backends/rules/hits.h"

#include <map>
#include <string_view>

#include "pipeline/support/ascii.h"

namespace docket::rules {
namespace {

constexpr int most_of_one_label = 200;  // A page that repeats a label without end has nothing to say with it.

/// The label in "invoice_number_1" is no label, nor is that in "invoice@example.com". "GST@6%" has a rate.
bool is_part_of_name(std::string_view text, const Hit& hit) {
  const auto joins = [&](std::size_t at) {
    const bool is_rate = at + 1 < text.size() && is_digit(text[at + 1]);
    return text[at] == '_' || (text[at] == '@' && !is_rate);
  };
  return (hit.begin > 0 && joins(hit.begin - 1)) || (hit.end < text.size() && joins(hit.end));
}

/// "MwSt-%" is a rate, whatever MwSt may be.
bool is_rate(std::string_view text, const Cell& cell, const Hit& hit) {
  const std::string_view behind = text.substr(hit.end, cell.end - hit.end);
  const std::size_t mark = behind.find_first_not_of(" -.([:");
  return mark != std::string_view::npos && behind[mark] == '%';
}

}  // namespace

std::vector<Hit> find_hits(const LabelIndex& labels, const Layout& layout, const Values& values) {
  std::vector<Hit> hits;
  std::map<std::string_view, int> seen;
  std::vector<LabelMatch> matches;
  for (std::uint32_t index = 0; index < layout.cells().size(); ++index) {
    const Cell& cell = layout.cells()[index];
    const Folded& folded = layout.folded(cell.page);
    const std::string_view text = layout.page_text(cell.page);
    matches.clear();
    labels.find(folded, cell.first_token, cell.last_token, matches);
    for (const LabelMatch& match : matches) {
      Hit hit;
      hit.cell = index;
      hit.begin = folded.tokens[match.first_token].begin;
      hit.end = folded.tokens[match.last_token - 1].end;
      hit.match = match;
      if (is_part_of_name(text, hit) || is_rate(text, cell, hit)) continue;
      if (++seen[match.label] > most_of_one_label) continue;
      hit.words_before = values.words_between(cell, cell.begin, hit.begin);
      hit.words_after = values.words_between(cell, hit.end, cell.end);
      hit.fills_cell = hit.words_before == 0 && hit.words_after == 0 && values.in_cell(index).empty();
      hits.push_back(hit);
    }
  }
  return hits;
}

}  // namespace docket::rules
