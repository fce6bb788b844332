#include "backends/rules/values.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/reading/amounts.h"
#include "pipeline/reading/codes.h"
#include "pipeline/reading/currencies.h"
#include "pipeline/reading/dates.h"
#include "pipeline/reading/plain.h"

namespace docket::rules {

/// What the whole document shows of the way it writes numbers and dates.
struct Evidence {
  DecimalMark mark;
  DateOrder order;
};

namespace {

constexpr int most_words = 8;  // More is as good as that.

constexpr auto number_words = std::to_array<std::string_view>({
    "id",
    "kenn",
    "no",
    "nr",
    "nro",
    "num",
    "number",
    "numero",
    "nummer",
});

constexpr auto fillers = std::to_array<std::string_view>({
    "a",   "am",  "at",   "au",   "betragt", "by",  "d",   "de", "den", "der",  "des",  "du",  "ein", "eine",
    "en",  "est", "excl", "exkl", "for",     "fur", "ht",  "i",  "in",  "incl", "inkl", "is",  "ist", "kg",
    "l",   "la",  "le",   "les",  "m",       "of",  "on",  "pc", "pcs", "per",  "pro",  "qty", "s",   "st",
    "stk", "t",   "the",  "to",   "ttc",     "vom", "von", "x",  "zu",  "zum",  "zur",
});
static_assert(std::is_sorted(number_words.begin(), number_words.end()));
static_assert(std::is_sorted(fillers.begin(), fillers.end()));

Value as_value(ValueKind kind, std::uint32_t cell, const CodeFound& code) {
  Value value;
  value.kind = kind;
  value.cell = cell;
  value.begin = code.begin;
  value.end = code.end;
  value.text = code.value;
  value.check_digits = code.check_digits;
  return value;
}

Value as_value(std::uint32_t cell, const DateFound& date) {
  Value value;
  value.kind = ValueKind::date;
  value.cell = cell;
  value.begin = date.begin;
  value.end = date.end;
  value.text = date.iso;
  value.other = date.month_first;
  value.unclear = !date.month_first.empty();
  return value;
}

Value as_value(std::uint32_t cell, const NumberFound& number) {
  Value value;
  value.cell = cell;
  value.begin = number.begin;
  value.end = number.end;
  value.number = number.value;
  value.other_number = number.other;
  value.decimals = number.decimals;
  value.percent = number.percent;
  value.unclear = number.unclear != 0;
  if (number.unclear != 0) value.other = std::string(1, number.unclear);
  value.currency = number.currency;
  value.shared_symbol = number.symbol_is_shared;
  return value;
}

}  // namespace

bool is_filler(std::string_view folded) {
  return std::binary_search(fillers.begin(), fillers.end(), folded) || is_number_word(folded);
}

bool is_number_word(std::string_view folded) {
  return std::binary_search(number_words.begin(), number_words.end(), folded);
}

Values::Values(const Layout& layout, DayMonth dates) : layout_(layout), dates_(dates) {
  Evidence seen;
  const std::size_t count = layout.cells().size();
  first_.reserve(count + 1);
  words_.reserve(count);
  first_.push_back(0);
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    read_cell(cell, seen);
    first_.push_back(static_cast<std::uint32_t>(values_.size()));
  }
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    const Cell& where = layout.cells()[cell];
    words_.push_back(static_cast<std::uint8_t>(words_between(where, where.begin, where.end)));
  }
  settle_all(seen);
  for (const Value& value : values_) {
    if (value.kind != ValueKind::number || value.percent) continue;
    cents_ = cents_ || value.decimals == 2;
    const bool small = value.decimals == 0 && !value.currency.empty() && std::abs(value.number) < 100;
    whole_units_ = whole_units_ || (small && !begins_with_zero(value));
  }
}

bool Values::begins_with_zero(const Value& value) const {
  const std::string_view text = layout_.page_text(layout_.cells()[value.cell].page);
  const std::string written = plain(text.substr(value.begin, value.end - value.begin));
  const std::size_t first = written.find_first_of("0123456789");
  return first != std::string::npos && written[first] == '0';
}

void Values::read_cell(std::uint32_t index, Evidence& seen) {
  const Cell& cell = layout_.cells()[index];
  const std::string_view text = layout_.page_text(cell.page);
  const std::string_view own = layout_.cell_text(cell);
  const std::size_t first = values_.size();
  if (own.find('@') != std::string_view::npos) {
    for (const CodeFound& found : find_emails(text, cell.begin, cell.end)) {
      values_.push_back(as_value(ValueKind::email, index, found));
    }
  }
  if (own.find("://") != std::string_view::npos || own.find("www.") != std::string_view::npos) {
    for (const CodeFound& found : find_urls(text, cell.begin, cell.end)) {
      values_.push_back(as_value(ValueKind::url, index, found));
    }
  }
  if (const auto broken = date_over_line_end(index)) values_.push_back(as_value(index, *broken));
  if (!has_number(cell)) return;
  for (const CodeFound& found : find_ibans(text, cell.begin, cell.end)) {
    values_.push_back(as_value(ValueKind::iban, index, found));
  }
  for (const CodeFound& found : find_vat_ids(text, cell.begin, cell.end)) {
    values_.push_back(as_value(ValueKind::vat_id, index, found));
  }
  for (const DateFound& found :
       find_dates(text, layout_.folded(cell.page), cell.first_token, cell.last_token, seen.order)) {
    values_.push_back(as_value(index, found));
  }
  const auto taken = [&](const NumberFound& number) {
    return std::any_of(
        values_.begin() + static_cast<std::ptrdiff_t>(first), values_.end(), [&](const Value& value) {
          return value.kind != ValueKind::number && number.begin < value.end && value.begin < number.end;
        });
  };
  for (const NumberFound& found : find_numbers(text, cell.begin, cell.end, seen.mark)) {
    if (!found.glued && !taken(found)) values_.push_back(as_value(index, found));
  }
  std::stable_sort(values_.begin() + static_cast<std::ptrdiff_t>(first), values_.end(),
                   [](const Value& a, const Value& b) { return a.begin < b.begin; });
}

