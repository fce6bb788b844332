#include "pipeline/reading/dates.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

struct MonthName {
  std::string_view name;
  int month;
};

/// Sorted by name. As `fold` writes them: "März" is "marz", "août" is "aout".
constexpr auto month_names = std::to_array<MonthName>({
    {"abr", 4},       {"abril", 4},      {"agosto", 8},    {"aout", 8},      {"apr", 4},
    {"april", 4},     {"aprile", 4},     {"aug", 8},       {"august", 8},    {"augustus", 8},
    {"avr", 4},       {"avril", 4},      {"dec", 12},      {"december", 12}, {"decembre", 12},
    {"dez", 12},      {"dezember", 12},  {"dic", 12},      {"dicembre", 12}, {"diciembre", 12},
    {"enero", 1},     {"feb", 2},        {"febbraio", 2},  {"febr", 2},      {"febrero", 2},
    {"februar", 2},   {"februari", 2},   {"february", 2},  {"fev", 2},       {"fevr", 2},
    {"fevrier", 2},   {"gennaio", 1},    {"giugno", 6},    {"jan", 1},       {"janner", 1},
    {"januar", 1},    {"januari", 1},    {"january", 1},   {"janv", 1},      {"janvier", 1},
    {"juil", 7},      {"juillet", 7},    {"juin", 6},      {"jul", 7},       {"juli", 7},
    {"julio", 7},     {"july", 7},       {"jun", 6},       {"june", 6},      {"juni", 6},
    {"junio", 6},     {"luglio", 7},     {"maart", 3},     {"maerz", 3},     {"maggio", 5},
    {"mai", 5},       {"mar", 3},        {"march", 3},     {"mars", 3},      {"marz", 3},
    {"marzo", 3},     {"may", 5},        {"mayo", 5},      {"mei", 5},       {"mrt", 3},
    {"mrz", 3},       {"nov", 11},       {"november", 11}, {"novembre", 11}, {"noviembre", 11},
    {"oct", 10},      {"october", 10},   {"octobre", 10},  {"octubre", 10},  {"okt", 10},
    {"oktober", 10},  {"ottobre", 10},   {"sep", 9},       {"sept", 9},      {"september", 9},
    {"septembre", 9}, {"septiembre", 9}, {"settembre", 9},
});
static_assert(std::is_sorted(month_names.begin(), month_names.end(),
                             [](const MonthName& a, const MonthName& b) { return a.name < b.name; }));

struct Day {
  int year, month, day;
};

/// Of the years that a document may speak of.
bool is_likely(const Day& d) {
  return d.year >= 1900 && d.year <= 2199 && is_calendar_day(d.year, d.month, d.day);
}

std::string iso(const Day& d) { return iso_date(d.year, d.month, d.day); }

/// Reads the dates of a run of tokens.
class Reader {
 public:
  Reader(std::string_view text, const Folded& folded, std::size_t last)
      : text_(text), folded_(folded), last_(last) {}

  /// A date that starts with token `at`, and how many tokens it takes.
  std::optional<std::pair<DateFound, std::size_t>> read(std::size_t at) const {
    if (const auto found = numeric(at)) return found;
    if (const auto found = day_then_name(at)) return found;
    return name_then_day(at);
  }

 private:
  using Found = std::optional<std::pair<DateFound, std::size_t>>;

  /// The token as a number of at most four digits; -1: it is none.
  int number(std::size_t at) const {
    if (at >= last_) return -1;
    const std::string_view token = folded_.token(at);
    if (token.empty() || token.size() > 4 || !std::all_of(token.begin(), token.end(), is_digit)) return -1;
    int value = 0;
    for (const char c : token)
      value = value * 10 + (c - '0');
    return value;
  }

  std::size_t digits(std::size_t at) const { return folded_.token(at).size(); }

  std::string_view between(std::size_t at) const {  // Behind token `at`, up to the next.
    if (at + 1 >= last_) return "\n";
    return text_.substr(folded_.tokens[at].end, folded_.tokens[at + 1].begin - folded_.tokens[at].end);
  }

  /// '.', '/' or '-', perhaps with blanks; 0: something else.
  char separator(std::size_t at) const {
    char found = 0;
    for (const char c : between(at)) {
      if (c == ' ') continue;
      if (found != 0 || (c != '.' && c != '/' && c != '-')) return 0;
      found = c;
    }
    return between(at).size() <= 3 ? found : 0;
  }

  bool only(std::size_t at, std::string_view allowed) const {
    const std::string_view gap = between(at);
    return gap.size() <= 3 && gap.find_first_not_of(allowed) == std::string_view::npos;
  }

  /// Not a piece of something longer, such as a telephone number, a version or an address on the network.
  bool stands_alone(std::size_t first, std::size_t last) const {
    const std::uint32_t begin = folded_.tokens[first].begin;
    const std::uint32_t end = folded_.tokens[last].end;
    if (begin > 0 && (is_alnum(text_[begin - 1]) || text_[begin - 1] == '/' || text_[begin - 1] == '_')) {
      return false;
    }
    if (begin > 1 && (text_[begin - 1] == '.' || text_[begin - 1] == '-') && is_digit(text_[begin - 2]) &&
        text_[begin - 1] == text_[folded_.tokens[first].end]) {
      return false;
    }
    if (end >= text_.size()) return true;
    if (is_alnum(text_[end]) || text_[end] == '_') return text_[end] == 'T' && digits(first) == 4;
    const char joint = text_[folded_.tokens[first].end];
    return !(end + 1 < text_.size() && text_[end] == joint && is_digit(text_[end + 1]));
  }

