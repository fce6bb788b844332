#include "stages/printed.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "pipeline/reading/amounts.h"
#include "pipeline/reading/quoted_date.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/same_number.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::size_t least_letters = 3;  ///< Of words that say where they are from.

bool is_iso_date(const std::string& text) { return text.size() == 10 && looks_like_date(text); }

/// Where a token begins at this byte of the folded letters, and where one ends; none: within one.
std::optional<std::uint32_t> begin_of(const Folded& folded, std::size_t at) {
  const auto token = std::ranges::lower_bound(folded.tokens, at, {}, &Token::fold_begin);
  return token != folded.tokens.end() && token->fold_begin == at ? std::optional(token->begin) : std::nullopt;
}

std::optional<std::uint32_t> end_of(const Folded& folded, std::size_t at) {
  const auto token = std::ranges::lower_bound(folded.tokens, at, {}, &Token::fold_end);
  return token != folded.tokens.end() && token->fold_end == at ? std::optional(token->end) : std::nullopt;
}

}  // namespace

PrintedValues::PrintedValues(const Text& text, DayMonth dates)
    : text_(text), quotes_(text), writing_(writing_of(text, dates)), folded_(text.pages.size()) {}

json PrintedValues::find(const json& value) {
  if (value.is_number()) return find_number(value.get<double>());
  if (!value.is_string()) return {};
  const std::string& text = value.get_ref<const std::string&>();
  return is_iso_date(text) ? find_date(text) : find_words(text);
}

json PrintedValues::find_number(double value) {
  json of_other_sign;
  for (std::size_t page = 0; page < text_.pages.size(); ++page) {
    const std::string& text = text_.pages[page].text;
    DecimalMark ignored;
    for (NumberFound& number : find_numbers(text, 0, static_cast<std::uint32_t>(text.size()), ignored)) {
      settle(number, writing_.mark);
      if (number.percent) continue;
      if (is_same_number(number.value, value)) return shown(page, number.begin, number.end);
      if (of_other_sign.is_null() && is_same_number(-number.value, value))
        of_other_sign = shown(page, number.begin, number.end);
    }
  }
  return of_other_sign;
}

json PrintedValues::find_date(const std::string& iso) {
  for (std::size_t page = 0; page < text_.pages.size(); ++page) {
    const std::string& text = text_.pages[page].text;
    DateOrder ignored;
    for (DateFound& date : find_dates(text, folded(page), 0, folded(page).tokens.size(), ignored)) {
      settle(date, writing_.day_month());
      if (date.iso == iso || date.month_first == iso) return shown(page, date.begin, date.end);
    }
  }
  return {};
}

/// By letters and digits alone: DE 123 456 789, RE-1001.
json PrintedValues::find_words(const std::string& words) {
  const std::string letters = fold_letters(words);
  if (letters.size() < least_letters) return quotes_.find(words, 0, text_.pages.size());
  for (std::size_t page = 0; page < text_.pages.size(); ++page) {
    const Folded& whole = folded(page);
    for (std::size_t at = whole.letters.find(letters); at != std::string::npos;
         at = whole.letters.find(letters, at + 1)) {
      const auto begin = begin_of(whole, at), end = end_of(whole, at + letters.size());
      if (begin && end) return shown(page, *begin, *end);
    }
  }
  return {};
}

json PrintedValues::shown(std::size_t page, std::uint32_t begin, std::uint32_t end) const {
  return quotes_.shown({page, begin, end}, text_.pages[page].text.substr(begin, end - begin));
}

const Folded& PrintedValues::folded(std::size_t page) {
  std::optional<Folded>& known = folded_[page];
  if (!known) known = fold(text_.pages[page].text);
  return *known;
}

}  // namespace docket::stages
