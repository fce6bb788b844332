#include "stages/text_facts.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "pipeline/reading/folded.h"
#include "pipeline/support/utf8.h"

namespace docket::stages {
namespace {

constexpr std::size_t fewest_columns = 3;
constexpr int fewest_rows = 3;

/// Parts of the line with two blanks or more between them.
std::size_t columns(std::string_view line) {
  std::size_t found = 0, blanks = 2;
  for (const char byte : line) {
    if (byte == ' ' || byte == '\t' || byte == '\r') {
      ++blanks;
      continue;
    }
    if (blanks > 1) ++found;
    blanks = 0;
  }
  return found;
}

std::int64_t count_tables(std::string_view page) {
  std::int64_t tables = 0;
  int rows = 0, others = 0;  // Of the table that is perhaps begun; lines behind its last row.
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    const bool is_row = columns(page.substr(0, end)) >= fewest_columns;
    page.remove_prefix(std::min(end + 1, page.size()));
    others = is_row ? 0 : others + 1;
    if (others > 1) rows = 0;
    if (is_row && ++rows == fewest_rows) ++tables;
  }
  return tables;
}

/// Words that are frequent in one language and, as `fold` writes them, none in its neighbours.
struct Words {
  std::string_view language;
  std::string_view words;
};
constexpr Words frequent[] = {
    {"en", " the and of this which with shall be by from are is or to "},
    {"de", " und der das ist nicht mit von fur auf dem den wird sind einer zur "},
    {"fr", " le les des et est dans pour une par avec sur aux cette du qui "},
    {"it", " il di che della per una con sono del gli nel alla dei delle non "},
    {"es", " el los las del por para una con que es como su al esta y "},
    {"pt", " os do da em para uma com nao dos das pelo pela ao um e "},
    {"nl", " het een van de en is niet op voor zijn met te wordt aan door "},
    {"pl", " i w na z do nie jest sie oraz przez od dla ktore lub umowy "},
    {"sv", " och att det som en av for med till ett den ar inte pa har "},
    {"da", " og at det er af en til for med den ikke som pa har et "},
    {"cs", " a je na se ze v pro podle jsou nebo by ktere jako smlouvy do "},
};
constexpr std::size_t looked_at = 20'000;  ///< Bytes of the text.
constexpr int fewest_words = 5;            ///< Frequent words of the language.
constexpr int least_lead = 3;              ///< Half times as many as of any other.

std::string beginning(const Text& text) {
  std::string words;
  for (const Page& page : text.pages) {
    if (words.size() >= looked_at) break;
    words += std::string_view(page.text).substr(0, looked_at - words.size());
    words += '\n';
  }
  return words;
}

/// Letters of scripts that tell the language.
struct Scripts {
  int letters = 0, greek = 0, kana = 0, hangul = 0, han = 0, hebrew = 0, thai = 0;
};

Scripts scripts_of(std::string_view words) {
  const auto in = [](char32_t letter, char32_t first, char32_t last) {
    return letter >= first && letter <= last ? 1 : 0;
  };
  Scripts found;
  for (std::size_t at = 0; at < words.size();) {
    const char32_t letter = next_code_point(words, at);
    found.letters += in(letter, 'a', 'z') + in(letter, 'A', 'Z') + (letter > 0xBF ? 1 : 0);
    found.greek += in(letter, 0x0370, 0x03FF);
    found.hebrew += in(letter, 0x05D0, 0x05EA);
    found.thai += in(letter, 0x0E00, 0x0E7F);
    found.kana += in(letter, 0x3040, 0x30FF);
    found.han += in(letter, 0x4E00, 0x9FFF);
    found.hangul += in(letter, 0xAC00, 0xD7A3);
  }
  return found;
}

/// Of a text that is mostly in such a script.
std::string_view language_of_script(const Scripts& scripts) {
  const auto rules = [&](int letters) { return letters * 2 > scripts.letters; };
  if (rules(scripts.kana + scripts.han)) return scripts.kana * 10 > scripts.han ? "ja" : "zh";
  if (rules(scripts.hangul)) return "ko";
  if (rules(scripts.greek)) return "el";
  if (rules(scripts.hebrew)) return "he";
  return rules(scripts.thai) ? "th" : "";
}

}  // namespace

std::int64_t count_tables(const Text& text) {
  std::int64_t tables = 0;
  for (const Page& page : text.pages)
    tables += count_tables(std::string_view(page.text));
  return tables;
}

std::string language_of(const Text& text) {
  const std::string words = beginning(text);
  if (const std::string_view by_script = language_of_script(scripts_of(words)); !by_script.empty())
    return std::string(by_script);
  const Folded folded = fold(words);
  std::array<int, std::size(frequent)> counts = {};
  for (std::size_t token = 0; token < folded.tokens.size(); ++token) {
    const std::string padded = " " + std::string(folded.token(token)) + " ";
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (frequent[i].words.find(padded) != std::string_view::npos) ++counts[i];
  }
  const auto most = std::ranges::max_element(counts);
  const bool is_clear = std::ranges::none_of(
      counts, [&](const int& other) { return &other != &*most && *most * 2 < other * least_lead; });
  return *most >= fewest_words && is_clear
             ? std::string(frequent[static_cast<std::size_t>(most - counts.begin())].language)
             : std::string();
}

}  // namespace docket::stages
