#include "backends/rules/names.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace docket::rules {
namespace {

constexpr auto legal_forms = std::to_array<std::string_view>({
    "ab",          "ag",   "aps",     "as",
    "bv",          "cokg", "company", "corp",
    "corporation", "ek",   "ev",      "eg",
    "eurl",        "gbr",  "gmbh",    "inc",
    "kg",          "kgaa", "limited", "llc",
    "llp",         "ltd",  "mbh",     "nv",
    "ohg",         "oy",   "plc",     "pty",
    "sa",          "sarl", "sas",     "sasu",
    "sci",         "se",   "sl",      "snc",
    "spa",         "srl",  "sro",     "spzoo",
    "stiftung",    "ug",   "verein",  "versicherungsverein",
});

bool is_legal_form(std::string_view word) {
  return std::find(legal_forms.begin(), legal_forms.end(), word) != legal_forms.end();
}

/// Words that begin a line of a form and not a name.
constexpr auto no_names = std::to_array<std::string_view>({
    "account",   "adresse",  "address", "amount",   "an",           "anschrift", "attn",      "betrag",
    "bic",       "bill",     "bank",    "client",   "code",         "customer",  "date",      "datum",
    "e",         "email",    "fax",     "facture",  "fon",          "gln",       "hrb",       "iban",
    "id",        "invoice",  "kunde",   "kundennr", "kundennummer", "lief",      "lieferant", "mail",
    "mobil",     "n",        "nr",      "no",       "number",       "nummer",    "order",     "page",
    "phone",     "rechnung", "ref",     "seite",    "siret",        "steuernr",  "tel",       "telefon",
    "telephone", "tva",      "ust",     "ustid",    "ustidnr",      "vat",       "web",       "www",
});

bool is_no_name(std::string_view word) {
  return std::find(no_names.begin(), no_names.end(), word) != no_names.end();
}

bool is_form_of_address(std::string_view word) {
  static constexpr auto words = std::to_array<std::string_view>(
      {"an", "firma", "frau", "herr", "herrn", "madame", "monsieur", "mr", "mrs", "ms"});
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Counts {
  int letters = 0, digits = 0, words = 0, capitals = 0;
};

Counts count(std::string_view text) {
  Counts counts;
  char before = ' ';
  for (const char c : text) {
    const bool letter = is_alpha(c) || static_cast<unsigned char>(c) >= 0x80;
    counts.letters += letter ? 1 : 0;
    counts.digits += is_digit(c) ? 1 : 0;
    if (before == ' ' && letter) {
      ++counts.words;
      counts.capitals += is_upper(c) || static_cast<unsigned char>(c) >= 0xC0 ? 1 : 0;
    }
    before = c;
  }
  return counts;
}

bool digits_at(std::string_view text, std::size_t at, std::size_t many) {
  if (at + many > text.size()) return false;
  for (std::size_t i = 0; i < many; ++i) {
    if (!is_digit(text[at + i])) return false;
  }
  return at + many == text.size() || !is_digit(text[at + many]);
}

bool capital_at(std::string_view text, std::size_t at) {
  return at < text.size() && (is_upper(text[at]) || static_cast<unsigned char>(text[at]) >= 0xC3);
}

/// "12345 Stadt", "D-12345 Stadt", "3012 CN Rotterdam".
bool starts_with_postcode(std::string_view line) {
  std::size_t at = 0;
  while (at < 2 && at < line.size() && is_upper(line[at]))
    ++at;
  if (at > 0 && at < line.size() && (line[at] == '-' || line[at] == ' ')) ++at;
  for (const std::size_t many : {std::size_t{5}, std::size_t{4}}) {
    if (digits_at(line, at, many) && at + many + 1 < line.size() && line[at + many] == ' ' &&
        capital_at(line, at + many + 1)) {
      return true;
    }
  }
  return false;
}

/// "Seattle, WA 98109", "Fremont CA 94538".
bool ends_with_zip(std::string_view line) {
  if (line.size() > 10 && line[line.size() - 5] == '-') line.remove_suffix(5);
  if (line.size() < 10 || !digits_at(line, line.size() - 5, 5)) return false;
  const std::string_view state = line.substr(line.size() - 8, 2);
  return is_upper(state[0]) && is_upper(state[1]) && line[line.size() - 6] == ' ' &&
         line[line.size() - 9] == ' ';
}

/// "SW1A 2AA" at the end.
bool ends_with_british_postcode(std::string_view line) {
  if (line.size() < 6) return false;
  const std::string_view inward = line.substr(line.size() - 3);
  if (line[line.size() - 4] != ' ' || !is_digit(inward[0]) || !is_upper(inward[1]) || !is_upper(inward[2]))
    return false;
  const std::size_t blank = line.rfind(' ', line.size() - 5);
  const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view outward = line.substr(begin, line.size() - 4 - begin);
  return outward.size() >= 2 && outward.size() <= 4 && is_upper(outward[0]) &&
         std::any_of(outward.begin(), outward.end(), is_digit);
}

}  // namespace

bool has_legal_form(std::string_view name) {
  std::size_t begin = 0;
  bool first = true;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find(' ', begin), name.size());
    const std::string_view word = name.substr(begin, end - begin);
    if (!first && !word.empty() &&
        (is_upper(word[0]) || word == "mbH" || word == "e.K." || word == "e.V." || word == "a.G.") &&
        is_legal_form(fold_letters(word))) {
      return true;
    }
    if (!word.empty()) first = false;
    begin = end + 1;
  }
  return false;
}