/// In the digits of any script, or with a month: dates of contracts have words alone.
bool Values::has_number(const Cell& cell) const {
  if (may_have_date(cell.page, cell.first_token, cell.last_token)) return true;
  return layout_.cell_text(cell).find("年") != std::string_view::npos;
}

bool Values::may_have_date(std::uint32_t page, std::uint32_t first, std::uint32_t last) const {
  const Folded& folded = layout_.folded(page);
  for (std::uint32_t i = first; i < last; ++i) {
    const std::string_view word = folded.token(i);
    if (is_digit(word[0]) || is_month(word)) return true;
  }
  return false;
}

/// "this 24th day of / February, 2005": where prose goes on in the next line.
std::optional<DateFound> Values::date_over_line_end(std::uint32_t index) const {
  constexpr std::uint32_t prose = 4;     // Tokens: less may be a cell of a table.
  constexpr std::uint32_t longest = 12;  // Tokens of a date.
  const std::vector<Cell>& cells = layout_.cells();
  if (index + 1 >= cells.size()) return std::nullopt;
  const Cell& cell = cells[index];
  const Cell& next = cells[index + 1];
  const bool goes_on = next.page == cell.page && next.line == cell.line + 1 &&
                       Layout::overlap(cell.box, next.box) > 0 && cell.last_token - cell.first_token >= prose;
  const std::uint32_t last = std::min(next.first_token + longest, next.last_token);
  if (!goes_on || !may_have_date(cell.page, next.first_token, last)) return std::nullopt;
  DateOrder counted_already;
  const std::uint32_t first =
      std::max(cell.first_token, cell.last_token - std::min(cell.last_token, longest));
  for (const DateFound& date :
       find_dates(layout_.page_text(cell.page), layout_.folded(cell.page), first, last, counted_already))
    if (date.begin < cell.end && date.end > cell.end) return date;
  return std::nullopt;
}

DayMonth Values::order_of_dates(const Evidence& seen) const {
  if (dates_ != DayMonth::unknown) return dates_;
  if (const DayMonth shown = shown_by(seen.order); shown != DayMonth::unknown) return shown;
  if (is_day_first_language(layout_.language())) return DayMonth::day_first;
  for (std::uint32_t page = 0; page < layout_.pages(); ++page)
    if (speaks_day_first(layout_.folded(page))) return DayMonth::day_first;
  return DayMonth::unknown;
}

void Values::settle_all(const Evidence& seen) {
  const DayMonth order = order_of_dates(seen);
  for (Value& value : values_) {
    if (!value.unclear) continue;
    if (value.kind == ValueKind::number) {
      NumberFound number;
      number.value = value.number;
      number.other = value.other_number;
      number.unclear = value.other[0];
      settle(number, seen.mark);
      value.number = number.value;
      value.decimals = number.decimals;
      value.unclear = number.unclear != 0;
    } else if (order != DayMonth::unknown) {
      if (order == DayMonth::month_first) std::swap(value.text, value.other);
      value.unclear = false;
      value.settled = true;
    }
  }
}

int Values::words_between(const Cell& cell, std::uint32_t begin, std::uint32_t end) const {
  const Folded& folded = layout_.folded(cell.page);
  const auto index = static_cast<std::uint32_t>(&cell - layout_.cells().data());
  const std::span<const Value> values = in_cell(index);
  const std::string_view text = layout_.page_text(cell.page);
  int words = 0;
  int brackets = 0;
  std::uint32_t at = cell.begin;
  for (std::uint32_t i = cell.first_token; i < cell.last_token; ++i) {
    const Token& token = folded.tokens[i];
    for (; at < token.begin; ++at)
      brackets += text[at] == '(' ? 1 : text[at] == ')' && brackets > 0 ? -1 : 0;
    if (token.begin < begin || token.end > end || brackets > 0) continue;
    const std::string_view word = folded.token(i);
    if (is_digit(word[0]) || is_filler(word)) continue;
    const bool in_value = std::any_of(values.begin(), values.end(), [&](const Value& value) {
      return token.begin >= value.begin && token.end <= value.end;
    });
    CurrencyFound currency;
    if (!in_value && !currency_at(text, token.begin, token.end, currency) && ++words == most_words) break;
  }
  return words;
}

}  // namespace docket::rules
