#include "stages/reasons.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/support/suggest.h"

namespace docket::stages {
namespace {

using nlohmann::json;

/// The names in `member` of the schema of a stage's output: its checks, its fields.
void add_names(const StageConfig& stage, const char* member, std::vector<std::string>& names) {
  if (stage.type->output == nullptr) return;
  const json schema = stage.type->output(stage.settings);
  const json named =
      schema.value(json::json_pointer("/properties/" + std::string(member) + "/properties"), json::object());
  for (const auto& [name, described] : named.items())
    names.push_back(name);
}

/// What a reason of that kind may be about, in the stages before.
std::vector<std::string> subjects(std::string_view kind, const std::vector<const StageConfig*>& earlier) {
  std::vector<std::string> names;
  for (const StageConfig* stage : earlier) {
    add_names(*stage, kind == failed_check ? "checks" : "fields", names);
    if (kind != failed_check) names.push_back(stage->id);
  }
  return names;
}

/// `reason`: `failed_check`, or `failed_check: totals add up`.
std::optional<Error> unknown_subject(const std::string& reason,
                                     const std::vector<const StageConfig*>& earlier) {
  constexpr std::string_view separator = ": ";
  const std::size_t at = reason.find(separator);
  if (at == std::string::npos) return std::nullopt;
  const std::string kind = reason.substr(0, at), about = reason.substr(at + separator.size());
  if (kind == poor_text_layer || kind == partial_text)
    return Error{ErrorClass::config, "reasons: " + kind + " is about the document; it takes no name"};
  if (kind == all_doubts)
    return Error{ErrorClass::config, "reasons: all is every reason there is; it takes no name"};
  const std::vector<std::string> names = subjects(kind, earlier);
  if (std::ranges::find(names, about) != names.end()) return std::nullopt;
  const char* const what = kind == failed_check ? "check" : "field or stage";
  return Error{ErrorClass::config, "reasons: " + kind + ": no stage before has a " + what + " '" + about +
                                       "'" + did_you_mean(about, {names.begin(), names.end()})};
}

}  // namespace

Result<Reasons> Reasons::of(const StageConfig& stage, const Pipeline& pipeline) {
  if (stage.settings.has("reasons") && stage.settings.texts("reasons").empty() && stage.when.empty())
    return Error{
        ErrorClass::config,
        "reasons: an empty list escalates nothing; name some, or leave it out, which is all of them"};
  Reasons reasons(stage);
  std::vector<const StageConfig*> earlier;
  for (const StageConfig& one : pipeline.stages) {
    if (&one == &stage) break;
    if (one.type->doubts == nullptr) continue;
    earlier.push_back(&one);
    reasons.doubters_.push_back({one.id, one.type->doubts});
  }
  std::ranges::sort(reasons.doubters_, {}, &Doubter::stage);
  for (const std::string& reason : stage.settings.texts("reasons"))
    if (auto unknown = unknown_subject(reason, earlier)) return *unknown;
  return reasons;
}

std::vector<std::string> Reasons::found_in(const json& record) const {
  std::vector<std::string> found;
  for (const Doubter& doubter : doubters_) {
    const auto output = record.find(doubter.stage);
    if (output == record.end() || !output->is_object()) continue;
    for (const Doubt& doubt : doubter.doubts(doubter.stage, *output))
      if (filter_.takes(doubt)) found.push_back(reason_of(doubt));
  }
  return found;
}

}  // namespace docket::stages