bool looks_like_town(std::string_view line) {
  if (line.size() > 60) return false;
  return starts_with_postcode(line) || ends_with_zip(line) || ends_with_british_postcode(line);
}

bool is_part_of_longer_name(const Layout& layout, std::uint32_t index) {
  const Cell& cell = layout.cells()[index];
  const auto neighbour = [&](std::uint32_t row) {
    std::string text;
    if (row >= layout.rows().size() || layout.rows()[row].page != cell.page) return text;
    for (const std::uint32_t other : layout.row_cells(row)) {
      const Cell& near = layout.cells()[other];
      const float gap = std::max(near.box.top - cell.box.bottom, cell.box.top - near.box.bottom);
      const bool flush = std::abs(near.box.left - cell.box.left) < 0.3F * cell.height();
      if (flush && gap < 0.6F * cell.height()) text = squeeze(layout.cell_text(near));
    }
    return text;
  };
  const std::string own = squeeze(layout.cell_text(cell));
  const std::string above = neighbour(cell.row - 1U);
  const std::string below = neighbour(cell.row + 1U);
  const bool begins_above = is_form_of_address(fold_letters(above)) || looks_like_party(above) >= 0.8F;
  return begins_above || (has_legal_form(below) && !has_legal_form(own));
}

float looks_like_party(std::string_view name) {
  if (name.size() < 2 || name.size() > longest_name) return 0;
  const Counts counts = count(name);
  if (counts.letters < 2 || counts.words == 0 || name.find('@') != std::string_view::npos) return 0;
  for (const std::string_view mark : {":", "www.", "\u00B7", "\u2022", "\u25CF", " | ", " - "}) {
    if (name.find(mark) != std::string_view::npos) return 0;
  }
  if (looks_like_town(name) || 3 * counts.digits > counts.letters) return 0;
  if (has_legal_form(name)) return 0.95F;
  const std::size_t blank = std::min(name.find_first_of(" .-#"), name.size());
  if (is_no_name(fold_letters(name.substr(0, blank)))) return 0;
  if (counts.words == 1) return is_form_of_address(fold_letters(name)) ? 0 : 0.6F;
  if (counts.digits > 0) return 0.2F;
  if (counts.words > 7 || 2 * counts.capitals < counts.words) return 0.3F;
  return 0.8F;
}

}  // namespace docket::rules
