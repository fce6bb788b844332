#include "pipeline/ledger/plan_history.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "pipeline/json/member.h"
#include "pipeline/ledger/columns.h"
#include "pipeline/ledger/sqlite.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::int64_t enough_calls = 3;      ///< To say what one takes.
constexpr std::int64_t enough_documents = 5;  ///< To say which share of them does something.
constexpr std::int64_t documents_read = 2000;

// A call that was not sent (attempt 0) has taken nothing; what one took that never ended, nobody knows.
constexpr const char* select_calls_by_model = R"sql(
  SELECT stage, backend, model, count(*), sum(outcome = 'ok'), sum(prompt_bytes), sum(input_tokens),
         sum(cached_input_tokens), sum(cache_write_tokens), sum(output_tokens),
         min(CASE WHEN outcome = 'ok' THEN 1.0e6 * input_tokens / prompt_bytes END),
         max(CASE WHEN outcome = 'ok' THEN 1.0e6 * input_tokens / prompt_bytes END),
         min(CASE WHEN outcome = 'ok' THEN output_tokens END)
  FROM calls WHERE attempt > 0 AND prompt_bytes > 0 AND outcome <> 'unknown' GROUP BY stage, backend, model)sql";
constexpr const char* select_last_stages = R"sql(
  SELECT path, stage, state FROM document_stages
  WHERE path IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?))sql";
constexpr const char* select_last_records = R"sql(
  SELECT path, record FROM records
  WHERE path IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?))sql";
constexpr const char* select_last_asked = R"sql(
  SELECT DISTINCT document, stage, backend FROM calls
  WHERE document IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?))sql";

/// The calls are to the model that the backend asks, as far as the pipeline names it.
bool is_of(const BackendConfig& backend, const PlanHistory::CallGroup& group) {
  const std::string model = backend.settings.text("model");
  return model.empty() ? group.backend == backend.name : group.model == model;
}

double per_byte(std::int64_t millionths) { return static_cast<double>(millionths) / 1e6; }

PlanHistory::CallGroup group_from(const LedgerRow& row) {
  PlanHistory::CallGroup group;
  CallHistory& history = group.history;
  group.stage = row.text(0);
  group.backend = row.text(1);
  group.model = row.text(2);
  history.calls = row.integer(3);
  history.answers = row.integer(4);
  history.prompt_bytes = row.integer(5);
  history.used.calls = history.calls;
  history.used.input_tokens = row.integer(6);
  history.used.cached_input_tokens = row.integer(7);
  history.used.cache_write_tokens = row.integer(8);
  history.used.output_tokens = row.integer(9);
  history.least_tokens_per_byte = per_byte(row.integer(10));
  history.most_tokens_per_byte = per_byte(row.integer(11));
  history.least_output = row.integer(12);
  return group;
}

void add_labels(std::string_view record, DocumentHistory& document) {
  const json read = json::parse(record, nullptr, false);
  if (!read.is_object()) return;
  for (const auto& [stage, output] : read.items())
    if (const json& label = member(output, "label"); label.is_string()) document.labels[stage] = label;
}

/// Of the documents that count, how many do it. None: too few count.
using OfDocument = std::function<bool(const DocumentHistory&)>;
std::optional<HistoryShare> share_of(const std::vector<DocumentHistory>& documents, const OfDocument& counts,
                                     const OfDocument& does) {
  HistoryShare found;
  std::int64_t doing = 0;
  for (const DocumentHistory& document : documents) {
    if (!counts(document)) continue;
    ++found.documents;
    if (does(document)) ++doing;
  }
  if (found.documents < enough_documents) return std::nullopt;
  found.share = static_cast<double>(doing) / static_cast<double>(found.documents);
  return found;
}

}  // namespace

void CallHistory::add(const CallHistory& other) {
  const bool is_first = answers == 0;
  calls += other.calls;
  prompt_bytes += other.prompt_bytes;
  used += other.used;
  if (other.answers == 0) return;
  answers += other.answers;
  most_tokens_per_byte = std::max(most_tokens_per_byte, other.most_tokens_per_byte);
  least_tokens_per_byte =
      is_first ? other.least_tokens_per_byte : std::min(least_tokens_per_byte, other.least_tokens_per_byte);
  least_output = is_first ? other.least_output : std::min(least_output, other.least_output);
}

bool DocumentHistory::has_asked(const std::string& stage) const {
  return std::ranges::any_of(asked, [&](const auto& one) { return one.first == stage; });
}

