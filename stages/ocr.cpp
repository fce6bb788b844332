#include "stages/ocr.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "pipeline/support/utf8.h"

namespace docket::stages {
namespace {

using nlohmann::json;
using Why = UnreadPage::Why;

constexpr std::size_t most_problems = 20;

std::size_t visible(const Page& page) {
  std::size_t count = 0;
  for (const char c : page.text)
    count += c != ' ' && c != '\n' && (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// One entry of `page_grades` for each page that one tells of.
struct PageGrades {
  std::vector<json> pages;

  PageGrades(const json& value, std::size_t count) : pages(count) {
    const auto stretches = value.find("page_grades");
    if (stretches == value.end()) return;
    for (const json& stretch : *stretches) {
      const auto from = stretch.value("from", std::size_t{0}), to = stretch.value("to", std::size_t{0});
      for (std::size_t page = from; page >= 1 && page <= std::min(to, count); ++page)
        pages[page - 1] = without_places(stretch);
    }
  }

  static json without_places(json stretch) {
    stretch.erase("from");
    stretch.erase("to");
    return stretch;
  }

  /// The same again, for what is told; nothing where all pages are of one kind and none needs OCR.
  json stretches() const {
    json found = json::array();
    for (std::size_t first = 0; first < pages.size();) {
      std::size_t last = first;
      while (last + 1 < pages.size() && pages[last + 1] == pages[first])
        ++last;
      if (json stretch = pages[first]; !stretch.is_null()) {
        stretch["from"] = first + 1;
        stretch["to"] = last + 1;
        found.push_back(std::move(stretch));
      }
      first = last + 1;
    }
    const bool says_nothing = found.size() == 1 && !found[0].contains("needs_ocr");
    return says_nothing ? json::array() : found;
  }
};

/// Whether what OCR read takes the place of the page's own text.
bool is_better(const Page& own, const Page& read, const json& about, Why why) {
  const std::size_t own_count = visible(own), count = visible(read);
  if (count == 0) return false;
  switch (why) {
    case Why::asked:
      return true;
    case Why::no_text:
      return count > own_count + own_count / 4;
    case Why::doubtful:
      return about.value("grade", "") == "good" && count * 2 > own_count;
  }
  return false;
}

/// Sums of what was read, letter by letter.
struct Found {
  PageGrades grades;
  json pages = json::array();
  json seen = json::array();                ///< Those of them that a model saw.
  double letters = 0;                       ///< Of all of them,
  double sure_letters = 0, confidence = 0;  ///< and of those that OCR read: it says how sure it is.
  std::size_t good = 0;
  std::map<std::string, double> languages;  ///< Letters, by language.
  Agreement agreement;                      ///< Of the readings of all pages.
  json in_doubt = json::array();
  std::size_t compared = 0;  ///< Pages.

  explicit Found(PageGrades all) : grades(std::move(all)) {}
  void add(int number, const Page& page, const LookedAt& looked) {
    const json& about = looked.answer->value;
    const auto count = static_cast<double>(visible(page));
    pages.push_back(number);
    letters += count;
    if (!looked.answer->by.empty()) seen.push_back(number);
    if (about.contains("confidence")) {
      sure_letters += count;
      confidence += count * about.value("confidence", 0.0);
    }
    const bool is_in_doubt = looked.agreement && looked.agreement->in_doubt();
    const std::string grade = is_in_doubt ? "poor" : about.value("grade", "none");
    good += grade == "good";
    if (const std::string language = about.value("language", ""); !language.empty())
      languages[language] += count;
    grades.pages[static_cast<std::size_t>(number) - 1] = {{"grade", grade}};
  }
  void compare(int number, const Agreement& one) {
    ++compared;
    agreement.words += one.words;
    agreement.equal += one.equal;
    if (one.in_doubt()) in_doubt.push_back(number);
  }
  std::string language() const {
    const auto most = std::ranges::max_element(languages, {}, [](const auto& entry) { return entry.second; });
    return most == languages.end() ? "" : most->first;
  }
  double mean() const { return sure_letters > 0 ? std::round(confidence / sure_letters * 10) / 10 : 0; }
};

void add_problem(json& value, const std::string& problem) {
  json& problems = value["problems"];
  if (!problems.is_array()) problems = json::array();
  if (problems.size() < most_problems) problems.push_back(problem);
}

/// `none` where there is next to no text; `good` where most of the pages that had been in doubt are so now.
std::string grade_of(const Text& text, const Found& found, std::size_t asked, const std::string& before) {
  constexpr std::size_t least_letters = 5;
  constexpr double least_confidence = 70;
  std::size_t count = 0;
  for (const Page& page : text.pages)
    count += visible(page);
  if (count < least_letters * text.pages.size()) return "none";
  const bool says_how_sure = found.seen.empty() || found.sure_letters > 0;
  const bool is_unsure = says_how_sure && found.mean() < least_confidence;
  if (found.good * 2 < asked || is_unsure) return before == "good" ? before : "poor";
  return "good";
}

json how_it_was_read(const Found& found, const OcrOptions& options) {
  json ocr = {{"pages", found.pages}};
  const bool was_read = found.seen.size() < found.pages.size();
  if (was_read) {
    ocr["languages"] = options.languages;
    ocr["confidence"] = found.mean();
  }
  if (options.can_see()) {
    ocr["backend"] = options.backend;
    ocr["seen"] = found.seen;
  }
  if (found.compared > 0) {
    ocr["agreement"] = std::round(found.agreement.share() * 1000) / 1000;
    ocr["in_doubt"] = found.in_doubt;
  }
  return ocr;
}

void describe(const Text& text, const Found& found, std::size_t asked, const OcrOptions& options,
              json& value) {
  std::size_t count = 0;
  for (const Page& page : text.pages)
    count += characters(page.text);
  value["characters"] = count;
  value["grade"] = grade_of(text, found, asked, value.value("grade", "none"));
  if (const std::string language = found.language();
      !language.empty() && found.letters * 2 > static_cast<double>(count))
    value["language"] = language;
  value.erase("page_grades");
  if (json stretches = found.grades.stretches(); !stretches.empty())
    value["page_grades"] = std::move(stretches);
  if (!found.pages.empty()) value["ocr"] = how_it_was_read(found, options);
}

}  // namespace

std::vector<UnreadPage> unread_pages(const json& value, const Text& text, OcrOptions::Mode mode) {
  std::vector<UnreadPage> found;
  if (mode == OcrOptions::Mode::never) return found;
  const PageGrades grades(value, text.pages.size());
  for (std::size_t i = 0; i < text.pages.size(); ++i) {
    if (text.pages[i].width <= 0) continue;
    const std::string why = grades.pages[i].is_object() ? grades.pages[i].value("needs_ocr", "") : "";
    const int number = static_cast<int>(i + 1);
    if (mode == OcrOptions::Mode::always)
      found.push_back({number, Why::asked});
    else if (!why.empty())
      found.push_back({number, why == "garbled" ? Why::doubtful : Why::no_text});
  }
  return found;
}

Result<std::shared_ptr<const Text>> join_pages(const Text& text, const std::vector<UnreadPage>& pages,
                                               std::span<const LookedAt> looked_at, const OcrOptions& options,
                                               json& value) {
  auto joined = std::make_shared<Text>(text);
  Found found{PageGrades(value, text.pages.size())};
  const Error* first_error = nullptr;
  for (std::size_t i = 0; i < pages.size() && i < looked_at.size(); ++i) {
    const LookedAt& looked = looked_at[i];
    const std::string page = "page " + std::to_string(pages[i].number);
    if (!looked.problem.empty()) add_problem(value, page + " " + looked.problem);
    if (!looked.answer) {
      if (looked.answer.error().error_class == ErrorClass::cancelled) return looked.answer.error();
      if (first_error == nullptr) first_error = &looked.answer.error();
      add_problem(value, page + " could not be read by OCR: " + looked.answer.error().message);
      continue;
    }
    if (looked.agreement) found.compare(pages[i].number, *looked.agreement);
    if (!looked.answer->text || looked.answer->text->pages.size() != 1) continue;
    const Page& read = looked.answer->text->pages.front();
    Page& own = joined->pages[static_cast<std::size_t>(pages[i].number) - 1];
    if (!is_better(own, read, looked.answer->value, pages[i].why)) continue;
    found.add(pages[i].number, read, looked);
    const float width = own.width, height = own.height;
    own = read;
    if (own.width <= 0) own.width = width, own.height = height;  // Who only sees it measures nothing.
  }
  const bool has_no_text = value.value("grade", "none") == "none";
  if (first_error != nullptr && found.pages.empty() && has_no_text) return *first_error;
  describe(*joined, found, pages.size(), options, value);
  joined->language = value.value("language", "");
  return std::shared_ptr<const Text>(std::move(joined));
}

}  // namespace docket::stages
