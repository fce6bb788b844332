// From the requests that were rehearsed to tokens and money. What is assumed where no earlier run tells
// stands at the top; docs/plan.md says it to users.
#include "pipeline/run/estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "pipeline/cap.h"
#include "pipeline/price.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

// Western text in the vocabulary of today's models; lean is what the leanest of them take.
constexpr double usual_bytes_per_token = 4, lean_bytes_per_token = 5;
constexpr double short_answer = 0.5;             ///< Of a usual one.
constexpr double usual_share_of_thinking = 0.2;  ///< Of the room for it, which is for hard questions.
constexpr double share_of_next_turn = 0.3;       ///< Documents that go on to the next backend of a stage.
constexpr double share_of_doubtful = 0.3;        ///< Documents whose answers are doubted.
constexpr double high_tries = 2;                 ///< Each request is made once more.

std::int64_t rounded(double number) { return static_cast<std::int64_t>(std::llround(number)); }

/// Of one call: what it takes in each case.
struct Call {
  Usage used[std::size(all_cases)];
  Range tries;
  std::optional<Range> nano_dollars;

  Usage& operator[](Case which) { return used[static_cast<std::size_t>(which)]; }
};

/// What is known of one stage and one of its backends.
class Rates {
 public:
  Rates(const PlanHistory& history, const std::string& stage, const BackendConfig& backend)
      : prompts_(history.for_prompts(stage, backend)),
        answers_(history.for_answers(stage, backend)),
        price_(price_of(backend)),
        is_free_(!price_ && location_of(backend) == Location::local) {}

  Call call(const RehearsedCall& rehearsed) const {
    Call call;
    call.tries[Case::low] = 1;
    call.tries[Case::expected] = answers_ ? ratio(answers_->calls, answers_->answers) : 1;
    call.tries[Case::high] = std::max(high_tries, call.tries[Case::expected]);
    const auto bytes = static_cast<double>(rehearsed.bytes);
    for (const Case which : all_cases)
      call[which].calls = 1;
    call[Case::low].input_tokens =
        rounded(bytes * (prompts_ ? prompts_->least_tokens_per_byte : 1 / lean_bytes_per_token));
    const double answer = static_cast<double>(rehearsed.answer_bytes) / usual_bytes_per_token;
    call[Case::low].output_tokens = answers_ ? answers_->least_output : rounded(answer * short_answer);
    const double thinking = static_cast<double>(rehearsed.thinking_room) * usual_share_of_thinking;
    fill_expected(bytes, answer + thinking, call[Case::expected]);
    call[Case::high].input_tokens =
        prompts_ ? rounded(bytes * prompts_->most_tokens_per_byte) : rehearsed.most.input_tokens;
    call[Case::high].output_tokens =
        std::max(rehearsed.most.output_tokens, call[Case::expected].output_tokens);
    if (is_free_) call.nano_dollars.emplace();
    if (!price_) return call;
    Range money;
    money[Case::low] = static_cast<double>(cost(call[Case::low], *price_));
    money[Case::expected] = static_cast<double>(cost(call[Case::expected], *price_));
    const Usage& most = call[Case::high];
    money[Case::high] = static_cast<double>(dearest_cost(*price_, most.input_tokens, most.output_tokens));
    call.nano_dollars = money;
    return call;
  }

  bool has_price() const { return price_.has_value(); }
  bool knows_cost() const { return price_ || is_free_; }

  std::vector<Basis> basis() const {
    std::vector<Basis> basis;
    if (prompts_)
      basis.push_back({"tokens per byte", words(*prompts_)});
    else
      basis.push_back({"tokens per byte", "a token for each 4 bytes, none of them cached", true});
    if (answers_)
      basis.push_back({"output tokens and retries", words(*answers_)});
    else
      basis.push_back({"output tokens and retries",
                       "texts of 40 characters, lists of 3, no retries; for thinking a fifth of its room",
                       true});
    return basis;
  }

 private:
  static double ratio(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
  }

