#include "worker/formats/mail.h"

#include <algorithm>
#include <array>
#include <string>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

constexpr std::size_t longest_header = std::size_t{1} << 16;  ///< Bytes.

/// Cuts the first line off `text`, without its end.
std::string_view cut_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Field {
  std::string name;   ///< Lower case.
  std::string value;  ///< Lower case, its lines joined, without blanks in front.
};

bool begins_with_blank(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// Cuts a field with its continuing lines off; without a name: there is none.
Field take_field(std::string_view& rest) {
  const std::string_view line = cut_line(rest);
  const std::size_t colon = line.find(':');
  if (colon == line.npos || line.substr(0, colon).find_first_of(" \t") != line.npos) return {};
  Field field{to_lower(line.substr(0, colon)), to_lower(line.substr(colon + 1))};
  while (begins_with_blank(rest))
    field.value += to_lower(cut_line(rest));
  field.value.erase(0, field.value.find_first_not_of(" \t"));
  return field;
}

bool has_part(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// `16 Dec 2022 17:04:16 -0500`, in lower case; the name of the day, its comma and the seconds may be
/// missing.
bool is_mail_date(std::string_view value) {
  constexpr std::string_view months = "jan feb mar apr may jun jul aug sep oct nov dec";
  const auto take = [&](std::string_view characters) {
    const std::size_t size = std::min(value.find_first_not_of(characters), value.size());
    const std::string_view taken = value.substr(0, size);
    value.remove_prefix(size);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    return taken;
  };
  constexpr std::string_view digits = "0123456789", letters = "abcdefghijklmnopqrstuvwxyz";
  if (take(letters).size() == 3) take(",");
  if (take(digits).empty()) return false;
  const std::string_view month = take(letters);
  if (month.size() != 3 || !has_part(months, month)) return false;
  if (take(digits).size() != 4) return false;
  if (!has_part(take("0123456789:"), ":")) return false;
  const bool is_offset = value.starts_with('+') || value.starts_with('-');
  return (is_offset && value.size() >= 5) || value.starts_with("gmt") || value.starts_with("ut");
}

/// Fields that nobody writes by hand.
bool is_of_a_program(const Field& field) {
  constexpr std::array<std::string_view, 16> names = {"mime-version",
                                                      "return-path",
                                                      "content-transfer-encoding",
                                                      "x-mailer",
                                                      "dkim-signature",
                                                      "domainkey-signature",
                                                      "received-spf",
                                                      "authentication-results",
                                                      "arc-seal",
                                                      "arc-message-signature",
                                                      "arc-authentication-results",
                                                      "list-unsubscribe",
                                                      "thread-index",
                                                      "x-originating-ip",
                                                      "x-received",
                                                      "x-spam-status"};
  if (std::ranges::find(names, field.name) != names.end()) return true;
  if (field.name == "content-type") return field.value.starts_with("multipart/");
  if (field.name == "message-id" || field.name == "in-reply-to" || field.name == "references")
    return has_part(field.value, "@");
  // "Received: 7 March 2024" is a stamp; a station says from where, by which program, and when.
  if (field.name == "received")
    return has_part(field.value, ";") && (field.value.starts_with("from ") || field.value.starts_with("by "));
  return field.name == "date" && is_mail_date(field.value);
}

}  // namespace

bool is_mail(std::string_view utf8) {
  std::string_view rest = utf8.substr(0, longest_header);
  rest.remove_prefix(std::min(rest.find_first_not_of("\xEF\xBB\xBF\r\n \t"), rest.size()));
  // The first line of a mailbox, or of a part whose header was cut off.
  if (rest.starts_with("From ") || rest.starts_with(">From ") || rest.starts_with("--")) cut_line(rest);
  bool is_of_program = false, has_sender = false, has_charset = false;
  while (!rest.empty() && !rest.starts_with('\n') && !rest.starts_with("\r\n")) {
    const Field field = take_field(rest);
    if (field.name.empty()) return false;
    is_of_program = is_of_program || is_of_a_program(field);
    has_sender = has_sender || (field.name == "from" && has_part(field.value, "@"));
    has_charset = has_charset || (field.name == "content-type" &&
                                  (has_part(field.value, "charset=") || has_part(field.value, "boundary=")));
  }
  return is_of_program || (has_sender && has_charset);
}

}  // namespace docket::worker
