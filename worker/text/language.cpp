#include "worker/text/language.h"

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::size_t looked_at = 16 << 10;  ///< Bytes of the text.
constexpr std::size_t least_of_page = 256;   ///< Bytes: what is said once at the top of a page is not all.
constexpr int fewest_letters = 24;           ///< Bytes: a word or two are of many languages.
constexpr int most_of_it = 60;               ///< Per cent in one language.

/// Up to `most` bytes from the beginning of `text`, without a broken character at their end.
std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && continues_character(text[most]))
    --most;
  return text.substr(0, most);
}

/// As much of every page, or of every n-th of many.
std::string sample(const Text& text) {
  const std::size_t fitting = looked_at / least_of_page;
  const std::size_t step = std::max<std::size_t>(1, (text.pages.size() + fitting - 1) / fitting);
  const std::size_t pages = (text.pages.size() + step - 1) / step;
  std::string out;
  for (std::size_t i = 0, left = pages; i < text.pages.size(); i += step, --left) {
    out += beginning(text.pages[i].text, (looked_at - out.size()) / left - 1);
    out += '\n';
  }
  return out;
}

/// CLD2 has old codes for some languages, and one with a script; empty: none of two letters.
std::string iso_code(CLD2::Language language) {
  const std::string_view code = CLD2::LanguageCode(language);
  if (code == "iw") return "he";
  if (code == "jw") return "jv";
  if (code == "fil") return "tl";
  if (code.starts_with("zh")) return "zh";
  return code.size() == 2 ? std::string(code) : std::string();
}

}  // namespace

std::string language_of(const Text& text) {
  const std::string bytes = sample(text);
  std::array<CLD2::Language, 3> languages = {};
  std::array<int, 3> percent = {};
  std::array<double, 3> scores = {};
  int letters = 0;
  bool is_reliable = false;
  const CLD2::CLDHints no_hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  CLD2::ExtDetectLanguageSummary(bytes.data(), static_cast<int>(bytes.size()), true, &no_hints, 0,
                                 languages.data(), percent.data(), scores.data(), nullptr, &letters,
                                 &is_reliable);
  if (!is_reliable || letters < fewest_letters || percent[0] < most_of_it) return {};
  return iso_code(languages[0]);
}

}  // namespace docket::worker