  void fill_expected(double bytes, double output, Usage& usage) const {
    usage.input_tokens = rounded(bytes / usual_bytes_per_token);
    if (prompts_) {
      const Usage& used = prompts_->used;
      const double input = bytes * ratio(used.input_tokens, prompts_->prompt_bytes);
      usage.input_tokens = rounded(input);
      usage.cached_input_tokens = rounded(input * ratio(used.cached_input_tokens, used.input_tokens));
      usage.cache_write_tokens = rounded(input * ratio(used.cache_write_tokens, used.input_tokens));
    }
    usage.output_tokens = rounded(answers_ ? ratio(answers_->used.output_tokens, answers_->calls) : output);
  }

  static std::string words(const CallHistory& history) {
    const std::string calls = std::to_string(history.calls) + " calls";
    switch (history.of) {
      case CallHistory::Of::stage_and_model:
        return calls + " of this stage to this model";
      case CallHistory::Of::model:
        return calls + " of other stages to this model";
      case CallHistory::Of::stage:
        return calls + " of this stage to other models";
      case CallHistory::Of::all:
        break;
    }
    return calls + " of other stages to other models";
  }

  const std::optional<CallHistory> prompts_, answers_;
  const std::optional<Price> price_;
  const bool is_free_;  ///< A model of one's own, of which the pipeline says no price.
};

class Estimator {
 public:
  Estimator(const Pipeline& pipeline, const PlanHistory& history, const SpendingLimits& limits)
      : pipeline_(pipeline), history_(history), limits_(limits) {}

  void add(const RehearsedDocument& document) {
    std::map<Row*, Range> shares;  // Of the document, once for each row however many calls.
    std::vector<std::pair<Row*, Call>> calls;
    Range money;
    for (const RehearsedCall& rehearsed : document.calls) {
      if (!requests_.insert(rehearsed.request).second) continue;  // Documents with the same text.
      Row& row = row_of(rehearsed);
      const Range share = share_of(document, rehearsed, row);
      shares.try_emplace(&row, share);
      calls.emplace_back(&row, row.rates.call(rehearsed));
      for (const Case which : all_cases)
        if (calls.back().second.nano_dollars)
          money[which] +=
              times(calls.back().second, share, which) * (*calls.back().second.nano_dollars)[which];
    }
    const Range kept = within_document_limit(money);
    for (auto& [row, call] : calls)
      row->add(call, shares.at(row), kept);
    for (const auto& [row, share] : shares)
      for (const Case which : all_cases)
        row->estimate.documents[which] += share[which] * (row->rates.has_price() ? kept[which] : 1);
    spent_.push_back(money[Case::expected] * kept[Case::expected]);
    read_.push_back(expected_input(calls, shares));
  }

  Estimate all(std::int64_t documents) {
    Estimate all;
    all.looked_at = static_cast<std::int64_t>(spent_.size());
    all.documents = documents;
    const double times =
        all.looked_at > 0 ? static_cast<double>(documents) / static_cast<double>(all.looked_at) : 0;
    for (Row& row : rows_)
      row.scale(times);
    if (document_limit_cuts_) tell_limit("a document", *limits_.document, all);
    for (Row& row : rows_)
      limit_documents(row, documents, all);
    for (const auto& limit : limits_.stages)
      limit_cost(
          "the stage " + limit.first, limit.second,
          [&](const Row& row) { return row.stage.id == limit.first; }, all);
    if (limits_.run)
      limit_cost(
          "the run", *limits_.run, [](const Row&) { return true; }, all);
    all.nano_dollars = cost_of([](const Row&) { return true; });
    for (Row& row : rows_) {
      row.tell_basis();
      all.calls.push_back(std::move(row.estimate));
    }
    const bool costs = std::ranges::any_of(spent_, [](double spent) { return spent > 0; });
    all.error = error_of(costs ? spent_ : read_, documents);
    return all;
  }

 private:
  struct Row {
    Row(const PlanHistory& history, const StageConfig& stage_, const BackendConfig& backend)
        : stage(stage_), rates(history, stage_.id, backend) {
      estimate.stage = stage.id;
      estimate.backend = backend.name;
      if (rates.knows_cost()) estimate.nano_dollars.emplace();
    }

