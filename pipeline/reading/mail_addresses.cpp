// Mail addresses as people write them: with letters of any script, broken over lines, and hidden from robots
// as in "me (at) home (dot) example".
#include <algorithm>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/personal_parts.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr char32_t first_of_east = 0x2E80;  ///< Scripts without blanks between words begin here.

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_of_local(char c) {
  return is_alnum(c) || is_beyond_ascii(c) ||
         std::string_view("._%+-!#$&'*=^`{}~").find(c) != std::string_view::npos;
}
bool is_of_domain(char c) { return is_alnum(c) || is_beyond_ascii(c) || c == '-' || c == '.' || c == '_'; }

std::uint32_t skip(std::string_view text, std::uint32_t at, std::string_view which) {
  while (at < text.size() && which.find(text[at]) != std::string_view::npos)
    ++at;
  return at;
}

/// A line end, and blanks around it.
std::uint32_t skip_line_end(std::string_view text, std::uint32_t at) {
  const std::uint32_t end = skip(text, at, blanks);
  return end < text.size() && text[end] == '\n' ? skip(text, end + 1, blanks) : at;
}

/// A word in brackets, such as (at), with blanks around; `at` itself: another one.
std::uint32_t skip_in_brackets(std::string_view text, std::uint32_t at, std::string_view words) {
  std::uint32_t next = skip(text, at, " \t\r\n");
  if (next >= text.size() || std::string_view("([{<").find(text[next]) == std::string_view::npos) return at;
  const std::uint32_t begin = skip(text, next + 1, " ");
  std::uint32_t end = begin;
  while (end < text.size() &&
         (is_alnum(text[end]) || is_beyond_ascii(text[end]) || text[end] == '@' || text[end] == '.'))
    ++end;
  if (begin == end || !has_word(" " + to_lower(text.substr(begin, end - begin)) + " ", words)) return at;
  next = skip(text, end, " ");
  if (next >= text.size() || std::string_view(")]}>").find(text[next]) == std::string_view::npos) return at;
  return skip(text, next + 1, " \t\r\n");
}

/// The word alone, which another one must bear out: me at home dot example.
std::uint32_t skip_word(std::string_view text, std::uint32_t at, std::string_view word) {
  const std::uint32_t begin = skip(text, at, " ");
  if (begin == at || to_lower(text.substr(begin, word.size())) != word) return at;
  const auto end = begin + static_cast<std::uint32_t>(word.size());
  return end < text.size() && text[end] == ' ' ? skip(text, end, " ") : at;
}

std::uint32_t skip_dot(std::string_view text, std::uint32_t at, bool in_words) {
  const std::uint32_t end = skip_in_brackets(text, at, "dot punkt point punto .");
  return end == at && in_words ? skip_word(text, at, "dot") : end;
}

bool is_hidden(std::string_view sign) { return sign.find('@') == std::string_view::npos; }

/// Letters that may be a top-level domain.
bool ends_well(std::string_view domain) {
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view last = domain.substr(dot + 1);
  return last.size() >= 2 && std::ranges::none_of(last, [](char c) { return c == '_'; }) &&
         std::ranges::any_of(last, [](char c) { return is_alpha(c) || is_beyond_ascii(c); });
}

/// A blank beside a point, as the text of a PDF has it: jane@acme . com; `at` itself: a sentence may end.
std::uint32_t skip_blank_at_point(std::string_view text, std::uint32_t at, const std::string& domain) {
  const std::uint32_t next = skip(text, at, " ");
  if (next >= text.size() || domain.empty()) return at;
  const bool has_point = domain.back() == '.';
  if (ends_well(std::string_view(domain).substr(0, domain.size() - (has_point ? 1 : 0)))) return at;
  return has_point || text[next] == '.' ? next : at;
}

/// Behind the domain that begins at `at`; `at` itself: there is none.
std::uint32_t end_of_domain(std::string_view text, std::uint32_t at, bool in_words) {
  const std::uint32_t begin = at;
  std::string domain;
  std::uint32_t good = begin;
  while (at < text.size()) {
    if (is_of_domain(text[at]) &&
        (is_beyond_ascii(text[at])
             ? character_at(text, at) < first_of_east || !ends_well(domain) || is_beyond_ascii(text[at - 1])
             : true)) {
      domain += text[at++];
      if (ends_well(domain) && is_alnum(domain.back() & 0x7F)) good = at;
      continue;
    }
    if (const std::uint32_t dot = skip_dot(text, at, in_words); dot > at) {
      domain += '.';
      at = dot;
      continue;
    }
    std::uint32_t next = skip_line_end(text, at);
    if (next == at) next = skip_blank_at_point(text, at, domain);
    if (next == at || next >= text.size() || domain.empty()) break;
    const char first = text[next];
    const bool goes_on = domain.back() == '.' || domain.back() == '-' || first == '.';
    const bool may_go_on = goes_on ? is_lower(first) || is_digit(first) || first == '.' : is_lower(first);
    if (!may_go_on || (!goes_on && ends_well(domain))) break;
    at = next;
  }
  return good;
}

