#include "stages/reasons.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/support/suggest.h"
#include "stages/doubts.h"

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

std::optional<Error> unknown_subject(const std::string& kind, const std::string& about,
                                     const std::vector<const StageConfig*>& earlier) {
  if (about.empty()) return std::nullopt;
  if (kind == poor_text_layer)
    return Error{ErrorClass::config, "reasons: " + kind + " is about the document; it takes no name"};
  const std::vector<std::string> names = subjects(kind, earlier);
  if (std::ranges::find(names, about) != names.end()) return std::nullopt;
  const char* const what = kind == failed_check ? "check" : "field or stage";
  return Error{ErrorClass::config, "reasons: " + kind + ": no stage before has a " + what + " '" + about +
                                       "'" + did_you_mean(about, {names.begin(), names.end()})};
}

}  // namespace

Result<Reasons> Reasons::of(const StageConfig& stage, const Pipeline& pipeline) {
  Reasons reasons;
  std::vector<const StageConfig*> earlier;
  for (const StageConfig& one : pipeline.stages) {
    if (&one == &stage) break;
    if (one.type->doubts == nullptr) continue;
    earlier.push_back(&one);
    reasons.doubters_.push_back({one.id, one.type->doubts});
  }
  std::ranges::sort(reasons.doubters_, {}, &Doubter::stage);
  constexpr std::string_view separator = ": ";
  for (const std::string& text : stage.settings.texts("reasons")) {
    const std::size_t at = text.find(separator);
    const std::string about = at == std::string::npos ? "" : text.substr(at + separator.size());
    reasons.wanted_.push_back({text.substr(0, at), about});
    if (auto unknown = unknown_subject(reasons.wanted_.back().kind, about, earlier)) return *unknown;
  }
  if (!stage.settings.has("reasons") && stage.when.empty())
    for (const std::string_view kind : doubt_kinds)
      reasons.wanted_.push_back({std::string(kind), ""});
  return reasons;
}

std::vector<std::string> Reasons::found_in(const json& record) const {
  std::vector<std::string> found;
  for (const Doubter& doubter : doubters_) {
    const auto output = record.find(doubter.stage);
    if (output == record.end() || !output->is_object()) continue;
    for (const Doubt& doubt : doubter.doubts(doubter.stage, *output))
      if (wants(doubt)) found.push_back(reason_of(doubt));
  }
  return found;
}

bool Reasons::wants(const Doubt& doubt) const {
  return std::ranges::any_of(wanted_, [&](const Wanted& wanted) {
    return wanted.kind == doubt.kind && (wanted.about.empty() || wanted.about == doubt.about);
  });
}

}  // namespace docket::stages
