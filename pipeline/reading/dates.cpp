#include "pipeline/reading/dates.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "pipeline/reading/date_words.h"
#include "pipeline/reading/number_words.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

/// Whose days may be said in words.
constexpr auto spoken = std::to_array({english, german, french, spanish, italian, dutch, portuguese});

struct Day {
  int year, month, day;
};

/// Of the years that a document may speak of.
bool is_likely(const Day& d) {
  return d.year >= 1900 && d.year <= 2199 && is_calendar_day(d.year, d.month, d.day);
}

std::string iso(const Day& d) { return iso_date(d.year, d.month, d.day); }

/// Numbers and signs of East Asia: 2024年3月14日, 二〇二四年三月十四日, 令和6年3月14日, 2024년 3월 14일.
class EasternDate {
 public:
  explicit EasternDate(std::string_view plain) : rest_(plain) {}

  /// The date that the text begins with.
  std::optional<Day> read() {
    int before_first_year = 0;
    for (const Era& era : eras())
      if (take(era.name)) before_first_year = era.before;
    const int year = take("元") ? 1 : number();
    if (year < 0 || !(take("年") || take("년"))) return std::nullopt;
    const int month = number();
    if (month < 0 || !(take("月") || take("월"))) return std::nullopt;
    const int day = number();
    if (day < 0 || !(take("日") || take("일") || take("号") || take("號"))) return std::nullopt;
    return Day{before_first_year + year, month, day};
  }

  std::size_t left() const { return rest_.size(); }

 private:
  bool take(std::string_view word) {
    std::string_view next = rest_;
    while (next.starts_with(' '))
      next.remove_prefix(1);
    if (!next.starts_with(word)) return false;
    rest_ = next.substr(word.size());
    return true;
  }

  /// In digits, or 十四, 三十一, 二〇二四. -1: none.
  int number() {
    const std::span<const Numeral> signs = eastern_numerals();
    int value = -1;
    bool after_ten = false;
    for (int taken = 0; taken < 4; ++taken) {
      const auto sign = std::ranges::find_if(signs, [&](const Numeral& one) { return take(one.sign); });
      if (sign == signs.end()) break;
      if (sign->value == 10) {
        value = std::max(value, 1) * 10;
      } else {
        value = after_ten ? value + sign->value : std::max(value, 0) * 10 + sign->value;
      }
      after_ten = sign->value == 10;
    }
    return value;
  }

  std::string_view rest_;
};

/// Reads the dates of a run of tokens.
class Reader {
 public:
  Reader(std::string_view text, const Folded& folded, std::size_t first, std::size_t last)
      : text_(text), folded_(folded), last_(last) {
    for (std::size_t at = first; at < last; ++at)
      if (month_named(folded.token(at)) != nullptr) months_.push_back(at);
  }