/// Where the part before the sign begins; `at` itself: there is none.
std::uint32_t begin_of_local(std::string_view text, std::uint32_t at) {
  std::uint32_t begin = at;
  const auto take = [&](std::uint32_t from) {
    const bool is_eastern = from > 0 && character_before(text, from) >= first_of_east;
    while (from > 0 && is_of_local(text[from - 1])) {
      const char32_t before = character_before(text, from);
      if ((before >= first_of_east) != is_eastern) break;
      do
        --from;
      while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80);
    }
    return from;
  };
  begin = take(begin);
  while (begin < at && begin > 3 && text.substr(begin - 3, 3) == " . " && is_alnum(text[begin - 4]))
    begin = take(begin - 3);  // As the text of a PDF has it.
  const std::size_t line = text.substr(0, begin).find_last_not_of(" \t\r\n");
  const std::string_view between =
      line == std::string_view::npos ? std::string_view() : text.substr(line + 1, begin - line - 1);
  if (std::ranges::count(between, '\n') == 1) {  // A long address may begin on the line before.
    const auto before = static_cast<std::uint32_t>(line) + 1;
    const std::uint32_t first = take(before);
    const std::string_view word = text.substr(first, before - first);
    if (!word.empty() && (begin == at || word.find_first_of("._-+0123456789") != std::string_view::npos))
      begin = first;
  }
  while (begin < at && std::string_view(".'{}*`").find(text[begin]) != std::string_view::npos)
    ++begin;
  return begin;
}

/// The next place that may stand for an `@`.
std::uint32_t next_sign(std::string_view text, std::uint32_t from) {
  for (std::uint32_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '@' || ((c == '(' || c == '[' || c == '{' || c == '<') && skip_at_sign(text, at) > at))
      return at;
    if (c == ' ' && skip_at_sign(text, at) > at && text[skip(text, at, blanks)] != '\n') return at;
  }
  return static_cast<std::uint32_t>(text.size());
}

}  // namespace

std::uint32_t skip_at_sign(std::string_view text, std::uint32_t at) {
  const std::uint32_t sign = skip(text, at, blanks);
  if (at < text.size() && text[at] == '@') return skip_line_end(text, at + 1);
  if (const std::uint32_t broken = skip_line_end(text, at);
      broken < text.size() && broken > at && text[broken] == '@')
    return skip_line_end(text, broken + 1);
  if (sign > at && text.substr(sign).starts_with("@ ")) return skip(text, sign + 1, " ");
  if (const std::uint32_t end = skip_in_brackets(text, at, "at a @ arroba chez \u00E4t"); end > at)
    return end;
  return sign > at ? std::max(at, skip_word(text, at, "at")) : at;
}

AddressSign sign_of_address(std::string_view found) {
  for (std::uint32_t at = 0; at < found.size(); ++at)
    if (const std::uint32_t end = skip_at_sign(found, at); end > at) return {at, end};
  return {found.size(), found.size()};
}

std::string plain_address(std::string_view found) {
  const AddressSign sign = sign_of_address(found);
  std::string address;
  for (std::uint32_t at = 0; at < found.size();) {
    if (at == sign.begin) {
      address += '@';
      at = static_cast<std::uint32_t>(sign.end);
      continue;
    }
    const std::uint32_t dot = at > sign.begin ? skip_dot(found, at, is_hidden(found)) : at;
    if (dot > at) {
      address += '.';
      at = dot;
      continue;
    }
    if (blanks.find(found[at]) == std::string_view::npos && found[at] != '\n') address += found[at];
    ++at;
  }
  return address;
}

void find_mail_addresses(std::string_view text, std::vector<PersonalValue>& found) {
  for (std::uint32_t at = next_sign(text, 0); at < text.size(); at = next_sign(text, at + 1)) {
    const std::uint32_t domain = skip_at_sign(text, at);
    const std::string_view sign = text.substr(at, domain - at);
    const bool in_words = is_hidden(sign) && sign.find_first_of("([{<") == std::string_view::npos;
    std::uint32_t sign_begin = at;
    while (is_hidden(sign) && sign_begin > 0 && text[sign_begin - 1] == ' ')
      --sign_begin;
    const std::uint32_t begin = begin_of_local(text, sign_begin);
    const std::uint32_t end = end_of_domain(text, domain, in_words);
    if (begin == sign_begin || end <= domain) continue;
    // "look at example.org": without the other word it is prose.
    if (in_words && to_lower(text.substr(domain, end - domain)).find(" dot ") == std::string::npos) continue;
    found.push_back({PersonalKind::email, begin, end});
    at = end - 1;
  }
}

}  // namespace docket
