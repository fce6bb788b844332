#include "worker/text/finish.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "worker/text/grade.h"
#include "worker/text/language.h"
#include "worker/text/line_breaks.h"
#include "worker/text/markdown_tables.h"
#include "worker/text/repeated_lines.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_repeated_lines = 50;

nlohmann::json as_json(const std::vector<RepeatedLine>& lines) {
  nlohmann::json out = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(lines.size(), most_repeated_lines); ++i) {
    const RepeatedLine& line = lines[i];
    out.push_back({{"text", line.text},
                   {"place", line.is_foot ? "foot" : "head"},
                   {"pages", line.places.size()},
                   {"from", line.places.front().page + 1},
                   {"to", line.places.back().page + 1}});
  }
  return out;
}

void add_grades(Extraction& extraction) {
  const std::vector<PageGrade> pages = grade_pages(extraction);
  extraction.value["grade"] = grade(pages, extraction.letters);
  if (nlohmann::json stretches = page_stretches(pages); !stretches.empty())
    extraction.value["page_grades"] = std::move(stretches);
}

}  // namespace

void finish(Extraction& extraction, const TextForm& form) {
  Text& text = extraction.text;
  join_hyphenated_words(text);
  add_grades(extraction);
  if (std::string language = language_of(text); !language.empty())
    extraction.value["language"] = std::move(language);
  if (const std::vector<RepeatedLine> lines = repeated_lines(text); !lines.empty()) {
    extraction.value["repeated_lines"] = as_json(lines);
    if (form.repeated_lines == TextForm::RepeatedLines::once) keep_once(text, lines);
  }
  if (form.tables == TextForm::Tables::markdown) {
    for (Page& page : text.pages)
      write_tables_as_markdown(page);
  }
  extraction.value["pages"] = text.pages.size();
  extraction.value["characters"] = character_count(text);
}

}  // namespace docket::worker
