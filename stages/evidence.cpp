#include "stages/evidence.h"

#include <algorithm>
#include <cmath>

#include "pipeline/reading/folded.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::stages {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

constexpr std::size_t most_places = 50;  ///< Of a quote: more say nothing more.
/// Letters and digits of a quote that says where the value is although it stands in several places.
constexpr std::size_t least_quote = 3;

/// Of ASCII and beyond; marks that say something, as € does, count too.
std::size_t substance(const std::string& quote) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < quote.size();) {
    const char32_t c = next_code_point(quote, at);
    if (is_of_word(c))
      ++count;
    else if (c >= 0xA1)
      count += least_quote;
    else if (c == '$' || c == '%')
      count += c == '$' ? least_quote : 1;
  }
  return count;
}

std::string in_words(const json& value) {
  return excerpt(value.dump(-1, ' ', false, json::error_handler_t::replace), 60);
}

/// Takes from a place what it says; a clear reading is better than one of two.
bool is_better(const ValueReading& reading, const ValueReading& known) {
  if (reading.says != known.says) return reading.says > known.says;
  if (reading.ambiguous != known.ambiguous) return !reading.ambiguous;
  return reading.others < known.others;
}

}  // namespace

const ComparableWords& QuoteFinder::prepared(std::size_t number) {
  std::optional<ComparableWords>& page = pages_[number];
  if (!page) page = comparable_words(text_.pages[number].text);
  return *page;
}

std::vector<QuoteFinder::Place> QuoteFinder::places(const std::string& quote, std::size_t first,
                                                    std::size_t last) {
  std::vector<Place> found;
  for (const std::string& words : spellings(quote)) {
    for (std::size_t number = first; number <= last && number < text_.pages.size(); ++number) {
      if (!hidden_.empty() && hidden_[number]) continue;
      const ComparableWords& page = prepared(number);
      for (std::size_t at = find_whole_words(page.text, words, 0);
           at != std::string::npos && found.size() < most_places;
           at = find_whole_words(page.text, words, at + words.size()))
        found.push_back({number, page.begin[at], page.end[at + words.size() - 1]});
    }
    if (!found.empty()) break;
  }
  return found;
}

json QuoteFinder::shown(const Place& place, const std::string& quote) const {
  json found = {{"page", place.page + 1}, {"quote", squeeze(quote)}};
  std::optional<Box> box;
  for (const Word& word : text_.pages[place.page].words) {
    if (word.offset + word.length <= place.begin || word.offset >= place.end) continue;
    if (!box) box = word.box;
    box = Box{std::min(box->left, word.box.left), std::min(box->top, word.box.top),
              std::max(box->right, word.box.right), std::max(box->bottom, word.box.bottom)};
  }
  const auto tenth = [](float points) { return std::round(static_cast<double>(points) * 10) / 10; };
  if (box) found["box"] = {tenth(box->left), tenth(box->top), tenth(box->right), tenth(box->bottom)};
  return found;
}

json QuoteFinder::find(const std::string& quote, std::size_t first, std::size_t last) {
  const std::vector<Place> found = places(quote, first, last);
  return found.empty() ? json() : shown(found.front(), quote);
}

bool QuoteFinder::stands(const json& evidence) {
  const std::size_t page = evidence.value("page", std::size_t{0});
  if (page == 0 || page > text_.pages.size() || !evidence.contains("quote")) return false;
  return !places(evidence["quote"].get<std::string>(), page - 1, page - 1).empty();
}

std::optional<double> read_confidence(const Text& text, const json& evidence) {
  constexpr float slack = 0.1F;  // Of a point: the record's boxes are rounded.
  const std::size_t number = evidence.value("page", std::size_t{0});
  if (number == 0 || number > text.pages.size() || !evidence.contains("box")) return {};
  const Page& page = text.pages[number - 1];
  if (page.confidence.size() != page.words.size()) return {};
  const auto box = evidence["box"].get<std::vector<float>>();
  std::optional<double> least;
  for (std::size_t i = 0; i < page.words.size(); ++i) {
    const Box& word = page.words[i].box;
    const bool is_inside = word.left >= box[0] - slack && word.top >= box[1] - slack &&
                           word.right <= box[2] + slack && word.bottom <= box[3] + slack;
    if (is_inside) least = std::min(least.value_or(1), page.confidence[i] / 100.0);
  }
  return least;
}

Writing writing_of(const Text& text, DayMonth dates) {
  Writing writing;
  writing.dates = dates;
  writing.day_first_language = is_day_first_language(text.language);
  for (const Page& page : text.pages)
    writing.add(page.text);
  return writing;
}

const Writing& EvidenceReader::writing() {
  if (!writing_) writing_ = writing_of(text_, dates_);
  return *writing_;
}

Evidence EvidenceReader::read(const json& value, const json& property, const std::string& quote,
                              std::size_t first_page, std::size_t last_page) {
  Evidence evidence{.shown = {{"quote", squeeze(quote)}}, .signals = {{"evidence_found", false}}};
  const std::vector<QuoteFinder::Place> places = quotes_.places(quote, first_page, last_page);
  if (places.empty()) {
    evidence.problem = "its quote does not stand in the document";
    return evidence;
  }
  ValueReading best;
  const QuoteFinder::Place* where = nullptr;
  for (const QuoteFinder::Place& place : places) {
    const ValueReading reading =
        read_value(value, property, {text_.pages[place.page].text, place.begin, place.end}, writing());
    if (where != nullptr && !is_better(reading, best)) continue;
    best = reading;
    where = &place;
  }
  evidence.shown = quotes_.shown(*where, quote);
  if (places.size() > 1 && substance(quote) < least_quote) {
    evidence.signals["quote_too_short"] = true;
    evidence.problem = "its quote is too short: it stands in " + std::to_string(places.size()) + " places";
    return evidence;
  }
  evidence.signals["evidence_found"] = true;
  if (best.says == Says::cannot_tell) {
    evidence.signals["readable"] = false;
    evidence.problem = "its quote does not name " + in_words(value) + ": another tier has to agree";
    return evidence;
  }
  evidence.signals["value_in_quote"] = best.says == Says::yes;
  if (best.says == Says::no) evidence.problem = "its quote does not say " + in_words(value);
  if (best.ambiguous) evidence.signals["ambiguous"] = true;
  if (best.others > 0 && !value.is_structured()) evidence.signals["values_in_quote"] = best.others + 1;
  return evidence;
}

}  // namespace docket::stages
