#include "backends/rules/totals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace docket::rules {
namespace {

constexpr float something_else_factor = 0.12F;  // "Total qty", "included in total".
constexpr float tax_table_factor = 0.12F;
constexpr float tax_column_factor = 0.6F;
constexpr float below_payment_factor = 0.12F;
constexpr std::uint32_t most_rows_of_table = 14;
constexpr std::size_t most_words_read =
    24;  // Of a row, or on one side of a label: a bill has no more in one.
constexpr double cent = 0.005;
constexpr double most_rounding = 0.1;

using Words = std::span<const std::string_view>;

bool is_one_of(std::string_view word, Words words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr auto total_words = std::to_array<std::string_view>({
    "amount",  "betrag",       "brutto",      "due",          "endbetrag",       "endsumme",
    "gesamt",  "gesamtbetrag", "gesamtsumme", "gross",        "grandtotal",      "importe",
    "montant", "pay",          "payable",     "payer",        "rechnungsbetrag", "rechnungssumme",
    "sum",     "summe",        "totaal",      "totaalbedrag", "total",           "totale",
    "totals",  "ttc",          "zahlbetrag",  "zahlen",
});
constexpr auto tax_words = std::to_array<std::string_view>({
    "btw",
    "gst",
    "hst",
    "iva",
    "mehrwertsteuer",
    "moms",
    "mwst",
    "pst",
    "qst",
    "sst",
    "steuer",
    "tax",
    "taxe",
    "taxes",
    "tva",
    "umsatzsteuer",
    "ust",
    "vat",
});
constexpr auto inclusive_words = std::to_array<std::string_view>({
    "compris",
    "comprise",
    "comprises",
    "inc",
    "incl",
    "including",
    "inclusive",
    "inclsive",
    "inkl",
    "inklusive",
    "mit",
    "plus",
    "ttc",
    "with",
});
constexpr auto exclusive_words = std::to_array<std::string_view>({
    "before",
    "ex",
    "excl",
    "excluded",
    "excluding",
    "exclusive",
    "exkl",
    "exklusive",
    "hors",
    "ht",
    "ohne",
    "without",
});
constexpr auto part_words = std::to_array<std::string_view>({
    "contains",
    "davon",
    "dont",
    "enthalten",
    "enthalt",
    "included",
    "includes",
    "inkludiert",
    "zwischen",
    "sous",
    "sub",
    "subtotal",
});
/// What else is counted and summed up.
constexpr auto other_words = std::to_array<std::string_view>({
    "article", "articles", "artikel",  "count",    "disc",   "discount", "discounts", "exempt",
    "hours",   "item",     "items",    "menge",    "page",   "pages",    "pcs",       "pieces",
    "points",  "qty",      "quantite", "quantity", "rabatt", "remise",   "saved",     "saving",
    "savings", "seite",    "stuck",    "supplies", "weight", "zero",
});
constexpr auto net_words = std::to_array<std::string_view>({"net", "netto"});
constexpr auto summary_words = std::to_array<std::string_view>({
    "analysis",
    "aufstellung",
    "breakdown",
    "recap",
    "recapitulatif",
    "specification",
    "summary",
    "summ",
    "ubersicht",
    "ventilation",
});
constexpr auto column_words = std::to_array<std::string_view>({
    "aliquota", "amount",    "amt",        "base",    "basis",   "bedrag", "code",  "cuota", "entgelt",
    "goods",    "grondslag", "imponibile", "imposta", "net",     "nett",   "netto", "over",  "rate",
    "rates",    "satz",      "tarief",     "taux",    "taxable", "tipo",   "type",  "value",
});
constexpr auto table_words = std::to_array<std::string_view>({
    "art",   "betrag",   "brutto",   "excl",      "excluding", "exempt", "ermassigt", "gross", "gstsummary",
    "ht",    "id",       "incl",     "including", "montant",   "normal", "of",        "rated", "reduced",
    "sales", "standard", "supplies", "supply",    "total",     "totale", "ttc",       "zero",
});
constexpr auto item_words = std::to_array<std::string_view>({
    "article", "artikel", "bezeichnung", "description", "designation", "einzelpreis", "item",
    "items",   "libelle", "menge",       "pos",         "position",    "preis",       "price",
    "prix",    "product", "qty",         "quantite",    "quantity",    "unit",
});
constexpr auto sum_words = std::to_array<std::string_view>({"summe", "totaal", "total", "totale"});
constexpr auto rounding_words = std::to_array<std::string_view>({
    "afronding",
    "arrondi",
    "round",
    "rounding",
    "roundings",
    "rundung",
    "rundungsdifferenz",
});
constexpr auto given_words = std::to_array<std::string_view>({
    "bar",
    "cash",
    "contant",
    "contanti",
    "efectivo",
    "especes",
    "gegeben",
    "tender",
    "tendered",
    "tunai",
});
constexpr auto given_back_words = std::to_array<std::string_view>({
    "baki",
    "cambio",
    "change",
    "rendu",
    "resto",
    "retour",
    "ruckgeld",
    "wechselgeld",
    "wisselgeld",
    "zuruck",
});
constexpr auto card_words = std::to_array<std::string_view>({
    "amex",
    "card",
    "carte",
    "cb",
    "debit",
    "ec",
    "eftpos",
    "girocard",
    "kartenzahlung",
    "maestro",
    "mastercard",
    "visa",
});

bool has_any(const std::vector<std::string>& words, Words wanted) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_one_of(word, wanted); });
}