  static int full_year(int year, std::size_t written) {
    if (written == 4) return year;
    return written == 2 ? (year < 80 ? 2000 + year : 1900 + year) : -1;
  }

  DateFound found(std::size_t first, std::size_t last, const Day& day) const {
    return {folded_.tokens[first].begin, folded_.tokens[last].end, iso(day), {}, false};
  }

  Found numeric(std::size_t at) const {
    const int a = number(at), b = number(at + 1), c = number(at + 2);
    if (a < 0 || b < 0 || c < 0) return {};
    const char joint = separator(at);
    if (joint == 0 || separator(at + 1) != joint || !stands_alone(at, at + 2)) return {};
    if (digits(at) == 4) {
      const Day day{a, b, c};
      if (digits(at + 1) > 2 || digits(at + 2) > 2 || !is_likely(day)) return {};
      return std::pair(found(at, at + 2, day), std::size_t{3});
    }
    const int year = full_year(c, digits(at + 2));
    if (digits(at) > 2 || digits(at + 1) > 2 || year < 0) return {};
    return day_or_month_first(at, joint, {year, b, a});
  }

  Found day_or_month_first(std::size_t at, char joint, const Day& day_first) const {
    const Day month_first{day_first.year, day_first.day, day_first.month};
    const bool day_ok = is_likely(day_first);
    const bool month_ok = is_likely(month_first) && joint != '.';  // Nobody writes 12.25.2024.
    if (!day_ok && !month_ok) return {};
    DateFound out = found(at, at + 2, day_ok ? day_first : month_first);
    if (day_ok && month_ok && day_first.day != day_first.month) out.month_first = iso(month_first);
    out.two_digit_year = digits(at + 2) == 2;
    return std::pair(out, std::size_t{3});
  }

  /// 5. März 2024, 1er mars 2024, 3rd of March, 2024, 05-Mar-24.
  Found day_then_name(std::size_t at) const {
    const int day = number(at);
    if (day < 1 || day > 31 || digits(at) > 2 || !only(at, " .-/")) return {};
    std::size_t next = at + 1;
    for (int extra = 0; extra < 2 && next < last_ && is_ordinal(folded_.token(next)); ++extra)
      ++next;
    if (next >= last_ || !only(next, " .,-/")) return {};
    const int month = month_by_name(folded_.token(next));
    return month == 0 ? Found{} : with_year(at, next + 1, month, day);
  }

  /// March 5, 2024, Mar 5th 2024.
  Found name_then_day(std::size_t at) const {
    const int month = month_by_name(folded_.token(at));
    if (month == 0 || !only(at, " .-")) return {};
    const int day = number(at + 1);
    if (day < 1 || day > 31 || digits(at + 1) > 2) return {};
    std::size_t next = at + 2;
    if (next < last_ && is_ordinal(folded_.token(next))) ++next;
    return only(next - 1, " .,-") ? with_year(at, next, month, day) : Found{};
  }

  static bool is_ordinal(std::string_view token) {
    static constexpr auto words =
        std::to_array<std::string_view>({"er", "st", "nd", "rd", "th", "of", "de", "e"});
    return std::find(words.begin(), words.end(), token) != words.end();
  }

  Found with_year(std::size_t first, std::size_t year_at, int month, int day) const {
    if (year_at < last_ && folded_.token(year_at) == "de") ++year_at;
    const int written = number(year_at);
    if (written < 0) return {};
    const Day date{full_year(written, digits(year_at)), month, day};
    if (!is_likely(date)) return {};
    const std::uint32_t begin = folded_.tokens[first].begin;
    const std::uint32_t end = folded_.tokens[year_at].end;
    if ((begin > 0 && is_alnum(text_[begin - 1])) || (end < text_.size() && is_alnum(text_[end]))) return {};
    DateFound out = found(first, year_at, date);
    out.two_digit_year = digits(year_at) == 2;
    return std::pair(out, year_at + 1 - first);
  }

  std::string_view text_;
  const Folded& folded_;
  std::size_t last_;
};

void count(const DateFound& date, std::string_view text, DateOrder& order) {
  if (!date.month_first.empty() ||
      text.substr(date.begin, 4).find_first_not_of("0123456789") == std::string_view::npos) {
    return;
  }
  const std::string_view written = text.substr(date.begin, date.end - date.begin);
  const std::size_t slash = written.find_first_of("/-");
  if (slash == std::string_view::npos || written.find_first_not_of("0123456789/- ") != std::string_view::npos)
    return;
  const std::string_view second = written.substr(slash + 1);
  if (second.substr(0, 2) == date.iso.substr(8, 2) && date.iso.substr(8, 2) > "12") ++order.month_first;
  if (written.substr(0, 2) == date.iso.substr(8, 2) && date.iso.substr(8, 2) > "12") ++order.day_first;
}

}  // namespace

int month_by_name(std::string_view folded) {
  const auto found =
      std::lower_bound(month_names.begin(), month_names.end(), folded,
                       [](const MonthName& a, std::string_view name) { return a.name < name; });
  return found != month_names.end() && found->name == folded ? found->month : 0;
}

std::vector<DateFound> find_dates(std::string_view text, const Folded& folded, std::size_t first,
                                  std::size_t last, DateOrder& order) {
  std::vector<DateFound> dates;
  const Reader reader(text, folded, last);
  while (first < last) {
    const auto found = reader.read(first);
    if (!found) {
      ++first;
      continue;
    }
    count(found->first, text, order);
    dates.push_back(found->first);
    first += found->second;
  }
  return dates;
}

}  // namespace docket
