#include "worker/formats/encoded_words.h"

#include <glib.h>

#include <memory>
#include <optional>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

/// `=?charset?B?text?=`
struct EncodedWord {
  std::string_view charset, text;
  std::size_t size = 0;
};

constexpr std::string_view word_begin = "=?", word_end = "?=";

std::optional<EncodedWord> base64_word(std::string_view at) {
  constexpr std::size_t longest_charset = 64;
  if (!at.starts_with(word_begin)) return std::nullopt;
  const std::size_t mark = at.substr(0, longest_charset).find('?', word_begin.size());
  if (mark == at.npos || at.size() < mark + 3 || (at[mark + 1] != 'B' && at[mark + 1] != 'b') ||
      at[mark + 2] != '?')
    return std::nullopt;
  const std::size_t text = mark + 3;
  const std::size_t end =
      at.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", text);
  if (end == at.npos || !at.substr(end).starts_with(word_end)) return std::nullopt;
  return EncodedWord{at.substr(word_begin.size(), mark - word_begin.size()), at.substr(text, end - text),
                     end + word_end.size()};
}

std::string decoded(std::string_view base64) {
  gsize size = 0;
  const std::unique_ptr<guchar, decltype(&g_free)> bytes(g_base64_decode(std::string(base64).c_str(), &size),
                                                         g_free);
  return {reinterpret_cast<const char*>(bytes.get()), size};
}

std::string encoded(std::string_view bytes) {
  const std::unique_ptr<gchar, decltype(&g_free)> base64(
      g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()), g_free);
  return base64.get();
}

}  // namespace

std::string with_joined_words(std::string_view header) {
  std::string out;
  for (std::size_t at = 0; at < header.size();) {
    const auto first = base64_word(header.substr(at));
    if (!first) {
      out += header[at++];
      continue;
    }
    std::string bytes = decoded(first->text);
    at += first->size;
    for (;;) {
      const std::size_t next = header.find_first_not_of(" \t\r\n", at);
      if (next == header.npos || next == at) break;
      const auto more = base64_word(header.substr(next));
      if (!more || to_lower(more->charset) != to_lower(first->charset)) break;
      bytes += decoded(more->text);
      at = next + more->size;
    }
    out.append(word_begin).append(first->charset).append("?B?").append(encoded(bytes)).append(word_end);
  }
  return out;
}

}  // namespace docket::worker
