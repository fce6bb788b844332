#include "pipeline/run/private_documents.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "pipeline/json/condition_set.h"
#include "pipeline/json/member.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using State = StageResult::State;

/// What is not known for sure of a stage; empty: everything is.
std::string doubt_about(std::size_t position, const PrivacyQuestion& question) {
  const std::string& id = question.stages[position].id;
  if (std::ranges::find(question.before, position) == question.before.end())
    return "which is not known before " + id + " is done";
  const State state = question.document.stages[position].state;
  if (state == State::skipped) return "which is not known since " + id + " was skipped";
  if (state != State::done) return "which is not known since " + id + " has no result";
  if (member(member(question.record, id.c_str()), "accepted") == false)
    return "which is not known since the answer of " + id + " was not accepted";
  return "";
}

bool reads_document(const Condition& condition) {
  return condition.facts().reads_everything ||
         std::ranges::find(condition.members(), "document") != condition.members().end();
}

/// Why the condition cannot be decided yet; empty: it can.
std::string doubt_about(const Condition& condition, const PrivacyQuestion& question) {
  if (reads_document(condition) && !is_utf8(question.document.path))
    return "which is not known since the file's name is not UTF-8";
  for (const std::string& member : condition.members()) {
    const bool is_stage =
        std::ranges::find(question.stages, member, &StageConfig::id) != question.stages.end();
    if (!is_stage && member != "document") return "which is not known since " + member + " is not run";
  }
  for (std::size_t i = 0; i < question.stages.size(); ++i) {
    const bool is_read =
        condition.facts().reads_everything ||
        std::ranges::find(condition.members(), question.stages[i].id) != condition.members().end();
    if (!is_read) continue;
    if (std::string doubt = doubt_about(i, question); !doubt.empty()) return doubt;
  }
  return "";
}

std::string why_private(std::span<const std::shared_ptr<const Condition>> conditions,
                        const std::vector<std::string>& names, const nlohmann::json& record) {
  const auto results = evaluate(conditions, Quantifier::any, record);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (results[i] && *results[i]) return names[i];
  for (std::size_t i = 0; i < results.size(); ++i)
    if (!results[i]) return names[i] + ", which cannot be decided: " + results[i].error().message;
  return "";
}

}  // namespace

std::string private_because(std::span<const NamedCondition> policy, const PrivacyQuestion& question) {
  std::vector<std::shared_ptr<const Condition>> decidable;
  std::vector<std::string> names;
  std::string undecided;
  for (const NamedCondition& named : policy) {
    const std::string doubt = doubt_about(*named.condition, question);
    if (!doubt.empty() && undecided.empty()) undecided = named.name + ", " + doubt;
    if (!doubt.empty()) continue;
    decidable.push_back(named.condition);
    names.push_back(named.name);
  }
  std::string because = why_private(decidable, names, question.record);
  if (!because.empty() ||
      std::ranges::none_of(decidable, [](const auto& one) { return reads_document(*one); }))
    return because.empty() ? undecided : because;
  // jq compares bytes; a name is the same in every spelling.
  nlohmann::json record = question.record;
  for (const std::string& spelling : spellings_of_name(question.document.path)) {
    record["document"]["path"] = spelling;
    because = why_private(decidable, names, record);
    if (!because.empty()) return because;
  }
  return undecided;
}

}  // namespace docket
