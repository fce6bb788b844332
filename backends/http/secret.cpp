#include "backends/http/secret.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

constexpr std::string_view in_place = "(key removed)";
constexpr std::string_view escape_marks = "\\&%";  ///< What escape_at() knows begins with one of these.
constexpr int most_layers = 4;  ///< JSON in a string of JSON in a string of JSON, and an address in it.
constexpr std::size_t shortest_in_answer = 8;
constexpr std::size_t shortest_in_message = 4;

/// A text that was read, and where each of its bytes came from.
struct Reading {
  std::string bytes;
  std::vector<std::uint32_t> begin;  ///< In the text as it was given; one more than there are bytes.
};

std::optional<char32_t> number(std::string_view digits, int base) {
  char32_t value = 0;
  for (const char c : digits) {
    const int digit = is_digit(c) ? c - '0' : is_alpha(c) ? to_lower(c) - 'a' + 10 : base;
    if (digit >= base || value > 0x10FFFF) return std::nullopt;
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
  }
  return digits.empty() ? std::nullopt : std::optional(value);
}

/// What stands for other characters, and how long it is.
struct Escape {
  std::string meaning;
  std::size_t length = 0;
};

std::string utf8(char32_t c) {
  std::string text;
  append_utf8(text, c);
  return text;
}

/// `\u00e9`, `\ud83d\ude00`, `\u{e9}`.
std::optional<Escape> unicode_escape(std::string_view text) {
  if (text.substr(2).starts_with('{')) {
    const std::size_t end = text.substr(0, 12).find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const auto code = number(text.substr(3, end - 3), 16);
    return code ? std::optional(Escape{utf8(*code), end + 1}) : std::nullopt;
  }
  const auto unit = text.size() < 6 ? std::nullopt : number(text.substr(2, 4), 16);
  if (!unit) return std::nullopt;
  if (*unit < 0xD800 || *unit > 0xDBFF || text.size() < 12 || text.substr(6, 2) != "\\u")
    return Escape{utf8(*unit), 6};
  const auto second = number(text.substr(8, 4), 16);
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return Escape{utf8(*unit), 6};
  return Escape{utf8(0x10000 + ((*unit - 0xD800) << 10) + (*second - 0xDC00)), 12};
}

/// `text` begins with a backslash.
std::optional<Escape> backslash_escape(std::string_view text) {
  static constexpr std::string_view names = "\"\\/'bfnrt";
  static constexpr std::string_view meanings = "\"\\/'\b\f\n\r\t";
  if (text.size() < 2) return std::nullopt;
  if (text[1] == 'u') return unicode_escape(text);
  if (text[1] == 'x' || text[1] == 'U') {
    const std::size_t digits = text[1] == 'x' ? 2 : 8;
    const auto code = text.size() < 2 + digits ? std::nullopt : number(text.substr(2, digits), 16);
    if (!code) return std::nullopt;
    return Escape{digits == 2 ? std::string(1, static_cast<char>(*code)) : utf8(*code), 2 + digits};
  }
  const std::size_t known = names.find(text[1]);
  if (known == std::string_view::npos) return std::nullopt;
  return Escape{std::string(1, meanings[known]), 2};
}

/// `text` begins with `&`.
std::optional<Escape> entity(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> named = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&sol;", '/'}}};
  for (const auto& [name, meaning] : named)
    if (text.starts_with(name)) return Escape{std::string(1, meaning), name.size()};
  const std::size_t end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos || text[1] != '#') return std::nullopt;
  const bool is_hex = text[2] == 'x' || text[2] == 'X';
  const std::size_t digits = is_hex ? 3 : 2;
  const auto code = number(text.substr(digits, end - digits), is_hex ? 16 : 10);
  return code ? std::optional(Escape{utf8(*code), end + 1}) : std::nullopt;
}

std::optional<Escape> escape_at(std::string_view text) {
  if (text[0] == '\\') return backslash_escape(text);
  if (text[0] == '&') return entity(text);
  if (text[0] != '%' || text.size() < 3) return std::nullopt;
  const auto byte = number(text.substr(1, 2), 16);
  return byte ? std::optional(Escape{std::string(1, static_cast<char>(*byte)), 3}) : std::nullopt;
}

Reading as_it_is(const std::string& text) {
  Reading reading{text, std::vector<std::uint32_t>(text.size() + 1)};
  std::iota(reading.begin.begin(), reading.begin.end(), 0U);
  return reading;
}