Result<PlanHistory> PlanHistory::read(LedgerDatabase& ledger) {
  PlanHistory history;
  std::map<std::string, DocumentHistory> documents;
  const auto add_stage = [&](const LedgerRow& row) {
    const auto [path, stage, state] = cells<std::string, std::string, StageResult::State>(row);
    if (state == StageResult::State::pending) return;
    documents[path].reached.insert(stage);
    if (state != StageResult::State::skipped) documents[path].ran.insert(stage);
  };
  const auto add_record = [&](const LedgerRow& row) {
    add_labels(row.text(1), documents[std::string(row.text(0))]);
  };
  const auto add_asked = [&](const LedgerRow& row) {
    documents[std::string(row.text(0))].asked.emplace(row.text(1), row.text(2));
  };
  const auto add_calls = [&](const LedgerRow& row) { history.calls_.push_back(group_from(row)); };
  if (auto failed = ledger.run(select_calls_by_model, {}, add_calls)) return *failed;
  if (auto failed = ledger.run(select_last_stages, {documents_read}, add_stage)) return *failed;
  if (auto failed = ledger.run(select_last_records, {documents_read}, add_record)) return *failed;
  if (auto failed = ledger.run(select_last_asked, {documents_read}, add_asked)) return *failed;
  for (auto& [path, document] : documents)
    history.documents_.push_back(std::move(document));
  return history;
}

/// All that `fits`; none: too few answers to say anything.
std::optional<CallHistory> PlanHistory::sum_of(CallHistory::Of of,
                                               const std::function<bool(const CallGroup&)>& fits) const {
  CallHistory sum;
  sum.of = of;
  for (const CallGroup& group : calls_)
    if (fits(group)) sum.add(group.history);
  return sum.answers < enough_calls ? std::nullopt : std::optional(sum);
}

std::optional<CallHistory> PlanHistory::for_prompts(const std::string& stage,
                                                    const BackendConfig& backend) const {
  const auto to_model = [&](const CallGroup& group) { return is_of(backend, group); };
  const auto of_stage = [&](const CallGroup& group) { return to_model(group) && group.stage == stage; };
  if (auto found = sum_of(CallHistory::Of::stage_and_model, of_stage)) return found;
  if (auto found = sum_of(CallHistory::Of::model, to_model)) return found;
  return sum_of(CallHistory::Of::all, [](const CallGroup&) { return true; });
}

std::optional<CallHistory> PlanHistory::for_answers(const std::string& stage,
                                                    const BackendConfig& backend) const {
  const auto of_stage = [&](const CallGroup& group) { return group.stage == stage; };
  const auto to_model = [&](const CallGroup& group) { return of_stage(group) && is_of(backend, group); };
  if (auto found = sum_of(CallHistory::Of::stage_and_model, to_model)) return found;
  return sum_of(CallHistory::Of::stage, of_stage);
}

std::optional<HistoryShare> PlanHistory::share_run(const std::string& stage,
                                                   const std::map<std::string, std::string>& labels,
                                                   const std::set<std::string>& asking_stages) const {
  const auto reached = [&](const DocumentHistory& document) { return document.reached.contains(stage); };
  const auto with_labels = [&](const DocumentHistory& document) {
    return reached(document) && std::ranges::all_of(labels, [&](const auto& known) {
             const auto found = document.labels.find(known.first);
             return found != document.labels.end() && found->second == known.second;
           });
  };
  const auto has_asked = [&](const DocumentHistory& document) {
    return std::ranges::all_of(asking_stages,
                               [&](const std::string& asking) { return document.has_asked(asking); });
  };
  const auto runs = [&](const DocumentHistory& document) { return document.ran.contains(stage); };
  const auto both = [&](const DocumentHistory& document) {
    return with_labels(document) && has_asked(document);
  };
  if (const auto share = share_of(documents_, both, runs)) return share;
  if (const auto share = share_of(documents_, with_labels, runs)) return share;
  return share_of(documents_, reached, runs);
}

std::optional<HistoryShare> PlanHistory::share_asked(const std::string& stage, const std::string& first,
                                                     const std::string& other) const {
  return share_of(
      documents_,
      [&](const DocumentHistory& document) {
        return document.asked.contains({stage, first});
      },
      [&](const DocumentHistory& document) {
        return document.asked.contains({stage, other});
      });
}

}  // namespace docket
