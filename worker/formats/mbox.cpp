#include "worker/formats/mbox.h"

#include <algorithm>
#include <string>

#include "pipeline/support/ascii.h"
#include "worker/formats/mail.h"
#include "worker/formats/mail_message.h"

namespace docket::worker {
namespace {

std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

/// `From joe@example.com Thu Jan  5 10:00:00 2023`: the year is what no sentence has there.
bool begins_message(std::string_view text, std::size_t at) {
  std::string_view line = line_at(text, at);
  if (!line.starts_with("From ") || line.size() > 300) return false;
  while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
    line.remove_suffix(1);
  std::size_t colons = 0, years = 0;
  for (std::size_t i = 0; i + 4 <= line.size(); ++i) {
    colons += line[i] == ':' && is_digit(line[i + 1]);
    const bool begins = i == 0 || !is_digit(line[i - 1]);
    const bool ends = i + 4 == line.size() || !is_digit(line[i + 4]);
    years += begins && ends &&
             std::all_of(line.begin() + static_cast<std::ptrdiff_t>(i),
                         line.begin() + static_cast<std::ptrdiff_t>(i) + 4, is_digit);
  }
  return colons >= 1 && years >= 1;
}

/// Where the next message begins at `from` or behind; the end of the text: nowhere.
std::size_t next_message(std::string_view text, std::size_t from) {
  if (from == 0 && begins_message(text, 0)) return 0;
  for (std::size_t at = text.find("\nFrom ", from == 0 ? 0 : from - 1); at != text.npos;
       at = text.find("\nFrom ", at + 1)) {
    const bool is_after_blank =
        at == 0 || text[at - 1] == '\n' || (at > 1 && text[at - 1] == '\r' && text[at - 2] == '\n');
    if (is_after_blank && begins_message(text, at + 1)) return at + 1;
  }
  return text.size();
}

std::string_view behind_line(std::string_view text) {
  return text.substr(std::min(text.find('\n'), text.size() - 1) + 1);
}

/// `>From` and `>>From` have one '>' too many.
std::string without_quoting(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = std::min(message.find('\n', at), message.size() - 1) + 1;
    std::string_view line = message.substr(at, end - at);
    const std::size_t quotes = std::min(line.find_first_not_of('>'), line.size());
    if (quotes > 0 && line.substr(quotes).starts_with("From ")) line.remove_prefix(1);
    out += line;
    at = end;
  }
  return out;
}

}  // namespace

bool is_mbox(std::string_view text) {
  if (!begins_message(text, 0) || !is_mail(behind_line(text))) return false;
  const std::size_t second = next_message(text, 5);
  return second < text.size() && is_mail(behind_line(text.substr(second)));
}

std::optional<Error> unpack_mbox(std::string_view text, MemberBudget& budget, const MemberHandler& handler) {
  MemberNames names;
  for (std::size_t begin = next_message(text, 0); begin < text.size();) {
    const std::size_t end = next_message(text, begin + 5);
    if (auto failed = budget.add_member()) return failed;
    const std::string_view message = behind_line(text.substr(begin, end - begin));
    begin = end;
    std::string name = names.add(name_of_message(message));
    if (!handler.wants(name, MemberKind::file)) continue;
    if (auto failed = budget.add_bytes(message.size())) return failed;
    const Result<bool> more = handler.take({std::move(name), without_quoting(message)});
    if (!more) return more.error();
    if (!*more) break;
  }
  return std::nullopt;
}

}  // namespace docket::worker
