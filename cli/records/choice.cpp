#include "cli/records/choice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "backends/backends.h"
#include "cli/records/accepted_only.h"
#include "cli/records/not_accepted.h"
#include "pipeline/config/check_conditions.h"
#include "pipeline/config/condition_mistake.h"
#include "pipeline/config/fields.h"
#include "pipeline/json/member.h"
#include "pipeline/record.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::string_view unsure_state = "unsure";  ///< As `doubts_of` says it.
constexpr std::string_view parked_state = "parked";  ///< Of those that failed, as `status` says it.
/// What is given to jq at once: enough to keep its processes busy, and little memory.
constexpr std::size_t records_at_once = 64, bytes_at_once = 1 << 20;

Error usage_error(const std::string& message) { return {ErrorClass::config, message}; }

Result<std::vector<std::string>> texts_in(LedgerReader& ledger, const char* sql) {
  std::vector<std::string> texts;
  if (auto failed =
          ledger.database().run(sql, {}, [&](const LedgerRow& row) { texts.emplace_back(row.text(0)); }))
    return *failed;
  return texts;
}

std::vector<std::string> labels_of(const Pipeline& pipeline) {
  std::vector<std::string> labels;
  for (const StageConfig& stage : pipeline.stages) {
    const auto field = std::ranges::find(stage.type->fields, "labels", &Field::name);
    if (field == stage.type->fields.end() || field->type != Field::Type::groups) continue;
    for (const auto& [label, settings] : stage.settings.groups("labels"))
      labels.push_back(label);
  }
  return labels;
}

std::optional<Error> check_labels(const RecordFilter& filter, const Pipeline& pipeline,
                                  LedgerReader& ledger) {
  if (filter.labels.empty()) return std::nullopt;
  std::vector<std::string> known = labels_of(pipeline);
  const auto given = texts_in(ledger, "SELECT DISTINCT label FROM documents WHERE label IS NOT NULL");
  if (!given) return given.error();
  known.insert(known.end(), given->begin(), given->end());
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (const std::string& label : filter.labels)
    if (std::ranges::find(known, label) == known.end())
      return usage_error("--label " + label + ": there is no such label" +
                         did_you_mean(label, {known.begin(), known.end()}));
  return std::nullopt;
}

/// A slip of the pen would choose nothing, without a word.
std::optional<Error> check_members(const Condition& where, const Pipeline& pipeline, LedgerReader& ledger) {
  if (where.facts().reads_everything) return std::nullopt;
  const auto stages = texts_in(ledger, "SELECT DISTINCT stage FROM document_stages");
  if (!stages) return stages.error();
  std::vector<std::string_view> known(stages->begin(), stages->end());
  known.insert(known.end(), reserved_ids().begin(), reserved_ids().end());
  for (const StageConfig& stage : pipeline.stages)
    known.push_back(stage.id);
  for (const std::string& member : where.members())
    if (std::ranges::find(known, member) == known.end())
      return usage_error("--where: no record has a member '" + member + "'" +
                         did_you_mean(nearest(member, known)));
  return std::nullopt;
}

std::vector<std::string_view> members_of_records(const Pipeline& pipeline) {
  std::vector<std::string_view> names = readable_in_conditions(pipeline);
  names.insert(names.end(), reserved_ids().begin(), reserved_ids().end());
  return names;
}

using Paths = std::set<std::string, std::less<>>;

Result<Paths> parked_in(LedgerReader& ledger) {
  const auto paths = texts_in(ledger, "SELECT path FROM documents WHERE parked");
  if (!paths) return paths.error();
  return Paths(paths->begin(), paths->end());
}

/// Those that are done with an answer that is not accepted.
Result<Paths> unsure_in(LedgerReader& ledger) {
  Paths paths;
  const auto failed = ledger.for_each_doubtful([&](const std::string& path, const json& verdicts) {
    const std::vector<std::string> doubts = doubts_of(verdicts);
    if (std::ranges::find(doubts, unsure_state) != doubts.end()) paths.insert(path);
  });
  if (failed) return *failed;
  return paths;
}

