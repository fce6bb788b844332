#include "stages/evidence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "pipeline/support/ascii.h"

namespace docket::stages {
namespace {

using nlohmann::json;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

/// With one blank between words, and none at the ends.
std::string words_of(const std::string& text) {
  std::string words;
  for (const char c : text) {
    if (is_blank(c) && (words.empty() || words.back() == ' ')) continue;
    words += is_blank(c) ? ' ' : c;
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
  return digits;
}

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (is_alnum(c) || static_cast<unsigned char>(c) >= 0x80) letters += to_lower(c);
  }
  return letters;
}

/// The year, at least its last two digits, and the day; months are often words.
bool date_in(const std::string& date, const std::string& quote) {
  const std::string digits = digits_of(quote);
  const std::string day = date[8] == '0' ? date.substr(9) : date.substr(8);
  return digits.find(date.substr(2, 2)) != std::string::npos && digits.find(day) != std::string::npos;
}

/// As a person may write the number: with two decimals or without, whatever separates them.
bool number_in(double number, const std::string& quote) {
  const std::string digits = digits_of(quote);
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", std::fabs(number));
  std::string exact = digits_of(text);
  if (digits.find(exact) != std::string::npos) return true;
  if (exact.ends_with("00") && digits.find(exact.substr(0, exact.size() - 2)) != std::string::npos)
    return true;
  if (exact.ends_with("0") && digits.find(exact.substr(0, exact.size() - 1)) != std::string::npos)
    return true;
  return digits.find(digits_of(json(std::fabs(number)).dump())) != std::string::npos;
}

/// Where the words stand, not beginning or ending within another word (of scripts that put blanks between
/// words, as far as ASCII goes).
std::size_t find_words(const std::string& text, std::string_view words) {
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool begins = at == 0 || !is_alnum(text[at - 1]) || !is_alnum(words.front());
    const bool ends = end == text.size() || !is_alnum(text[end]) || !is_alnum(words.back());
    if (begins && ends) return at;
  }
  return std::string::npos;
}

}  // namespace

const QuoteFinder::Page& QuoteFinder::prepared(std::size_t number) {
  std::optional<Page>& page = pages_[number];
  if (page) return *page;
  page.emplace();
  page->words = " ";
  page->offset = {0};
  const std::string& text = text_.pages[number].text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_blank(text[i]) && page->words.back() == ' ') continue;
    page->words += is_blank(text[i]) ? ' ' : text[i];
    page->offset.push_back(static_cast<std::uint32_t>(i));
  }
  return *page;
}

json QuoteFinder::find(const std::string& quote, std::size_t first, std::size_t last) {
  const std::string words = words_of(quote);
  if (words.empty()) return nullptr;
  for (std::size_t number = first; number <= last && number < text_.pages.size(); ++number) {
    const Page& page = prepared(number);
    const std::size_t at = find_words(page.words, words);
    if (at == std::string::npos) continue;
    json found = evidence(number, page.offset[at], page.offset[at + words.size() - 1] + 1);
    found["quote"] = words;
    return found;
  }
  return nullptr;
}

json QuoteFinder::evidence(std::size_t number, std::size_t begin, std::size_t end) {
  json found = {{"page", number + 1}};
  std::optional<Box> box;
  for (const Word& word : text_.pages[number].words) {
    if (word.offset + word.length <= begin || word.offset >= end) continue;
    if (!box) box = word.box;
    box = Box{std::min(box->left, word.box.left), std::min(box->top, word.box.top),
              std::max(box->right, word.box.right), std::max(box->bottom, word.box.bottom)};
  }
  const auto tenth = [](float points) { return std::round(static_cast<double>(points) * 10) / 10; };
  if (box) found["box"] = {tenth(box->left), tenth(box->top), tenth(box->right), tenth(box->bottom)};
  return found;
}

bool QuoteFinder::stands(const json& evidence) {
  const std::size_t page = evidence.value("page", std::size_t{0});
  if (page == 0 || page > text_.pages.size() || !evidence.contains("quote")) return false;
  const std::string words = words_of(evidence["quote"].get<std::string>());
  return !words.empty() && find_words(prepared(page - 1).words, words) != std::string::npos;
}

/// Of the form 2024-03-05, whether or not there is such a day: a model's value may be wrong.
bool looks_like_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '-'; });
}

std::optional<bool> value_in_quote(const json& value, const std::string& quote) {
  if (value.is_number()) return number_in(value.get<double>(), quote);
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (looks_like_date(text)) return date_in(text, quote);
  const std::string letters = letters_of(text);
  if (letters.empty()) return std::nullopt;
  if (letters_of(quote).find(letters) != std::string::npos) return true;
  // A currency may stand there as a sign.
  static constexpr std::pair<std::string_view, std::string_view> signs[] = {
      {"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"}};
  return std::ranges::any_of(signs, [&](const auto& sign) {
    return text == sign.first && quote.find(sign.second) != std::string::npos;
  });
}

}  // namespace docket::stages