/// Takes one layer of escapes off. Nothing: there is none.
std::optional<Reading> unescaped(const Reading& from) {
  const std::string_view text = from.bytes;
  if (text.find_first_of(escape_marks) == std::string_view::npos) return std::nullopt;
  Reading to;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = std::min(text.find_first_of(escape_marks, at), text.size());
    to.bytes += text.substr(at, mark - at);
    to.begin.insert(to.begin.end(), from.begin.begin() + static_cast<std::ptrdiff_t>(at),
                    from.begin.begin() + static_cast<std::ptrdiff_t>(mark));
    at = mark;
    if (at == text.size()) break;
    const auto escape = escape_at(text.substr(at));
    changed = changed || escape;
    to.bytes += escape ? std::string_view(escape->meaning) : text.substr(at, 1);
    to.begin.resize(to.bytes.size(), from.begin[at]);
    at += escape ? escape->length : 1;
  }
  to.begin.push_back(from.begin.back());
  return changed ? std::optional(std::move(to)) : std::nullopt;
}

/// What of `secret` is the same in Base64 whatever stands around it, when it begins at `offset` in a group of
/// three bytes.
std::string base64(std::string_view secret, std::size_t offset, std::string_view last_two) {
  const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last_two);
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : std::string(offset, '\0') + std::string(secret)) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xFFFFFF;
    for (count += 8; count >= 6; count -= 6)
      text += alphabet[(bits >> (count - 6)) & 63];
  }
  return text.substr(offset == 0 ? 0 : offset + 1);
}

std::string hexadecimal(std::string_view secret, std::string_view digits) {
  std::string text;
  for (const char c : secret) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::vector<std::string> spellings(std::string_view secret) {
  std::vector<std::string> all = {std::string(secret)};
  if (secret.size() < shortest_in_answer) return all;
  for (const std::string_view last_two : {"+/", "-_"})
    for (const std::size_t offset : {0, 1, 2})
      all.push_back(base64(secret, offset, last_two));
  all.push_back(hexadecimal(secret, "0123456789abcdef"));
  all.push_back(hexadecimal(secret, "0123456789ABCDEF"));
  return all;
}

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

/// Adds where `wanted` stands, in the text as it was given.
void find(const Reading& reading, const std::string& wanted, Ranges& found) {
  const char* const begin = reading.bytes.data();
  const char* const end = begin + reading.bytes.size();
  const char* at = begin;
  const auto next = [&] {  // Unlike std::string::find, of linear time for every text.
    return static_cast<const char*>(
        memmem(at, static_cast<std::size_t>(end - at), wanted.data(), wanted.size()));
  };
  for (at = next(); at != nullptr; at = next()) {
    const auto first = static_cast<std::size_t>(at - begin);
    at += wanted.size();
    found.emplace_back(reading.begin[first], reading.begin[first + wanted.size()]);
  }
}

}  // namespace

Secrets::Secrets(std::span<const std::string> secrets) {
  for (const std::string& secret : secrets)
    for (std::string& spelling : spellings(secret))
      spellings_.push_back({std::move(spelling), secret.size()});
}

bool Secrets::erase(std::string& text, SecretIn where) const {
  const std::size_t shortest = where == SecretIn::answer ? shortest_in_answer : shortest_in_message;
  if (std::ranges::none_of(spellings_, [&](const Spelling& one) { return one.secret_size >= shortest; }))
    return false;
  Ranges found;
  std::optional<Reading> reading = as_it_is(text);
  for (int layer = 0; reading && layer <= most_layers; ++layer) {
    for (const Spelling& spelling : spellings_)
      if (spelling.secret_size >= shortest) find(*reading, spelling.text, found);
    reading = unescaped(*reading);
  }
  std::ranges::sort(found);
  std::string rest;
  std::size_t kept = 0;
  for (const auto& [begin, end] : found) {
    if (begin >= kept) rest += text.substr(kept, begin - kept) + std::string(in_place);
    kept = std::max(kept, end);
  }
  if (!found.empty()) text = rest + text.substr(kept);
  return !found.empty();
}

Result<HttpReply> Secrets::erased(Result<HttpReply> reply, SecretIn where) const {
  if (!reply) {
    Error error = reply.error();
    erase(error.message, SecretIn::message);
    return error;
  }
  erase(reply->body, where);
  for (auto& [name, value] : reply->headers)
    erase(value, where);
  return reply;
}

}  // namespace docket::backends
