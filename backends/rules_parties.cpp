#include "backends/rules_parties.h"

#include <algorithm>
#include <array>
#include <cmath>

// Names in letters, as most of Europe and America sets them:
//
//   ACME GmbH                                            letterhead: a name above an address, or a name
//                                                        with a legal form at the top of the page
//   ACME GmbH · Weg 1 · 12345 Stadt                      the sender's line above the window
//   Muster AG                                            the window: the recipient's name, above an
//   Frau Muster                                          address that ends with a town
//   Straße 5
//   80333 München
//   ...
//   ACME GmbH   Geschäftsführer …   HRB …   IBAN …       footer: the sender once more

namespace docket::rules {
namespace {

constexpr std::size_t longest_name = 80;

constexpr auto legal_forms = std::to_array<std::string_view>({
    "ab",    "ag",   "aps",  "as",   "bv",    "cokg", "company", "corp", "corporation", "ek",   "ev",   "eg",
    "eurl",  "gbr",  "gmbh", "inc",  "kg",    "kgaa", "limited", "llc",  "llp",         "ltd",  "mbh",  "nv",
    "ohg",   "oy",   "plc",  "pty",  "sa",    "sarl", "sas",     "sasu", "sci",         "se",   "sl",   "snc",
    "spa",   "srl",  "sro",  "spzoo", "stiftung", "ug", "verein", "versicherungsverein",
});

bool is_legal_form(std::string_view word) {
  return std::find(legal_forms.begin(), legal_forms.end(), word) != legal_forms.end();
}

/// "GmbH", "B.V.", "S.A.R.L.": the letters between blanks are what counts.
bool has_legal_form(std::string_view name) {
  std::size_t begin = 0;
  bool first = true;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find(' ', begin), name.size());
    const std::string_view word = name.substr(begin, end - begin);
    if (!first && !word.empty() && (is_upper(word[0]) || word == "mbH" || word == "e.K." || word == "e.V." || word == "a.G.") &&
        is_legal_form(fold_letters(word))) {
      return true;
    }
    if (!word.empty()) first = false;
    begin = end + 1;
  }
  return false;
}

/// Words that begin a line of a form and not a name.
constexpr auto no_names = std::to_array<std::string_view>({
    "account", "adresse", "address", "amount", "an",     "anschrift", "attn",   "betrag", "bic",    "bill",
    "bank",    "client",  "code",    "customer", "date", "datum",     "e",      "email",  "fax",    "facture",
    "fon",     "gln",     "hrb",     "iban", "id",     "invoice", "kunde", "kundennr", "kundennummer", "lief", "lieferant",
    "mail",    "mobil",   "n",       "nr",    "no",     "number",    "nummer", "order",  "page",   "phone",
    "rechnung", "ref",    "seite",   "siret", "steuernr", "tel",     "telefon", "telephone", "tva",  "ust",
    "ustid",   "ustidnr", "vat",     "web",   "www",
});

bool is_no_name(std::string_view word) {
  return std::find(no_names.begin(), no_names.end(), word) != no_names.end();
}