bool is_total_word(std::string_view word) {
  if (is_one_of(word, total_words)) return true;
  const bool of_part = word.starts_with("netto") || word.starts_with("zwischen") || word.starts_with("sub") ||
                       word.starts_with("position") || word.starts_with("waren");
  return !of_part && word.size() > 6 && (word.ends_with("total") || word.ends_with("summe"));
}

bool is_about_total(const std::vector<std::string>& words) {
  const bool any = std::any_of(words.begin(), words.end(), is_total_word);
  if (!any || has_any(words, part_words) || has_any(words, other_words)) return false;
  if (has_any(words, exclusive_words) || has_any(words, summary_words)) return false;
  return !has_any(words, tax_words) || has_any(words, inclusive_words);
}

/// The first token of a cell that begins at byte `at` of the page or behind it.
std::uint32_t token_at(const Cell& cell, const Folded& folded, std::uint32_t at) {
  const auto tokens = std::span(folded.tokens).subspan(cell.first_token, cell.last_token - cell.first_token);
  const auto found = std::ranges::lower_bound(tokens, at, {}, &Token::begin);
  return cell.first_token + static_cast<std::uint32_t>(found - tokens.begin());
}

/// The first of the tokens before `token` that are looked at.
std::uint32_t near_before(const Cell& cell, std::uint32_t token) {
  return token - std::min(token - cell.first_token, static_cast<std::uint32_t>(most_words_read));
}

bool is_money(const Value& value) {
  return value.kind == ValueKind::number && !value.percent &&
         (value.decimals == 2 || !value.currency.empty());
}

std::vector<std::string> words_of_label(std::string_view label) {
  const Folded folded = fold(label);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < folded.tokens.size(); ++i)
    words.emplace_back(folded.token(i));
  return words;
}

}  // namespace

bool means_total(std::string_view label) {
  const std::vector<std::string> words = words_of_label(label);
  return is_about_total(words) && !has_any(words, net_words);
}

bool means_tax(std::string_view label) {
  const std::vector<std::string> words = words_of_label(label);
  return has_any(words, tax_words) && !has_any(words, inclusive_words) && !has_any(words, exclusive_words);
}

Totals::Totals(const Layout& layout, const Values& values)
    : layout_(layout), values_(values), rows_(layout.rows().size()) {
  read_rows();
  find_tax_tables();
  find_payments();
  find_slipped_rows();
}

bool Totals::same_page(std::uint32_t a, std::uint32_t b) const {
  return a < rows_.size() && b < rows_.size() && layout_.rows()[a].page == layout_.rows()[b].page;
}

std::vector<std::string> Totals::words_of(std::uint32_t row) const {
  std::vector<std::string> words;
  for (const std::uint32_t index : layout_.row_cells(row)) {
    if (words.size() == most_words_read) break;
    const Cell& cell = layout_.cells()[index];
    const Folded& folded = layout_.folded(cell.page);
    bool spaced = false;
    for (std::uint32_t i = cell.first_token; i < cell.last_token && words.size() < most_words_read; ++i) {
      const std::string_view word = folded.token(i);
      const bool letter = word.size() == 1 && is_alpha(word[0]);
      if (letter && spaced) {  // "C A S H" is a word.
        words.back() += word;
      } else {
        words.emplace_back(word);
      }
      spaced = letter;
    }
  }
  return words;
}

