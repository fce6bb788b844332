#include "worker/text/single_byte.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

constexpr std::size_t examined_for_words = std::size_t{1} << 16;  ///< Bytes.

/// In the order in which they are likely.
constexpr std::array latin = {"WINDOWS-1252", "CP850",        "MACINTOSH", "WINDOWS-1250",
                              "CP852",        "WINDOWS-1254", "CP857"};
constexpr std::array cyrillic = {"KOI8-U", "WINDOWS-1251", "CP866", "CP855", "MAC-CYRILLIC"};
constexpr std::array<std::string_view, 6> detected_cyrillic = {"KOI8-R", "WINDOWS-1251", "ISO-8859-5",
                                                               "IBM855", "IBM866",       "MAC-CYRILLIC"};

/// What statistics find where hardly anybody uses it.
constexpr std::array<std::string_view, 7> unlikely = {
    "ISO-8859-3", "ISO-8859-4", "ISO-8859-10", "ISO-8859-14", "ISO-8859-16", "WINDOWS-1258", "IBM852"};

constexpr std::u32string_view usual_letters =
    U"äöüßéèàùâêîôûçñáíóúåæøëïœãõìòÿ"
    U"ąćęłńóśźżčďěňřšťůžýőűăâîșțşţđľĺŕ"
    U"ğıİşāēģīķļņūėįų";
constexpr std::u32string_view within_words =
    U"\u2019\u2018\u00B4\u0060\u00B7\u00AD\u2013\u2014\u2010\u2011\u00AA\u00BA";

bool is_within_word(char32_t c) {
  return c < 0x80 ? (c != 0 && is_alpha(static_cast<char>(c))) : word_part(c) != WordPart::none;
}

bool is_capital_letter(char32_t c) {
  return fold(c) != c && capital(c) == c;
}  // Not the Turkish ı, which is folded too.
bool is_small_letter(char32_t c) { return is_within_word(c) && !is_capital_letter(c); }

bool is_other_script(char32_t c) { return c >= 0x370 && c < 0x1E00; }

bool is_ascii_letter(char32_t c) { return c < 0x80 && is_within_word(c); }

/// What no writer puts there.
bool is_fault_of_word(char32_t before, char32_t c, char32_t behind) {
  if (c < 0x80) return false;
  if (!is_within_word(c)) {
    return within_words.find(c) == within_words.npos && is_within_word(before) && is_small_letter(behind);
  }
  if (is_other_script(c)) return is_ascii_letter(before) || is_ascii_letter(behind);
  const bool is_latin = c < 0x370;
  if (is_latin && (is_other_script(before) || is_other_script(behind))) return true;
  const bool is_usual =
      usual_letters.find(fold(c)) != usual_letters.npos || usual_letters.find(c) != usual_letters.npos;
  if (is_latin && !is_usual && c != U'ª' && c != U'º') return true;
  if (c == U'ï' && std::u32string_view(U"aeouéAEOU").find(before) == std::u32string_view::npos) return true;
  if (c == U'ì' && is_within_word(behind)) return true;  // It ends words of Italian.
  return is_latin && is_capital_letter(c) && is_small_letter(before) && is_small_letter(behind);
}

std::optional<std::size_t> faults_of_words(std::string_view bytes, const std::string& encoding) {
  const auto text = decode_from(bytes.substr(0, examined_for_words), encoding);
  if (!text) return {};
  std::size_t count = 0;
  char32_t before = 0, c = 0;
  for (std::size_t at = 0; at < text->size();) {
    const char32_t behind = next_code_point(*text, at);
    count += is_fault_of_word(before, c, behind) || c == replacement_character || (c >= 0x80 && c < 0xA0);
    before = c;
    c = behind;
  }
  return count + (is_fault_of_word(before, c, 0) ? 1 : 0);
}

bool has_one_byte(std::string_view encoding) {
  for (const std::string_view begin :
       {"ISO-8859-", "WINDOWS-125", "IBM", "CP85", "CP86", "MAC", "KOI8", "X-MAC"})
    if (encoding.starts_with(begin)) return true;
  return false;
}

bool is_base64(char c) { return is_alnum(c) || c == '+' || c == '/'; }

}  // namespace

std::string better_single_byte(std::string_view bytes, const std::string& detected) {
  if (!has_one_byte(detected)) return detected;
  const bool is_unlikely = std::ranges::find(unlikely, std::string_view(detected)) != unlikely.end();
  const std::size_t own = faults_of_words(bytes, detected).value_or(bytes.size()) + (is_unlikely ? 1 : 0);
  if (own == 0) return detected;
  std::vector<const char*> others(latin.begin(), latin.end());
  const bool is_cyrillic =
      std::ranges::find(detected_cyrillic, std::string_view(detected)) != detected_cyrillic.end();
  others.insert(is_cyrillic ? others.begin() : others.end(), cyrillic.begin(), cyrillic.end());
  for (const char* other : others) {
    const auto count = faults_of_words(bytes, other);
    if (count && *count * 4 < own) return other;
  }
  return detected;
}

bool is_utf7(std::string_view bytes) {
  std::size_t found = 0;
  for (std::size_t at = bytes.find('+'); at != bytes.npos; at = bytes.find('+', at)) {
    std::size_t end = ++at;
    while (end < bytes.size() && is_base64(bytes[end]))
      ++end;
    if (end == at && end < bytes.size() && bytes[end] == '-') continue;  // A plus itself.
    const std::size_t bits = (end - at) * 6;
    if (bits < 16 || bits % 16 >= 6 || end >= bytes.size() || bytes[end] != '-') return false;
    const auto text = decode_from(bytes.substr(at - 1, end + 2 - at), "UTF-7");
    if (!text || text->empty()) return false;
    for (std::size_t i = 0; i < text->size();) {
      const char32_t c = next_code_point(*text, i);
      if (c == replacement_character || c < 0xA0 || (c >= 0xD800 && c < 0xF900)) return false;
    }
    ++found;
    at = end;
  }
  return found >= 2;
}

}  // namespace docket::worker
