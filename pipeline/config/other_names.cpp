#include "pipeline/config/other_names.h"

#include <algorithm>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket {

std::optional<std::string_view> longer_name(std::string_view setting,
                                            const std::vector<std::string_view>& known) {
  std::optional<std::string_view> found;
  for (const std::string_view name : known) {
    const std::string part(name);
    const bool is_in = setting.starts_with(part + "_") || setting.ends_with("_" + part);
    if (is_in && name.size() > 2 && (!found || name.size() > found->size())) found = name;
  }
  return found;
}

std::optional<std::string_view> named_elsewhere(std::string_view setting,
                                                const std::vector<std::string_view>& known) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {{"window", "context"},
                                                                     {"context_window", "context"},
                                                                     {"num_ctx", "context"},
                                                                     {"ctx_size", "context"},
                                                                     {"n_ctx", "context"},
                                                                     {"max_context", "context"},
                                                                     {"endpoint", "url"},
                                                                     {"base_url", "url"},
                                                                     {"host", "url"},
                                                                     {"address", "url"},
                                                                     {"key", "api_key"},
                                                                     {"token", "api_key"},
                                                                     {"threshold", "accept"},
                                                                     {"min_confidence", "accept"},
                                                                     {"confidence", "accept"},
                                                                     {"limits", "budget"},
                                                                     {"limit", "budget"},
                                                                     {"max_cost", "budget"},
                                                                     {"condition", "when"},
                                                                     {"if", "when"},
                                                                     {"depends_on", "after"},
                                                                     {"needs", "after"},
                                                                     {"categories", "labels"},
                                                                     {"classes", "labels"},
                                                                     {"inputs", "input"},
                                                                     {"files", "paths"},
                                                                     {"folder", "dir"},
                                                                     {"directory", "dir"},
                                                                     {"path", "dir"},
                                                                     {"model", "backends"},
                                                                     {"backend", "backends"},
                                                                     {"to", "backends"},
                                                                     {"template", "prompt"},
                                                                     {"instructions", "prompt"},
                                                                     {"steps", "stages"},
                                                                     {"models", "backends"},
                                                                     {"providers", "backends"},
                                                                     {"concurrency", "max_concurrent"},
                                                                     {"parallel", "max_concurrent"},
                                                                     {"fields", "schema"}};
  for (const auto& [theirs, ours] : names)
    if (setting == theirs && std::ranges::find(known, ours) != known.end()) return ours;
  if (std::ranges::find(known, "cached_input") == known.end()) return std::nullopt;
  // Of a price: elsewhere `input` is something else.
  if (setting == "prompt") return "input";
  return setting == "completion" ? std::optional<std::string_view>("output") : std::nullopt;
}

std::string type_meant(std::string_view type, const std::vector<NamedType>& known) {
  const std::string wanted = " " + to_lower(type) + " ";
  std::vector<std::string_view> names;
  for (const NamedType& one : known) {
    names.push_back(one.name);
    if ((" " + std::string(one.also_called) + " ").find(wanted) != std::string::npos)
      return did_you_mean(one.name);
  }
  return did_you_mean(type, names);
}

}  // namespace docket
