#include "backends/protocols/json_in_text.h"

#include <algorithm>
#include <optional>

#include "pipeline/json/strict_json.h"
#include "pipeline/support/ascii.h"

namespace docket::backends {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr int most_objects = 1000;  ///< Broken ones too.
constexpr int most_thoughts = 20;
/// Broken beginnings are looked through to the end of the text, all of them together so many times.
constexpr std::size_t most_passes = 8;

constexpr std::string_view thinking_ends[] = {"</think>",           "</thinking>",       "</thought>",
                                              "</reasoning>",       "[/THINK]",          "</seed:think>",
                                              "\u25C1/think\u25B7", "<|end_of_thought|>"};
constexpr std::string_view thinking_begins[] = {
    "<think>", "<thinking>",   "<thought>",         "<reasoning>",
    "[THINK]", "<seed:think>", "\u25C1think\u25B7", "<|begin_of_thought|>"};

/// Behind the first mark that ends a thought; none: there is no such mark.
std::optional<std::string_view> behind_thought(std::string_view text) {
  std::size_t first = std::string_view::npos, behind = 0;
  for (const std::string_view mark : thinking_ends) {
    const std::size_t at = text.find(mark);
    if (at >= first) continue;
    first = at;
    behind = at + mark.size();
  }
  if (first == std::string_view::npos) return std::nullopt;
  return text.substr(behind);
}

std::string_view last_channel(std::string_view text) {
  constexpr std::string_view channel = "<|channel|>final", message = "<|message|>";
  const std::size_t begin = text.rfind(channel);
  if (begin == std::string_view::npos) return text;
  const std::size_t at = text.find(message, begin);
  return at == std::string_view::npos ? text : text.substr(at + message.size());
}

/// Where the object that begins the text ends, if it is one: behind the brace that closes it, outside of
/// strings. npos: nowhere.
std::size_t end_of_object(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

/// The same where quotes do not pair: of braces alone.
std::size_t end_of_braces(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return std::string_view::npos;
}

/// `{` of prose, of a formula, of a template is followed by something else.
bool begins_like_an_object(std::string_view text) {
  const std::size_t next = text.find_first_not_of(blanks, 1);
  return next != std::string_view::npos && (text[next] == '"' || text[next] == '}');
}

}  // namespace

bool begins_to_think(std::string_view text) {
  return std::ranges::any_of(thinking_begins,
                             [&](std::string_view mark) { return trim(text).starts_with(mark); });
}

std::string_view without_thinking(std::string_view text) {
  text = last_channel(text);
  std::optional<std::string_view> rest = behind_thought(text);
  for (int thoughts = 0; rest && thoughts < most_thoughts; ++thoughts) {
    text = *rest;
    rest = begins_to_think(text) ? behind_thought(text) : std::nullopt;
  }
  return trim(text);
}

std::vector<JsonInText> json_in_text(std::string_view text) {
  std::vector<JsonInText> found;
  std::size_t work = 0;
  int objects = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    const std::string_view rest = text.substr(at);
    if (!begins_like_an_object(rest)) {
      ++at;
      continue;
    }
    std::size_t length = end_of_object(rest);
    const bool is_whole = length != std::string_view::npos;
    work += is_whole ? length : rest.size();
    if (!is_whole) length = end_of_braces(rest);
    if (length == std::string_view::npos) break;
    if (work > most_passes * text.size() || ++objects > most_objects) return {};
    const std::string_view object = rest.substr(0, length);
    if (auto value = is_whole ? parse_strictly(object) : Result<nlohmann::json>(Error{}))
      found.push_back({object, std::move(*value)});
    at += length;
  }
  return found;
}

}  // namespace docket::backends
