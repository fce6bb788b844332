#include "cli/explain_json.h"

#include <utility>

#include "cli/records/not_accepted.h"
#include "cli/records/why_held.h"
#include "pipeline/json/member.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/record.h"

namespace docket {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json text_or_null(const std::optional<std::string>& text) {
  return text ? ordered_json(*text) : ordered_json();
}

ordered_json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"class", name(error->error_class)}, {"message", error->message}};
}

ordered_json stage_json(const LedgerStage& stage) {
  constexpr std::int64_t ns_per_ms = 1'000'000;
  return {{"id", stage.stage},
          {"state", stage.state == StageResult::State::pending ? "not_reached" : name(stage.state)},
          {"ran", stage.ran},
          {"why", stage.why},
          {"reasons", stage.reasons},
          {"held", text_or_null(stage.held)},
          {"error", error_json(stage.error)},
          {"wall_ms", stage.wall_ns / ns_per_ms},
          {"usage", to_json(stage.usage)}};
}

ordered_json call_json(const LedgerCall& call) {
  return {{"stage", call.stage},
          {"backend", call.backend},
          {"model", call.model},
          {"location", call.location},
          {"host", call.host},
          {"attempt", call.attempt},
          {"outcome", call.outcome},
          {"message", text_or_null(call.message)},
          {"may_have_left", may_have_left(call)},
          {"sent", ordered_json(call.sent)},
          {"redactions", ordered_json(call.redactions)},
          {"wall_ms", call.wall_ms},
          {"usage", to_json(call.usage)}};
}

ordered_json calls_json(const std::vector<LedgerCall>& calls) {
  ordered_json all = ordered_json::array();
  for (const LedgerCall& call : calls)
    all.push_back(call_json(call));
  return all;
}

}  // namespace

ordered_json document_json(const DocumentStory& story, const Pipeline& pipeline) {
  const LedgerDocument& document = story.document;
  ordered_json stages = ordered_json::array(), weak = ordered_json::array(), acknowledged;
  for (const LedgerStage& stage : story.stages)
    stages.push_back(stage_json(stage));
  for (const WeakAnswer& answer : weak_answers(story.record, pipeline))
    weak.push_back(to_json(answer));
  if (is_acknowledged(document))
    acknowledged = {{"at", text_or_null(document.acknowledged)},
                    {"reason", text_or_null(document.ack_reason)}};
  const bool is_held = document.outcome == Outcome::held;
  const std::string detail = text_member(story.record, "held_detail");
  return {{"docket", 1},
          {"path", document.path},
          {"state", name(document.outcome)},
          {"parked", document.parked},
          {"attempts", document.attempts},
          {"record", story.record_file},
          {"inside_of", text_or_null(document.parent)},
          {"acknowledged", std::move(acknowledged)},
          {"held", text_or_null(document.held)},
          {"held_detail", is_held && !detail.empty() ? ordered_json(detail) : ordered_json()},
          {"why", is_held ? ordered_json(why_held(story.record, pipeline)) : ordered_json()},
          {"error", error_json(document.error)},
          {"not_accepted", std::move(weak)},
          {"stages", std::move(stages)},
          {"calls", calls_json(story.calls)}};
}

ordered_json unended_json(const std::string& path, const std::vector<LedgerCall>& calls,
                          const NextRun& next) {
  return with_next({{"docket", 1},
                    {"path", path},
                    {"state", "not_ended"},
                    {"parked", false},
                    {"attempts", 0},
                    {"record", nullptr},
                    {"inside_of", nullptr},
                    {"acknowledged", nullptr},
                    {"held", nullptr},
                    {"held_detail", nullptr},
                    {"why", nullptr},
                    {"error", nullptr},
                    {"not_accepted", ordered_json::array()},
                    {"stages", ordered_json::array()},
                    {"calls", calls_json(calls)}},
                   next);
}

ordered_json with_next(ordered_json json, const NextRun& next) {
  json["next_run"] = to_json(next);
  return json;
}

}  // namespace docket