void Totals::read_rows() {
  bool total_above = false;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    if (row > 0 && !same_page(row, row - 1)) total_above = false;
    RowFacts& facts = rows_[row];
    for (const std::uint32_t index : layout_.row_cells(row)) {
      const Cell& cell = layout_.cells()[index];
      facts.words += values_.words_between(cell, cell.begin, cell.end);
      facts.wordy_cells += values_.has_words(index) ? 1 : 0;
      for (const Value& value : values_.in_cell(index)) {
        if (!is_money(value)) continue;
        ++facts.amounts;
        facts.amount = value.number;
        facts.sum += value.number;
      }
    }
    const std::vector<std::string> words = words_of(row);
    facts.heads_items = facts.amounts == 0 && has_any(words, item_words);
    facts.total = facts.words > 0 && is_about_total(words);
    facts.total_above = total_above;
    const bool amount_below = same_page(row, row + 1) && facts.words > 0;  // On the next line.
    total_above = total_above || (facts.total && (facts.amounts > 0 || amount_below));
  }
}

/// A heading such as "GST SUMMARY", or of columns: "Code  Net  VAT".
bool Totals::heads_tax_table(std::uint32_t row) const {
  if (rows_[row].amounts > 0) return false;
  const std::vector<std::string> words = words_of(row);
  if (!has_any(words, tax_words)) return false;
  if (has_any(words, summary_words)) return true;
  const bool known = std::all_of(words.begin(), words.end(), [](std::string_view word) {
    return word.size() <= 3 || is_one_of(word, tax_words) || is_one_of(word, column_words) ||
           is_one_of(word, table_words);
  });
  const bool digits =
      std::any_of(words.begin(), words.end(), [](std::string_view w) { return is_digit(w[0]); });
  const bool columns = layout_.row_cells(row).size() >= 2 || words.size() >= 3;
  return known && columns && !digits && has_any(words, column_words);
}

/// A line of rates and sums, or one more of headings.
bool Totals::belongs_to_tax_table(std::uint32_t row) const {
  const std::vector<std::string> words = words_of(row);
  if (words.empty() || has_any(words, given_words) || has_any(words, given_back_words)) return false;
  const auto strange = std::count_if(words.begin(), words.end(), [](std::string_view word) {
    return word.size() > 3 && !is_digit(word[0]) && !is_one_of(word, tax_words) &&
           !is_one_of(word, column_words) && !is_one_of(word, table_words) && !is_one_of(word, summary_words);
  });
  return strange < 2;
}

void Totals::find_tax_tables() {
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    if (rows_[row].in_tax_table || !heads_tax_table(row)) continue;
    rows_[row].heads_tax_table = true;
    for (std::uint32_t below = row + 1; below <= row + most_rows_of_table && same_page(row, below); ++below) {
      if (!belongs_to_tax_table(below)) break;
      rows_[below].in_tax_table = true;
    }
  }
}

std::optional<double> Totals::amount_of(std::uint32_t row) const {
  if (rows_[row].amounts > 0) return rows_[row].amount;
  if (same_page(row, row + 1) && is_bare_amount(row + 1)) return rows_[row + 1].amount;
  return std::nullopt;
}

void Totals::find_payments() {
  std::optional<double> given, given_back;
  bool below = false, total_above = false;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    if (row > 0 && !same_page(row, row - 1)) below = false;
    rows_[row].below_payment = below;
    rows_[row].total_above_payment = below && total_above;
    const std::vector<std::string> words = words_of(row);
    if (words.empty() || has_any(words, sum_words)) continue;
    if (has_any(words, rounding_words) && rows_[row].amounts == 1 && std::abs(rows_[row].amount) > cent &&
        std::abs(rows_[row].amount) < most_rounding)
      rounding_ = rows_[row].amount;
    const bool gives = is_one_of(words[0], given_words), gives_back = is_one_of(words[0], given_back_words);
    const std::optional<double> amount = amount_of(row);
    if (!amount || (!gives && !gives_back && !is_one_of(words[0], card_words))) continue;
    if (gives) given = std::max(given.value_or(0), std::abs(*amount));
    if (gives_back) given_back = std::abs(*amount);
    if (!below) total_above = rows_[row].total_above;
    below = true;
  }
  if (given && given_back) paid_ = *given - *given_back;
}

