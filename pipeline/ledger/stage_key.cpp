#include "pipeline/ledger/stage_key.h"

#include <set>

#include "pipeline/support/digest.h"

namespace docket {
namespace {

using nlohmann::json;

/// The first member, by name, that differs; empty: none.
std::string first_difference(const json& before, const json& now) {
  std::set<std::string> members;
  for (const json* object : {&before, &now}) {
    if (!object->is_object()) continue;
    for (const auto& [member, value] : object->items())
      members.insert(member);
  }
  for (const std::string& member : members)
    if (!before.contains(member) || !now.contains(member) || before[member] != now[member]) return member;
  return {};
}

std::string configuration_change(const json& before, const json& now) {
  if (!before.is_object()) return "its configuration changed";
  if (before.value("type", json()) != now.value("type", json())) return "its type changed";
  if (before.value("version", json()) != now.value("version", json()))
    return "docket's own " + now.value("type", std::string()) + " changed";
  const std::string member =
      first_difference(before.value("settings", json()), now.value("settings", json()));
  if (!member.empty()) return "its setting '" + member + "' changed";
  if (before.value("machine", json()) != now.value("machine", json()))
    return "what it uses of this machine changed";
  return before.value("redoes", json()) != now.value("redoes", json())
             ? "the stage that it does again changed"
             : "its configuration changed";
}

json input_json(const StageInput& input) {
  return {{"document", input.document},
          {"text", input.text},
          {"outputs", input.outputs},
          {"reasons", input.reasons}};
}

std::string input_change(const json& before, const json& now) {
  if (!before.is_object()) return "what it reads changed";
  const std::string member = first_difference(before, now);
  if (member == "document") return "the document's content changed";
  if (member == "outputs") {
    const std::string stage = first_difference(before.value("outputs", json()), now["outputs"]);
    return "the result of " + stage + " changed";
  }
  if (member == "text") return "the document's text changed";
  if (member == "reasons") return "the reasons for it changed";
  return {};
}

}  // namespace

std::string to_text(const StageInput& input) { return json_to_text(input_json(input)); }

std::string stage_key(const LedgerConfiguration& configuration, const StageInput& input) {
  return short_digest(configuration.digest + "\n" + to_text(input));
}

std::string why_stale(const LedgerStage* before, std::string_view content,
                      const LedgerConfiguration& configuration, const StageInput& input) {
  if (before == nullptr) return "new to this document";
  if (before->state == StageResult::State::failed) return "it failed before";
  if (before->state == StageResult::State::pending) return "it was not reached before";
  if (before->state == StageResult::State::skipped) return "it was skipped before";
  if (before->configuration != configuration.digest)
    return configuration_change(json::parse(content, nullptr, false),
                                json::parse(configuration.content, nullptr, false));
  const std::string change = input_change(json::parse(before->input, nullptr, false), input_json(input));
  return change.empty() ? "its result is not kept" : change;
}

}  // namespace docket
