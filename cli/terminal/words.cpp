#include "cli/terminal/words.h"

#include <spdlog/fmt/fmt.h>

#include <cstdio>

#include "pipeline/support/money.h"
#include "pipeline/support/utf8.h"

namespace docket {

namespace {

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    const bool is_no_character = c == replacement_character && at == begin + 1;
    const bool stays = at == begin + 1 && kept.find(text[begin]) != std::string_view::npos;
    if (stays || !(is_control(c) || is_no_character))
      shown += text.substr(begin, at - begin);
    else
      shown += '?';
  }
  return shown;
}

std::string printable_json(std::string_view json) {
  std::string shown;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(json, at);
    if (c >= 0x7F && is_control(c))  // Those below stand between values, or are escaped already.
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
    else
      shown += json.substr(begin, at - begin);
  }
  return shown;
}

void print_error(const std::string& message) {
  std::fputs(("docket: " + printable(message) + "\n").c_str(), stderr);
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:@%,-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string counted(std::int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string format_cost(const nlohmann::ordered_json& usd) {
  return usd.is_null() ? "?" : format_money(in_nano_dollars(usd.get<double>()));
}

}  // namespace docket
