#include "pipeline/ledger/plan_history.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "pipeline/json/member.h"
#include "pipeline/ledger/columns.h"
#include "pipeline/ledger/share_by_size.h"
#include "pipeline/ledger/sqlite.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::int64_t enough_calls = 3;  ///< To say what one takes.
constexpr std::int64_t documents_read = 2000;

// A call that was not sent (attempt 0) has taken nothing; what one took that never ended, nobody knows.
constexpr const char* select_calls_by_model = R"sql(
  SELECT stage, backend, model, count(*), sum(outcome = 'ok'), sum(prompt_bytes), sum(input_tokens),
         sum(cached_input_tokens), sum(cache_write_tokens), sum(output_tokens),
         min(CASE WHEN outcome = 'ok' THEN 1.0e6 * input_tokens / prompt_bytes END),
         max(CASE WHEN outcome = 'ok' THEN 1.0e6 * input_tokens / prompt_bytes END),
         min(CASE WHEN outcome = 'ok' THEN output_tokens END),
         CAST(total((outcome = 'ok') * prompt_bytes) AS INTEGER),
         CAST(total((outcome = 'ok') * 1.0 * prompt_bytes * prompt_bytes) AS INTEGER),
         CAST(total((outcome = 'ok') * input_tokens) AS INTEGER),
         CAST(total((outcome = 'ok') * 1.0 * input_tokens * prompt_bytes) AS INTEGER),
         CAST(total((outcome = 'ok') * 1.0 * input_tokens * input_tokens) AS INTEGER),
         CAST(total((outcome = 'ok') * output_tokens) AS INTEGER),
         CAST(total((outcome = 'ok') * 1.0 * output_tokens * prompt_bytes) AS INTEGER),
         CAST(total((outcome = 'ok') * 1.0 * output_tokens * output_tokens) AS INTEGER),
         sum(cache_write_1h_tokens), sum((service_tier = 'batch') * input_tokens), sum(machine_us),
         min(CASE WHEN is_timed THEN machine_us END), sum(is_timed), sum(is_timed * prompt_bytes),
         CAST(total(is_timed * 1.0 * prompt_bytes * prompt_bytes) AS INTEGER), sum(is_timed * machine_us),
         CAST(total(is_timed * 1.0 * machine_us * prompt_bytes) AS INTEGER),
         CAST(total(is_timed * 1.0e-6 * machine_us * machine_us) AS INTEGER),
         max(CASE WHEN outcome = 'ok' THEN output_tokens END)
  FROM (SELECT *, outcome = 'ok' AND machine_us > 0 AS is_timed FROM calls)
  WHERE attempt > 0 AND prompt_bytes > 0 AND outcome <> 'unknown' GROUP BY stage, backend, model)sql";
constexpr const char* select_last_stages = R"sql(
  SELECT path, stage, state FROM document_stages
  WHERE path IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?))sql";
constexpr const char* select_last_records = R"sql(
  SELECT path, record FROM records
  WHERE path IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?))sql";
constexpr const char* select_last_asked = R"sql(
  SELECT document, stage, backend, max(prompt_bytes) FROM calls
  WHERE document IN (SELECT path FROM documents ORDER BY run DESC, path LIMIT ?)
  GROUP BY document, stage, backend)sql";

/// The calls are to the model that the backend asks, as far as the pipeline names it.
bool is_of(const BackendConfig& backend, const PlanHistory::CallGroup& group) {
  const std::string model = backend.settings.text("model");
  return model.empty() ? group.backend == backend.name : group.model == model;
}

double per_byte(std::int64_t millionths) { return static_cast<double>(millionths) / 1e6; }

/// What is written from these columns on: tokens, tokens by bytes, tokens squared.
TokenTrend trend_from(const LedgerRow& row, const CallHistory& history, int column) {
  constexpr int bytes = 13, bytes_squared = 14;
  const auto number = [&](int at) { return static_cast<double>(row.integer(at)); };
  return {static_cast<double>(history.answers),
          number(bytes),
          number(column),
          number(bytes_squared),
          number(column + 1),
          number(column + 2)};
}

/// The squares are in millions.
TokenTrend time_from(const LedgerRow& row, int column) {
  const auto number = [&] { return static_cast<double>(row.integer(column++)); };
  TokenTrend time;
  time.calls = number();
  time.bytes = number();
  time.bytes_squared = number();
  time.tokens = number();
  time.bytes_by_tokens = number();
  time.tokens_squared = 1e6 * number();
  return time;
}

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
  history.input = trend_from(row, history, 15);
  history.output = trend_from(row, history, 18);
  history.used.cache_write_1h_tokens = row.integer(21);
  history.batch_input_tokens = row.integer(22);
  history.used.machine_us = row.integer(23);
  history.least_machine_us = row.integer(24);
  history.time = time_from(row, 25);
  history.most_output = row.integer(31);
  return group;
}