    void add(Call& call, const Range& share, const Range& kept) {
      for (const Case which : all_cases) {
        const double times = Estimator::times(call, share, which) * (rates.has_price() ? kept[which] : 1);
        estimate.calls[which] += times;
        estimate.input_tokens[which] += times * static_cast<double>(call[which].input_tokens);
        estimate.cached_input_tokens[which] += times * static_cast<double>(call[which].cached_input_tokens);
        estimate.output_tokens[which] += times * static_cast<double>(call[which].output_tokens);
        if (estimate.nano_dollars) (*estimate.nano_dollars)[which] += times * (*call.nano_dollars)[which];
      }
    }

    void scale(Case which, double times) {
      for (Range CallEstimate::*number :
           {&CallEstimate::documents, &CallEstimate::calls, &CallEstimate::input_tokens,
            &CallEstimate::cached_input_tokens, &CallEstimate::output_tokens})
        (estimate.*number)[which] *= times;
      if (estimate.nano_dollars) (*estimate.nano_dollars)[which] *= times;
    }
    void scale(double times) {
      for (const Case which : all_cases)
        scale(which, times);
    }

    void tell_basis() {
      estimate.basis = rates.basis();
      if (share_known > 0)
        estimate.basis.push_back(
            {"share of documents", std::to_string(share_known) + " earlier documents like these"});
      for (const std::string& assumption : assumptions)
        estimate.basis.push_back({"share of documents", assumption, true});
    }

    const StageConfig& stage;
    const Rates rates;
    CallEstimate estimate;
    std::int64_t share_known = 0;  ///< Documents that the share was taken from, at most.
    std::set<std::string> assumptions;
  };

  /// How often the call is made.
  static double times(const Call& call, const Range& share, Case which) {
    return share[which] * call.tries[which];
  }

  Row& row_of(const RehearsedCall& call) {
    const StageConfig* const stage = &pipeline_.stages[call.stage];
    const auto known = std::ranges::find_if(
        rows_, [&](const Row& row) { return &row.stage == stage && row.estimate.backend == call.backend; });
    if (known != rows_.end()) return *known;
    const auto after = std::ranges::find_if(rows_, [&](const Row& row) { return &row.stage > stage; });
    return *rows_.emplace(after, history_, *stage, *pipeline_.backend(call.backend));
  }

  /// Of one document: whether, and with what probability, the call is made.
  Range share_of(const RehearsedDocument& document, const RehearsedCall& call, Row& row) {
    const auto unsure = document.unsure.find(call.stage);
    Range share;
    share[Case::low] = unsure == document.unsure.end() && call.turn == 0 && !call.may_be_withheld ? 1 : 0;
    share[Case::expected] = 1;
    share[Case::high] = 1;
    if (unsure != document.unsure.end())
      share[Case::expected] *= share_run(document, call, unsure->second, row);
    if (call.turn > 0) share[Case::expected] *= share_asked(document, call, row);
    return share;
  }

  double share_run(const RehearsedDocument& document, const RehearsedCall& call, double share_of_labels,
                   Row& row) {
    std::set<std::string> asking;
    for (const RehearsedCall& earlier : document.calls)
      if (earlier.stage < call.stage && earlier.turn == 0 && !document.unsure.contains(earlier.stage))
        asking.insert(pipeline_.stages[earlier.stage].id);
    if (const auto known = history_.share_run(row.stage.id, document.labels, asking)) {
      row.share_known = std::max(row.share_known, known->documents);
      return known->share;
    }
    if (share_of_labels > 0 && share_of_labels < 1) {
      row.assumptions.insert(
          "as many as have one of the labels that it runs for, as far as the rules can tell");
      return share_of_labels;
    }
    row.assumptions.insert("3 in 10 are doubtful");
    return share_of_doubtful;
  }

  double share_asked(const RehearsedDocument& document, const RehearsedCall& call, Row& row) {
    const auto first = std::ranges::find_if(
        document.calls, [&](const RehearsedCall& one) { return one.stage == call.stage && one.turn == 0; });
    if (const auto known = history_.share_asked(row.stage.id, first->backend, call.backend)) {
      row.share_known = std::max(row.share_known, known->documents);
      return known->share;
    }
    row.assumptions.insert("3 in 10 go on to the next backend");
    return std::pow(share_of_next_turn, static_cast<double>(call.turn));
  }