bool is_form_of_address(std::string_view word) {
  static constexpr auto words = std::to_array<std::string_view>({"an", "firma", "frau", "herr", "herrn", "madame", "monsieur", "mr", "mrs", "ms"});
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
  while (at < 2 && at < line.size() && is_upper(line[at])) ++at;
  if (at > 0 && at < line.size() && (line[at] == '-' || line[at] == ' ')) ++at;
  for (const std::size_t many : {std::size_t{5}, std::size_t{4}}) {
    if (digits_at(line, at, many) && at + many + 1 < line.size() && line[at + many] == ' ' && capital_at(line, at + many + 1)) {
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
  return is_upper(state[0]) && is_upper(state[1]) && line[line.size() - 6] == ' ' && line[line.size() - 9] == ' ';
}

/// "SW1A 2AA" at the end.
bool ends_with_british_postcode(std::string_view line) {
  if (line.size() < 6) return false;
  const std::string_view inward = line.substr(line.size() - 3);
  if (line[line.size() - 4] != ' ' || !is_digit(inward[0]) || !is_upper(inward[1]) || !is_upper(inward[2])) return false;
  const std::size_t blank = line.rfind(' ', line.size() - 5);
  const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
  const std::string_view outward = line.substr(begin, line.size() - 4 - begin);
  return outward.size() >= 2 && outward.size() <= 4 && is_upper(outward[0]) &&
         std::any_of(outward.begin(), outward.end(), is_digit);
}

class PartyFinder {
 public:
  PartyFinder(const Layout& layout, const Values& values) : layout_(layout), values_(values) {}

  std::vector<PartyFound> run() {
    if (layout_.pages() == 0) return {};
    for (const Cell& cell : layout_.page_cells(0)) {
      find_sender_line(cell);
      if (looks_like_town(squeeze(layout_.cell_text(cell)))) find_name_above(cell);
    }
    find_names_with_legal_form();
    return std::move(found_);
  }

 private:
  std::uint32_t index(const Cell& cell) const { return static_cast<std::uint32_t>(&cell - layout_.cells().data()); }

  float page_height() const {
    float height = 1;
    for (const Cell& cell : layout_.page_cells(0)) height = std::max(height, cell.box.bottom);
    return height;
  }

  void add(const Cell& cell, std::uint32_t begin, std::uint32_t end, float as_sender, float as_recipient) {
    const std::string name = squeeze(layout_.page_text(cell.page).substr(begin, end - begin));
    if (looks_like_party(name) < 0.3F) return;
    found_.push_back({index(cell), begin, end, name, as_sender, as_recipient});
  }

  /// "ACME GmbH - Weg 1 - 12345 Stadt", with any of the marks that part such lines.
  void find_sender_line(const Cell& cell) {
    const std::string_view text = layout_.cell_text(cell);
    for (const std::string_view mark : {" - ", " \u2013 ", "\u00B7", "\u2022", "\u25CF", " | ", ", ", " * "}) {
      const std::size_t first = text.find(mark);
      if (first == std::string_view::npos || first < 3 || first > longest_name) continue;
      std::size_t at = first;
      bool town = false;
      while (at < text.size() && !town) {
        at += mark.size();
        const std::size_t next = std::min(text.find(mark, at), text.size());
        town = looks_like_town(squeeze(text.substr(at, next - at)));
        at = next;
      }
      if (!town) continue;
      const bool low = cell.box.top > 0.8F * page_height();
      add(cell, cell.begin, cell.begin + static_cast<std::uint32_t>(first), low ? 0.5F : 0.7F, 0);
      sender_ = fold_letters(text.substr(0, first));
      sender_line_ = cell.box;
      has_sender_line_ = !low;
      return;
    }
  }

  /// The first line of the block of lines that ends with a town.
  void find_name_above(const Cell& town) {
    const float line = std::max(town.height(), layout_.line_height(0));
    const Cell* top = &town;
    int lines = 0;
    for (std::uint32_t row = town.row; row-- > 0 && lines < 6;) {
      if (top->box.top - layout_.rows()[row].middle > 1.9F * line) break;
      const Cell* above = aligned(row, *top);
      if (above == nullptr) continue;
      if (is_part_of_form(*above)) break;
      top = above;
      ++lines;
    }
    if (lines < 1 || top == &town) return;
    place_block(*top, line);
  }

  const Cell* aligned(std::uint32_t row, const Cell& cell) const {
    for (const std::uint32_t other : layout_.row_cells(row)) {
      const Cell& candidate = layout_.cells()[other];
      if (std::abs(candidate.box.left - cell.box.left) < 0.7F * cell.height()) return &candidate;
    }
    return nullptr;
  }

  /// A label, or the sender's line above the window.
  bool is_part_of_form(const Cell& cell) const {
    const std::string_view text = layout_.cell_text(cell);
    if (text.back() == ':') return true;
    return has_sender_line_ && cell.box == sender_line_;
  }

  void place_block(const Cell& top, float line) {
    const float height = page_height();
    const bool upper = top.box.top < 0.4F * height;
    const bool under_sender = has_sender_line_ && top.box.top > sender_line_.top &&
                              top.box.top - sender_line_.bottom < 5 * line && std::abs(top.box.left - sender_line_.left) < 6 * line;
    const std::string name = squeeze(layout_.cell_text(top));
    if (has_sender_line_ && fold_letters(name) == sender_) {
      add(top, top.begin, top.end, 0.6F, 0);
    } else if (under_sender) {
      add(top, top.begin, top.end, 0, 0.7F);
    } else if (upper) {
      add(top, top.begin, top.end, 0.3F, 0.3F);
    } else {
      add(top, top.begin, top.end, 0.35F, 0.05F);
    }
  }

  void find_names_with_legal_form() {
    const float height = page_height();
    int count = 0;
    for (const Cell& cell : layout_.page_cells(0)) {
      const std::string name = squeeze(layout_.cell_text(cell));
      if (name.size() > longest_name || !has_legal_form(name) || looks_like_party(name) < 0.9F) continue;
      const bool head = cell.box.top < 0.12F * height;
      const bool foot = cell.box.top > 0.8F * height;
      add(cell, cell.begin, cell.end, head ? 0.4F : foot ? 0.5F : 0.15F, head || foot ? 0.02F : 0.15F);
      if (++count == 40) return;
    }
  }

  const Layout& layout_;
  const Values& values_;
  Box sender_line_;
  std::string sender_;
  bool has_sender_line_ = false;
  std::vector<PartyFound> found_;
};

}  // namespace

bool looks_like_town(std::string_view line) {
  if (line.size() > 60) return false;
  return starts_with_postcode(line) || ends_with_zip(line) || ends_with_british_postcode(line);
}

float looks_like_party(std::string_view name) {
  if (name.size() < 2 || name.size() > longest_name) return 0;
  const Counts counts = count(name);
  if (counts.letters < 2 || counts.words == 0 || name.find('@') != std::string_view::npos) return 0;
  for (const std::string_view mark : {":", "www.", "\u00B7", "\u2022", "\u25CF", " | ", " - "}) {
    if (name.find(mark) != std::string_view::npos) return 0;
  }
  if (looks_like_town(name) || 3 * counts.digits > counts.letters) return 0;
  if (has_legal_form(name)) return 1;
  const std::size_t blank = std::min(name.find_first_of(" .-#"), name.size());
  if (is_no_name(fold_letters(name.substr(0, blank)))) return 0;
  if (counts.words == 1) return is_form_of_address(fold_letters(name)) ? 0 : 0.6F;
  if (counts.digits > 0) return 0.3F;
  if (counts.words > 7 || 2 * counts.capitals < counts.words) return 0.3F;
  return 0.8F;
}

std::vector<PartyFound> find_parties(const Layout& layout, const Values& values) {
  return PartyFinder(layout, values).run();
}

}  // namespace docket::rules