void add_labels(std::string_view record, DocumentHistory& document) {
  const json read = json::parse(record, nullptr, false);
  if (!read.is_object()) return;
  for (const auto& [stage, output] : read.items())
    if (const json& label = member(output, "label"); label.is_string()) document.labels[stage] = label;
}

using OfDocument = std::function<bool(const DocumentHistory&)>;

/// How likely the document does it, as those that count. None: none counts.
std::optional<HistoryShare> share_of(const std::vector<DocumentHistory>& documents,
                                     const PlannedDocument& planned, const OfDocument& counts,
                                     const OfDocument& does) {
  std::vector<SizedOutcome> outcomes;
  for (const DocumentHistory& document : documents) {
    if (!counts(document)) continue;
    if (document.path == planned.path) return HistoryShare{does(document) ? 1.0 : 0.0, 1, true};
    outcomes.push_back({static_cast<double>(document.prompt_bytes), does(document)});
  }
  if (outcomes.empty()) return std::nullopt;
  return HistoryShare{share_by_size(outcomes, static_cast<double>(planned.prompt_bytes)),
                      static_cast<std::int64_t>(outcomes.size())};
}

bool is_enough(const std::optional<HistoryShare>& share) {
  return share && (share->is_own || share->documents >= PlanHistory::enough_documents);
}

}  // namespace

void TokenTrend::add(const TokenTrend& other) {
  for (double TokenTrend::*sum :
       {&TokenTrend::calls, &TokenTrend::bytes, &TokenTrend::tokens, &TokenTrend::bytes_squared,
        &TokenTrend::bytes_by_tokens, &TokenTrend::tokens_squared})
    this->*sum += other.*sum;
}

double TokenTrend::at(double prompt_bytes, double usual_slope) const {
  constexpr double enough_for_a_slope = 4, same_size = 1e-6;
  const double mean_bytes = bytes / calls, mean_tokens = tokens / calls;
  const double spread = bytes_squared - bytes * mean_bytes;
  double slope = usual_slope;
  if (calls >= enough_for_a_slope && spread > same_size * bytes_squared) {
    const double product = bytes_by_tokens - bytes * mean_tokens;
    const double left = std::max(tokens_squared - tokens * mean_tokens - product * product / spread, 0.0);
    const double difference = product / spread - usual_slope;
    // As much of the difference as chance does not explain (James and Stein's shrinkage).
    const double by_chance = left / (calls - 2) / spread;
    if (difference * difference > by_chance) slope += difference - by_chance / difference;
  }
  return std::max(mean_tokens + slope * (prompt_bytes - mean_bytes), 0.0);
}

void CallHistory::add(const CallHistory& other) {
  const bool is_first = answers == 0;
  calls += other.calls;
  prompt_bytes += other.prompt_bytes;
  used += other.used;
  input.add(other.input);
  output.add(other.output);
  batch_input_tokens += other.batch_input_tokens;
  if (other.time.calls > 0)
    least_machine_us =
        time.calls > 0 ? std::min(least_machine_us, other.least_machine_us) : other.least_machine_us;
  time.add(other.time);
  if (other.answers == 0) return;
  answers += other.answers;
  most_output = std::max(most_output, other.most_output);
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
    DocumentHistory& document = documents[std::string(row.text(0))];
    document.asked.emplace(row.text(1), row.text(2));
    document.prompt_bytes = std::max(document.prompt_bytes, row.integer(3));
  };
  const auto add_calls = [&](const LedgerRow& row) { history.calls_.push_back(group_from(row)); };
  if (auto failed = ledger.run(select_calls_by_model, {}, add_calls)) return *failed;
  if (auto failed = ledger.run(select_last_stages, {documents_read}, add_stage)) return *failed;
  if (auto failed = ledger.run(select_last_records, {documents_read}, add_record)) return *failed;
  if (auto failed = ledger.run(select_last_asked, {documents_read}, add_asked)) return *failed;
  for (auto& [path, document] : documents) {
    document.path = path;
    history.documents_.push_back(std::move(document));
  }
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

std::optional<HistoryShare> PlanHistory::share_run(const std::string& stage, const PlannedDocument& planned,
                                                   const std::set<std::string>& asking_stages) const {
  const auto reached = [&](const DocumentHistory& document) { return document.reached.contains(stage); };
  const auto with_labels = [&](const DocumentHistory& document) {
    return reached(document) && std::ranges::all_of(planned.labels, [&](const auto& known) {
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
  for (const OfDocument& counts : {OfDocument(both), OfDocument(with_labels)})
    if (const auto share = share_of(documents_, planned, counts, runs); is_enough(share)) return share;
  return share_of(documents_, planned, reached, runs);
}

std::optional<HistoryShare> PlanHistory::share_asked(const std::string& stage, const std::string& first,
                                                     const std::string& other,
                                                     const PlannedDocument& planned) const {
  return share_of(
      documents_, planned,
      [&](const DocumentHistory& document) {
        return document.asked.contains({stage, first});
      },
      [&](const DocumentHistory& document) {
        return document.asked.contains({stage, other});
      });
}

}  // namespace docket