  /// Which part of it the document's limit leaves.
  Range within_document_limit(const Range& money) {
    Range kept;
    for (const Case which : all_cases) {
      const double limit = limits_.document ? static_cast<double>(*limits_.document) : money[which];
      kept[which] = money[which] > limit ? limit / money[which] : 1;
    }
    document_limit_cuts_ = document_limit_cuts_ || kept[Case::high] < 1;
    return kept;
  }

  static double expected_input(std::vector<std::pair<Row*, Call>>& calls,
                               const std::map<Row*, Range>& shares) {
    double input = 0;
    for (auto& [row, call] : calls)
      input += times(call, shares.at(row), Case::expected) *
               static_cast<double>(call[Case::expected].input_tokens);
    return input;
  }

  /// A stage may be for so many documents of a run at most.
  void limit_documents(Row& row, std::int64_t documents, Estimate& all) const {
    const std::optional<Cap> cap = row.stage.stage->cap();
    if (!cap) return;
    const std::int64_t most = cap->allowed(documents);
    for (const Case which : all_cases)
      if (row.estimate.documents[which] > static_cast<double>(most)) {
        row.scale(which, static_cast<double>(most) / row.estimate.documents[which]);
        if (which == Case::high)
          all.limits.push_back("at_most of " + row.stage.id + ": " + std::to_string(most) + " documents");
      }
  }

  using Counts = std::function<bool(const Row&)>;
  Range cost_of(const Counts& counts) const {
    Range sum;
    for (const Row& row : rows_)
      for (const Case which : all_cases)
        if (row.estimate.nano_dollars && counts(row)) sum[which] += (*row.estimate.nano_dollars)[which];
    return sum;
  }

  /// What some rows cost together is no more than `most`; the rest of their documents is held.
  void limit_cost(const std::string& whose, std::int64_t most, const Counts& counts, Estimate& all) {
    const Range asked = cost_of(counts);
    const auto limit = static_cast<double>(most);
    for (const Case which : all_cases)
      for (Row& row : rows_)
        if (asked[which] > limit && row.rates.has_price() && counts(row))
          row.scale(which, limit / asked[which]);
    if (asked[Case::high] > limit)
      tell_limit(whose + (asked[Case::expected] > limit ? ", which is expected to reach it" : ""), most, all);
  }

  static void tell_limit(const std::string& whose, std::int64_t most, Estimate& all) {
    all.limits.push_back("budget of " + whose + ": " + format_money(most));
  }

  /// Half the width of the confidence interval of a sample's mean, without replacement.
  static double error_of(const std::vector<double>& values, std::int64_t documents) {
    const auto count = static_cast<double>(values.size());
    if (values.size() < 2 || values.size() >= static_cast<std::size_t>(documents)) return 0;
    double sum = 0, squares = 0;
    for (const double value : values)
      sum += value;
    const double mean = sum / count;
    if (mean <= 0) return 0;
    for (const double value : values)
      squares += (value - mean) * (value - mean);
    const double left = 1 - count / static_cast<double>(documents);
    return 1.96 * std::sqrt(squares / (count - 1) / count * left) / mean;
  }

  const Pipeline& pipeline_;
  const PlanHistory& history_;
  const SpendingLimits& limits_;
  std::set<std::string> requests_;  ///< Digests.
  bool document_limit_cuts_ = false;
  std::list<Row> rows_;               ///< By stage, then as they were first asked.
  std::vector<double> spent_, read_;  ///< Per document, expected: nano-dollars, input tokens.
};

}  // namespace

Estimate estimate(const Pipeline& pipeline, const PlanHistory& history, const SpendingLimits& limits,
                  const std::vector<RehearsedDocument>& sample, std::int64_t documents) {
  Estimator estimator(pipeline, history, limits);
  for (const RehearsedDocument& document : sample)
    estimator.add(document);
  return estimator.all(documents);
}

}  // namespace docket