Result<std::shared_ptr<ConditionSet>> compiled(const RecordFilter& filter, const Pipeline& pipeline,
                                               LedgerReader& ledger, std::vector<std::string>& warnings) {
  const auto conditions = std::make_shared<ConditionSet>(backends::condition_engine());
  const auto in_words = [&](const std::string& jq) {
    return usage_error("--where: not a valid jq condition: " +
                       explain_jq(filter.where, jq, members_of_records(pipeline)).message);
  };
  const auto where = conditions->add(filter.where);
  if (!where) return in_words(where.error().message);
  if (const std::string& sign = (*where)->facts().assignment; !sign.empty())
    return usage_error("--where: '" + filter.where + "' sets something with '" + sign +
                       "', and does not compare" + (sign == "=" ? "; write ==" : ""));
  const auto problems = conditions->compile();
  if (!problems) return problems.error();
  for (const std::string& problem : *problems)
    if (!problem.empty()) return in_words(problem);
  if (auto error = check_members(**where, pipeline, ledger)) return *error;
  for (const std::string& doubt : doubts_about({filter.where, *where}, pipeline))
    warnings.push_back("--where: " + doubt);
  return conditions;
}

}  // namespace

Result<RecordChoice> RecordChoice::make(const RecordFilter& filter, const Pipeline& pipeline,
                                        LedgerReader& ledger) {
  if (auto error = check_labels(filter, pipeline, ledger)) return *error;
  RecordChoice choice(filter);
  if (filter.state == unsure_state || filter.state == parked_state) {
    auto paths = filter.state == unsure_state ? unsure_in(ledger) : parked_in(ledger);
    if (!paths) return paths.error();
    choice.paths_ = std::move(*paths);
  }
  if (filter.where.empty()) return choice;
  auto conditions = compiled(filter, pipeline, ledger, choice.warnings_);
  if (!conditions) return conditions.error();
  choice.conditions_ = std::move(*conditions);
  return choice;
}

bool RecordChoice::fits(std::string_view path, std::string_view text) const {
  if (paths_ && !paths_->contains(path)) return false;
  const bool in_state = filter_.state.empty() || paths_;
  if (filter_.labels.empty() && in_state) return true;
  const json record = json::parse(text, nullptr, false);
  if (!in_state && member(record, "status") != filter_.state) return false;
  if (filter_.labels.empty() || !record.is_object()) return filter_.labels.empty();
  return std::ranges::any_of(record, [&](const json& output) {
    const json& label = member(output, "label");
    if (!label.is_string() || (filter_.accepted_only && member(output, "accepted") != true)) return false;
    return std::ranges::find(filter_.labels, label.get<std::string>()) != filter_.labels.end();
  });
}

std::optional<Error> RecordChoice::for_each(LedgerReader& ledger, const Take& take,
                                            const std::function<void(const std::string&)>& tell) const {
  std::vector<std::string> paths;
  std::vector<ConditionQuestion> waiting;
  std::size_t bytes = 0;
  const auto answer = [&] {
    const auto answers = conditions_->evaluate(waiting);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (!answers[i])
        tell(paths[i] + ": --where cannot be evaluated: " + answers[i].error().message);
      else if (*answers[i])
        take(waiting[i].value);
    }
    paths.clear();
    waiting.clear();
    bytes = 0;
  };
  auto failed = ledger.for_each_record([&](std::string_view path, std::string_view record) {
    if (!fits(path, record)) return;
    if (!conditions_) return take(std::string(record));
    paths.emplace_back(path);
    waiting.push_back({std::string(record), {{0, Quantifier::first}}});
    bytes += record.size();
    if (waiting.size() >= records_at_once || bytes >= bytes_at_once) answer();
  });
  if (!failed && !waiting.empty()) answer();
  return failed;
}

}  // namespace docket
