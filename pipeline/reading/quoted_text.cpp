#include "pipeline/reading/quoted_text.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "pipeline/reading/codes.h"
#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/folded.h"
#include "pipeline/reading/text_match.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

constexpr std::size_t long_text = 60;  ///< Bytes: a quote need not hold all of a longer text.

/// Other words with a digit in it, which may be codes.
int other_codes(std::string_view words, std::string_view value) {
  std::set<std::string_view> others;
  while (!words.empty()) {
    const std::size_t length = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, length);
    if (word.size() >= 3 && has_digit(word) && value.find(word) == std::string_view::npos &&
        word.find(value) == std::string_view::npos)
      others.insert(word);
    words.remove_prefix(std::min(length + 1, words.size()));
  }
  return static_cast<int>(others.size());
}

/// IBANs and the like that stand in the passage, or around it; `value` as they are compared.
std::vector<CodeFound> codes_around(const Passage& passage) {
  const ByteRange lines = lines_of(passage);
  std::vector<CodeFound> codes;
  for (const auto find : {find_ibans, find_vat_ids, find_emails, find_urls})
    for (CodeFound& code : find(passage.page, lines.begin, lines.end))
      if (code.begin < passage.end && code.end > passage.begin) codes.push_back(std::move(code));
  return codes;
}

/// Letters and digits, without what a URL need not have and the tax that a Swiss number may end with.
std::string bare_code(std::string_view code) {
  std::string bare = fold_letters(code);
  for (const std::string_view scheme : {"http", "https"})
    if (code.starts_with(std::string(scheme) + "://")) bare.erase(0, scheme.size());
  for (const std::string_view tax : {"mwst", "tva", "iva"})
    if (bare.starts_with("che") && bare.ends_with(tax)) bare.resize(bare.size() - tax.size());
  return bare;
}

/// The value is a piece of a known code, and stands nowhere else in the passage.
bool is_inside_code(const std::string& value, const Passage& passage) {
  const std::vector<CodeFound> codes = codes_around(passage);
  if (codes.empty()) return false;
  const std::string bare = bare_code(value);
  std::string others(passage.page.substr(passage.begin, passage.end - passage.begin));
  for (const CodeFound& code : codes) {
    if (bare.find(bare_code(code.value)) != std::string::npos) return false;
    const std::uint32_t begin = std::max(code.begin, passage.begin), end = std::min(code.end, passage.end);
    std::fill_n(others.begin() + (begin - passage.begin), end - begin, '|');
  }
  return !text_in(value, comparable_words(others).text);
}

}  // namespace

ValueReading read_text(const std::string& value, Passage passage) {
  ValueReading reading;
  if (trim(value).empty()) return reading;
  if (value.size() > long_text) {  // The quote says where it is, and need not be all of it.
    const auto size = static_cast<std::uint32_t>(value.size());
    passage.end = std::min(static_cast<std::uint32_t>(passage.page.size()), passage.end + size + size / 4);
    passage = whole_words(passage);
  }
  const std::string words = words_in(passage);
  if (text_in(value, words) && !is_inside_code(value, passage)) reading.says = ValueReading::Says::yes;
  if (has_digit(value)) reading.others = other_codes(words, comparable_words(value).text);
  return reading;
}

}  // namespace docket
