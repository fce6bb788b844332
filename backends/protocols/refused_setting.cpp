#include "backends/protocols/refused_setting.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "backends/protocols/error_reply.h"
#include "pipeline/support/ascii.h"

namespace docket::backends {
namespace {

/// In lower case, with one blank before each word.
std::string words_of(std::string_view text) {
  std::string words;
  bool within = false;
  for (const char c : text) {
    const bool is_part = is_alnum(c);
    if (is_part && !within) words += ' ';
    if (is_part) words += to_lower(c);
    within = is_part;
  }
  return words;
}

/// Where `words` first has the name; npos: nowhere.
std::size_t place_of(const OptionalSetting& setting, std::string_view words) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view name : setting.called) {
    const std::string apart = " " + std::string(name);
    std::string joined = apart.substr(1);
    std::erase(joined, ' ');
    first = std::min({first, words.find(apart), words.find(" " + joined)});
  }
  return first;
}

/// Those that the words name, in their order.
std::vector<std::string> named_in(std::string_view words, std::span<const OptionalSetting> settings) {
  std::vector<std::pair<std::size_t, std::string>> named;
  for (const OptionalSetting& setting : settings)
    if (const std::size_t place = place_of(setting, words); place != std::string_view::npos)
      named.emplace_back(place, setting.name);
  std::ranges::sort(named);
  std::vector<std::string> names;
  for (auto& [place, name] : named)
    names.push_back(std::move(name));
  return names;
}

/// Servers that check names say so in words of the libraries that check them.
bool speaks_of_unknown_names(std::string_view words) {
  static constexpr std::string_view signs[] = {" unrecognized", " unknown", " unexpected",
                                               " additional",   " extra",   " unsupported p",
                                               " not permitted"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return words.find(sign) != words.npos; });
}

/// Of statuses that speak of something else than the request's settings.
bool may_refuse_a_setting(int status) {
  static constexpr int others[] = {401, 402, 405, 408, 413, 429, 502, 503, 504, 529};
  return status == 200 || (status >= 400 && std::ranges::find(others, status) == std::end(others));
}

}  // namespace

std::vector<std::string> refused_settings(const HttpReply& reply, std::span<const OptionalSetting> settings) {
  if (!may_refuse_a_setting(reply.status)) return {};
  const std::optional<ServerError> error = error_in(reply);
  if (!error || says_model_failed(*error)) return {};
  if (std::vector<std::string> names = named_in(words_of(error->param), settings); !names.empty())
    return names;
  if (says_too_long(*error) != TooLong::no) return {};
  const std::string words = words_of(error->text);
  std::vector<std::string> names = named_in(words, settings);
  if (names.size() > 1 && !speaks_of_unknown_names(words)) names.resize(1);
  return names;
}

}  // namespace docket::backends
