#include "pipeline/reading/quoted_date.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using Says = ValueReading::Says;

/// 14:30, and what may follow: seconds, a zone.
bool looks_like_time(std::string_view text) {
  std::string_view rest = text;
  if (!take_digits(rest, 2) || !rest.starts_with(':')) return false;
  rest.remove_prefix(1);
  return take_digits(rest, 2) && std::ranges::all_of(rest, [](char c) {
           return is_digit(c) || std::string_view(":.,+-Zz ").find(c) != std::string_view::npos;
         });
}

void add_dates(std::string_view lines, std::uint32_t first, std::uint32_t last, DayMonth order,
               std::vector<DateFound>& dates) {
  const Folded folded = fold(lines);
  DateOrder ignored;
  for (DateFound& date : find_dates(lines, folded, 0, folded.tokens.size(), ignored)) {
    if (date.begin < first || date.end > last) continue;
    settle(date, order);
    dates.push_back(std::move(date));
  }
}

/// The hour and minute of 2024-03-05T14:30:00 stand in the passage, or are midnight.
bool time_in(std::string_view value, const Passage& passage) {
  if (value.size() == 10) return true;
  const std::string_view time = value.substr(11, 5);
  if (time == "00:00") return true;
  std::string_view rest = time;
  const std::optional<int> hour = take_digits(rest, 2);
  if (!hour) return false;
  const std::string words = words_in(passage);
  for (const int one : {*hour, *hour % 12 == 0 ? 12 : *hour % 12}) {
    for (const char* mark : {":", ".", "h"}) {
      const std::string short_form = std::to_string(one) + mark + std::string(time.substr(3));
      for (const std::string& form : {short_form, "0" + short_form}) {
        const std::size_t at = words.find(form);
        if (at == std::string::npos || (at > 0 && is_digit(words[at - 1]))) continue;
        const std::string_view behind = trim(std::string_view(words).substr(at + form.size()));
        if (one == *hour || behind.starts_with("p")) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool looks_like_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  if (text.size() > 10 && text[10] != 'T' && text[10] != ' ' && text[10] != 't') return false;
  if (text.size() > 10 && !looks_like_time(text.substr(11))) return false;
  return std::ranges::all_of(text.substr(0, 10), [](char c) { return is_digit(c) || c == '-'; });
}

std::vector<DateFound> dates_in(const Passage& passage, const Writing& writing) {
  const ByteRange range = lines_of(passage);
  std::string lines(passage.page.substr(range.begin, range.end - range.begin));
  const std::uint32_t first = passage.begin - range.begin, last = passage.end - range.begin;
  std::vector<DateFound> dates;
  add_dates(lines, first, last, writing.day_month(), dates);
  if (!dates.empty() || std::ranges::none_of(lines, is_line_end)) return dates;
  std::ranges::replace_if(lines, is_line_end, ' ');
  add_dates(lines, first, last, writing.day_month(), dates);
  return dates;
}

ValueReading read_date(const std::string& value, const Passage& passage, const Writing& writing) {
  ValueReading reading;
  std::set<std::string> others;
  const std::string day = value.substr(0, 10);
  for (const DateFound& date : dates_in(passage, writing)) {
    if (date.iso == day || date.month_first == day) {
      reading.ambiguous = (reading.says != Says::yes || reading.ambiguous) && !date.month_first.empty();
      reading.says = Says::yes;
    } else {
      others.insert(date.iso);
    }
  }
  if (reading.says == Says::yes && !time_in(value, passage)) reading.says = Says::no;
  reading.others = static_cast<int>(others.size());
  return reading;
}

}  // namespace docket