/// Lines of a label and an amount, one above them without an amount, one below them without a label.
void Totals::find_slipped_rows() {
  for (std::uint32_t first = 1; first < rows_.size(); ++first) {
    const auto is_line = [&](std::uint32_t row) {
      return same_page(first, row) && rows_[row].words > 0 && rows_[row].amounts == 1;
    };
    if (!is_line(first) || !same_page(first, first - 1)) continue;
    std::uint32_t last = first;
    while (is_line(last + 1))
      ++last;
    const bool label_above = is_bare_label(first - 1) && rows_[first - 1].words <= 4;
    if (label_above && same_page(last, last + 1) && is_bare_amount(last + 1)) {
      for (std::uint32_t row = first; row <= last; ++row)
        rows_[row].slipped = true;
    }
    first = last;
  }
}

int Totals::amount_rows_below(std::uint32_t row) const {
  int count = 0;
  for (std::uint32_t below = row + 1; below < rows_.size() && rows_[below].in_tax_table; ++below)
    count += rows_[below].amounts > 0 ? 1 : 0;
  return count;
}

/// Is the value the sum of the other amounts in its row? Then the table has the total in its last column.
bool Totals::adds_up(const Reading& reading) const {
  const RowFacts& facts = rows_[layout_.cells()[reading.cell].row];
  double others = facts.sum;
  int count = facts.amounts;
  for (const Value& value : values_.in_cell(reading.cell)) {
    if (!is_money(value) || value.begin != reading.begin) continue;
    others -= value.number;
    --count;
  }
  const std::optional<double> value = amount_in(reading.value);
  return count >= 2 && value && std::abs(*value - others) < 3 * cent;
}

bool Totals::is_of_something_else(const Hit& hit) const {
  const Cell& cell = layout_.cells()[hit.cell];
  const Folded& folded = layout_.folded(cell.page);
  const std::uint32_t first_of_hit = token_at(cell, folded, hit.begin);
  const std::uint32_t behind = token_at(cell, folded, hit.end);
  std::vector<std::string> before, after;
  for (std::uint32_t i = near_before(cell, first_of_hit); i < first_of_hit; ++i)
    if (folded.tokens[i].end <= hit.begin) before.emplace_back(folded.token(i));
  for (std::uint32_t i = behind; i < cell.last_token && i - behind < most_words_read; ++i)
    if (!is_digit(folded.token(i)[0])) after.emplace_back(folded.token(i));
  if (has_any(before, part_words) || has_any(after, part_words)) return true;
  const bool inclusive = has_any(before, inclusive_words) || has_any(after, inclusive_words);
  if (has_any(before, exclusive_words) || has_any(after, exclusive_words)) return true;
  if (!after.empty() && is_one_of(after[0], other_words)) return true;
  if (!before.empty() && is_one_of(before.back(), other_words)) return true;
  const bool invoice = std::find(before.begin(), before.end(), "invoice") != before.end();
  return !inclusive && ((has_any(before, tax_words) && !invoice) || has_any(after, tax_words));
}

float Totals::trust_in_tax(const Hit& hit) const {
  const Cell& cell = layout_.cells()[hit.cell];
  const Folded& folded = layout_.folded(cell.page);
  const std::uint32_t first_of_hit = token_at(cell, folded, hit.begin);
  bool total = false, inclusive = false;
  for (std::uint32_t i = near_before(cell, first_of_hit); i < first_of_hit; ++i) {
    const std::string_view word = folded.token(i);
    total = total || is_total_word(word);
    inclusive = inclusive || is_one_of(word, inclusive_words) || is_one_of(word, exclusive_words);
  }
  return total && inclusive ? something_else_factor : 1;
}

float Totals::trust(const Hit& hit, const Reading& reading) const {
  if (is_of_something_else(hit)) return something_else_factor;
  const std::uint32_t row = layout_.cells()[hit.cell].row;
  const std::uint32_t value_row = layout_.cells()[reading.cell].row;
  const RowFacts& facts = rows_[row];
  float factor = 1;
  if (facts.below_payment && facts.total_above_payment) factor *= below_payment_factor;
  if (facts.in_tax_table) {
    const bool sums = rows_[value_row].amounts > 1 && !adds_up(reading);
    if (sums || facts.total_above) factor *= tax_table_factor;
  } else if (facts.heads_tax_table && amount_rows_below(row) > 1) {
    factor *= tax_column_factor;
  }
  return factor;
}

}  // namespace docket::rules