  /// A date that starts with token `at`, and how many tokens it takes.
  std::optional<std::pair<DateFound, std::size_t>> read(std::size_t at) const {
    if (!is_digit(folded_.token(at)[0])) {
      if (const auto found = name_then_day(at)) return found;
      if (const auto found = day_in_words(at)) return found;
      return eastern(at);
    }
    if (const auto found = numeric(at)) return found;
    if (const auto found = day_then_name(at)) return found;
    if (const auto found = year_then_name(at)) return found;
    if (const auto found = vietnamese(at)) return found;
    return eastern(at);
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

  /// Behind token `at`, up to the next; in plain characters, without the sign of an ordinal: 1° aprile.
  std::string between(std::size_t at) const {
    constexpr std::string_view ordinal = "°";
    if (at + 1 >= last_) return "\n";
    const std::uint32_t end = folded_.tokens[at].end;
    std::string gap = plain(text_.substr(end, folded_.tokens[at + 1].begin - end));
    if (gap.starts_with(ordinal) && is_digit(folded_.token(at)[0])) gap.erase(0, ordinal.size());
    return gap;
  }

  /// '.', '/' or '-', perhaps with blanks; 0: something else.
  char separator(std::size_t at) const {
    char found = 0;
    const std::string gap = between(at);
    for (const char c : gap) {
      if (c == ' ') continue;
      if (found != 0 || (c != '.' && c != '/' && c != '-')) return 0;
      found = c;
    }
    return gap.size() <= 3 ? found : 0;
  }

  bool only(std::size_t at, std::string_view allowed) const {
    const std::string gap = between(at);
    return gap.size() <= 3 && gap.find_first_not_of(allowed) == std::string::npos;
  }

  /// Words follow each other, in one sentence.
  bool flows(std::size_t at) const {
    if (at + 1 >= last_) return false;
    const std::string gap = between(at);
    return gap.size() <= 4 && gap.find_first_not_of(" .,-'()\n") == std::string::npos;
  }

  /// The two plain characters before and behind a place; 0: none, or not of ASCII.
  char before(std::uint32_t at, std::size_t how_far) const {
    const std::size_t begin = at > longest_neighbours ? at - longest_neighbours : 0;
    const std::string found = plain(text_.substr(begin, at - begin));
    return found.size() < how_far ? '\0' : ascii(found[found.size() - how_far]);
  }
  char behind(std::uint32_t at, std::size_t how_far) const {
    const std::string found = plain(text_.substr(at, longest_neighbours));
    return found.size() < how_far ? '\0' : ascii(found[how_far - 1]);
  }
  static char ascii(char c) { return static_cast<unsigned char>(c) < 0x80 ? c : '\0'; }

  /// Not a piece of something longer, such as a telephone number, a version or an address on the network.
  bool stands_alone(std::size_t first, std::size_t last, char joint) const {
    const char previous = before(folded_.tokens[first].begin, 1);
    if (is_alnum(previous) || previous == '/' || previous == '_') return false;
    if ((previous == '.' || previous == '-') && previous == joint &&
        is_digit(before(folded_.tokens[first].begin, 2)))
      return false;
    const std::uint32_t end = folded_.tokens[last].end;
    const char next = behind(end, 1);
    if (is_alnum(next) || next == '_') return next == 'T' && digits(first) == 4;
    return !(next == joint && is_digit(behind(end, 2)));
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
    if (joint == 0 || separator(at + 1) != joint || !stands_alone(at, at + 2, joint)) return {};
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

  /// Steps over the ending of an ordinal, and over words that lead to the month.
  std::size_t skip_to_month(std::size_t next) const {
    if (next < last_ && is_ordinal_ending(folded_.token(next))) ++next;
    for (int words = 0; words < 5 && next + 1 < last_ && flows(next - 1); ++words, ++next)
      if (month_named(folded_.token(next)) != nullptr || !leads_to_month(folded_.token(next))) break;
    return next;
  }

  /// 5. März 2024, 1er mars 2024, 3rd day of March, 2024, 05-Mar-24.
  Found day_then_name(std::size_t at) const {
    const int day = number(at);
    if (day < 1 || day > 31 || digits(at) > 2) return {};
    const std::size_t next = skip_to_month(at + 1);
    if (next >= last_ || !(only(next - 1, " .-/") || (next > at + 1 && flows(next - 1)))) return {};
    const MonthName* month = month_named(folded_.token(next));
    return month == nullptr ? Found{} : with_year(at, next + 1, *month, day);
  }

  /// The third day of March 2024, am dritten März 2024, le premier mars 2024.
  Found day_in_words(std::size_t at) const {
    static constexpr std::size_t farthest = 12;  // Tokens to the month: most words are of no date.
    const auto month_behind = std::ranges::upper_bound(months_, at);
    if (month_behind == months_.end() || *month_behind > at + farthest) return {};
    for (const Language language : spoken) {
      const auto day = number_in_words(folded_, at, last_, language);
      if (!day || day->value < 1 || day->value > 31) continue;
      const std::size_t behind_day = at + day->tokens;
      const std::size_t next = skip_to_month(behind_day);
      if (next >= last_ || !flows(next - 1)) continue;
      const MonthName* month = month_named(folded_.token(next));
      if (month == nullptr || (month->languages & language) == 0) continue;
      // "Twenty May 2024" and "the second March 2024" say other things.
      const bool needs_ordinal = language == english || language == german || language == dutch;
      if ((needs_ordinal && !day->is_ordinal) || (language == english && next == behind_day)) continue;
      if (const auto found = with_year(at, next + 1, *month, day->value)) return found;
    }
    return {};
  }

  /// March 5, 2024, Mar 5th 2024, March the fifth, 2024.
  Found name_then_day(std::size_t at) const {
    const MonthName* month = month_named(folded_.token(at));
    if (month == nullptr || at + 1 >= last_ || !only(at, " .-")) return {};
    std::size_t next = at + 1;
    if (folded_.token(next) == "the" && flows(next)) ++next;
    int day = number(next);
    std::size_t behind_day = next + 1;
    if (day < 0) {
      const auto words = number_in_words(folded_, next, last_, english);
      if (!words || !words->is_ordinal || (month->languages & english) == 0) return {};
      day = words->value;
      behind_day = next + words->tokens;
    } else if (digits(next) > 2) {
      return {};
    }
    if (day < 1 || day > 31) return {};
    if (behind_day < last_ && is_ordinal_ending(folded_.token(behind_day))) ++behind_day;
    return with_year(at, behind_day, *month, day);
  }

  /// 2024-Mar-05, 2024 March 5.
  Found year_then_name(std::size_t at) const {
    if (digits(at) != 4 || at + 2 >= last_ || !only(at, " .-/") || !only(at + 1, " .-/")) return {};
    const MonthName* month = month_named(folded_.token(at + 1));
    if (month == nullptr || number(at + 2) < 1 || digits(at + 2) > 2) return {};
    const Day day{number(at), month->month, number(at + 2)};
    if (!is_likely(day) || !is_apart(at, at + 2)) return {};
    return std::pair(found(at, at + 2, day), std::size_t{3});
  }

  /// (ngày) 5 tháng 3 năm 2024.
  Found vietnamese(std::size_t at) const {
    if (at + 4 >= last_ || folded_.token(at + 1) != "thang" || folded_.token(at + 3) != "nam") return {};
    const Day day{number(at + 4), number(at + 2), number(at)};
    if (!is_likely(day) || !is_apart(at, at + 4)) return {};
    return std::pair(found(at, at + 4, day), std::size_t{5});
  }

  Found eastern(std::size_t at) const {
    static constexpr std::size_t longest = 80;  // Bytes.
    const Token& token = folded_.tokens[at];
    if (static_cast<unsigned char>(text_[token.end - 1]) < 0x80 &&
        (token.end >= text_.size() || !may_be_sign(token.end)))
      return {};
    const std::string_view ahead = text_.substr(token.begin, longest);
    if (ahead.find("年") == std::string_view::npos && ahead.find("년") == std::string_view::npos) return {};
    std::uint32_t begin = token.begin;
    for (const Era& era : eras())
      if (is_digit(folded_.token(at)[0]) && text_.substr(0, begin).ends_with(era.name))
        begin -= static_cast<std::uint32_t>(era.name.size());
    const PlainText source(text_.substr(begin, longest));
    EasternDate reader(source.text());
    const auto day = reader.read();
    if (!day || !is_likely(*day)) return {};
    DateFound out{begin, 0, iso(*day), {}, false};
    out.end = begin + source.origin(static_cast<std::uint32_t>(source.text().size() - reader.left()));
    std::size_t next = at + 1;
    while (next < last_ && folded_.tokens[next].begin < out.end)
      ++next;
    return std::pair(out, next - at);
  }

  /// Blanks, then something beyond ASCII.
  bool may_be_sign(std::uint32_t at) const {
    const std::size_t sign = text_.find_first_not_of(' ', at);
    return sign != std::string_view::npos && static_cast<unsigned char>(text_[sign]) >= 0xE0;
  }

  bool is_apart(std::size_t first, std::size_t last) const {
    return !is_alnum(before(folded_.tokens[first].begin, 1)) &&
           !is_alnum(behind(folded_.tokens[last].end, 1));
  }

  /// The date that ends with a year at `next`, or behind words that lead to it.
  Found with_year(std::size_t first, std::size_t next, const MonthName& month, int day) const {
    if (next < last_ && only(next - 1, " .,-/") && number(next) >= 0) {
      const Day date{full_year(number(next), digits(next)), month.month, day};
      if (!is_likely(date) || !is_apart(first, next)) return {};
      DateFound out = found(first, next, date);
      out.two_digit_year = digits(next) == 2;
      return std::pair(out, next + 1 - first);
    }
    for (int words = 0; words < 7 && next < last_ && flows(next - 1); ++words, ++next) {
      if (number(next) >= 0) {
        const Day date{digits(next) == 4 ? number(next) : -1, month.month, day};
        if (!is_likely(date) || !is_apart(first, next)) return {};
        return std::pair(found(first, next, date), next + 1 - first);
      }
      if (const auto found = with_year_in_words(first, next, month, day)) return found;
      if (!leads_to_year(folded_.token(next))) break;
    }
    return {};
  }

  Found with_year_in_words(std::size_t first, std::size_t next, const MonthName& month, int day) const {
    for (const Language language : spoken) {
      if ((month.languages & language) == 0) continue;
      const auto year = number_in_words(folded_, next, last_, language);
      if (!year || year->is_ordinal) continue;
      const Day date{year->value, month.month, day};
      if (is_likely(date)) {
        const std::size_t last = next + year->tokens - 1;
        return std::pair(found(first, last, date), last + 1 - first);
      }
    }
    return {};
  }

  static constexpr std::size_t longest_neighbours = 12;  ///< Bytes: of two characters, and what is not seen.

  std::string_view text_;
  const Folded& folded_;
  std::size_t last_;
  std::vector<std::size_t> months_;  ///< Tokens that name one.
};

void count(const DateFound& date, std::string_view text, DateOrder& order) {
  const std::string written = plain(text.substr(date.begin, date.end - date.begin));
  if (!date.month_first.empty() || written.find_first_not_of("0123456789") >= 4) return;
  const std::size_t joint = written.find_first_of("/-");
  if (joint == std::string::npos || written.find_first_not_of("0123456789/- ") != std::string::npos) return;
  const std::string_view second = std::string_view(written).substr(joint + 1);
  const std::string day = date.iso.substr(8, 2);
  if (second.starts_with(day) && day > "12") ++order.month_first;
  if (written.starts_with(day) && day > "12") ++order.day_first;
}

}  // namespace

std::vector<DateFound> find_dates(std::string_view text, const Folded& folded, std::size_t first,
                                  std::size_t last, DateOrder& order) {
  std::vector<DateFound> dates;
  const Reader reader(text, folded, first, last);
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

bool is_month(std::string_view folded) { return month_named(folded) != nullptr; }

bool speaks_day_first(const Folded& folded) {
  static constexpr std::size_t enough = 3;  // Of a short bill.
  std::size_t in_english = 0;
  std::size_t in_others = 0;
  for (std::size_t i = 0; i < folded.tokens.size(); ++i) {
    const std::string_view word = folded.token(i);
    if (is_common_in_english(word))
      ++in_english;
    else if (is_common_on_mainland(word))
      ++in_others;
  }
  return in_others >= enough && in_others > 2 * in_english;
}

bool is_day_first_language(std::string_view code) {
  static constexpr std::string_view day_first[] = {
      "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "gl", "hr", "is", "it", "lb",
      "lv", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk"};
  return std::ranges::find(day_first, code) != std::ranges::end(day_first);
}

DayMonth shown_by(const DateOrder& order) {
  if (order.day_first == order.month_first) return DayMonth::unknown;
  return order.day_first > order.month_first ? DayMonth::day_first : DayMonth::month_first;
}

void settle(DateFound& date, DayMonth order) {
  if (order == DayMonth::unknown || date.month_first.empty()) return;
  if (order == DayMonth::month_first) date.iso = date.month_first;
  date.month_first.clear();
}

}  // namespace docket
