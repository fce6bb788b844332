#include "worker/text/grade.h"

#include <algorithm>
#include <numeric>

#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_stretches = 1000;

bool is_one_kind(const PageGrade& a, const PageGrade& b) {
  return grade(a) == grade(b) && why_ocr(a) == why_ocr(b);
}

nlohmann::json stretch(const PageGrade& page, std::size_t from, std::size_t to) {
  nlohmann::json out = {{"from", from}, {"to", to}, {"grade", grade(page)}};
  if (needs_ocr(page)) out["needs_ocr"] = why_ocr(page);
  return out;
}

}  // namespace

std::vector<PageGrade> grade_pages(const Extraction& extraction) {
  std::vector<PageGrade> pages = extraction.drawn_pages;
  pages.resize(extraction.text.pages.size());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    pages[i].is_drawn = !extraction.drawn_pages.empty();
    pages[i].is_exchanged = extraction.letters.are_exchanged;
    add_text(pages[i], extraction.text.pages[i].text);
  }
  return pages;
}

std::string_view grade(const std::vector<PageGrade>& pages, const DrawnLetters& letters) {
  const PageGrade all = std::accumulate(pages.begin(), pages.end(), PageGrade());
  const auto empty_pages = std::ranges::count(pages, std::size_t{0}, &PageGrade::characters);
  if (all.characters < 5 * pages.size() || all.characters == 0) return "none";
  const bool few_vowels = all.latin_letters >= 100 && all.latin_vowels * 5 < all.latin_letters;
  const bool is_doubtful = letters.is_stand_in || letters.are_exchanged || letters.unseen > letters.seen ||
                           letters.unreadable * 20 > letters.seen;
  const bool is_poor = is_doubtful || few_vowels || is_garbled(all) || all.characters < 40 * pages.size() ||
                       static_cast<std::size_t>(empty_pages) * 2 > pages.size();
  return is_poor ? "poor" : "good";
}

nlohmann::json page_stretches(const std::vector<PageGrade>& pages) {
  nlohmann::json stretches = nlohmann::json::array();
  for (std::size_t first = 0; first < pages.size() && stretches.size() < most_stretches;) {
    std::size_t last = first;
    while (last + 1 < pages.size() && is_one_kind(pages[first], pages[last + 1]))
      ++last;
    stretches.push_back(stretch(pages[first], first + 1, last + 1));
    first = last + 1;
  }
  const bool says_nothing = stretches.size() == 1 && !stretches[0].contains("needs_ocr");
  return says_nothing ? nlohmann::json::array() : stretches;
}

std::size_t character_count(const Text& text) {
  std::size_t count = 0;
  for (const Page& page : text.pages) {
    count += characters(page.text);
  }
  return count;
}

}  // namespace docket::worker
