// From the requests that were rehearsed to tokens and money, within the limits.
#include "pipeline/run/estimate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "pipeline/cap.h"
#include "pipeline/run/estimate_row.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

constexpr double share_of_next_turn = 0.3;  ///< Documents that go on to the next backend of a stage.
constexpr double share_of_doubtful = 0.3;   ///< Documents whose answers are doubted.

class Estimator {
 public:
  Estimator(const Pipeline& pipeline, const PlanHistory& history, const SpendingLimits& limits)
      : pipeline_(pipeline), history_(history), limits_(limits) {}

  void add(const RehearsedDocument& document) {
    std::map<EstimateRow*, Range> shares;  // Of the document, once for each row however many calls.
    std::vector<std::pair<EstimateRow*, EstimatedCall>> calls;
    Range money;
    for (const RehearsedCall& rehearsed : document.calls) {
      if (!requests_.insert(rehearsed.request).second) continue;  // Documents with the same text.
      EstimateRow& row = row_of(rehearsed);
      const EstimatedCall call = row.rates().call(rehearsed);
      if (!fits_document_limit(call)) continue;
      const Range share = share_of(document, rehearsed, row);
      shares.try_emplace(&row, share);
      calls.emplace_back(&row, call);
      for (const Case which : all_cases)
        if (calls.back().second.nano_dollars)
          money[which] +=
              times(calls.back().second, share, which) * (*calls.back().second.nano_dollars)[which];
    }
    const Range kept = within_document_limit(money);
    for (auto& [row, call] : calls)
      row->add(call, shares.at(row), kept);
    for (const auto& [row, share] : shares)
      row->add_document(share, kept);
    spent_.push_back(money[Case::expected] * kept[Case::expected]);
    read_.push_back(expected_input(calls, shares));
  }

  Estimate all(std::int64_t documents) {
    Estimate all;
    all.looked_at = static_cast<std::int64_t>(spent_.size());
    all.documents = documents;
    const double times =
        all.looked_at > 0 ? static_cast<double>(documents) / static_cast<double>(all.looked_at) : 0;
    for (EstimateRow& row : rows_)
      row.scale(times);
    if (document_limit_cuts_) tell_limit("a document", *limits_.document, all);
    for (EstimateRow& row : rows_)
      limit_documents(row, documents, all);
    for (const auto& limit : limits_.stages)
      limit_cost(
          "the stage " + limit.first, limit.second,
          [&](const EstimateRow& row) { return row.stage().id == limit.first; }, all);
    for (const auto& [whose, limit] : {std::pair("the run", limits_.run),
                                       {"the day (what is left of it)", limits_.day},
                                       {"the month (what is left of it)", limits_.month}})
      if (limit)
        limit_cost(
            whose, *limit, [](const EstimateRow&) { return true; }, all);
    all.nano_dollars = cost_of([](const EstimateRow&) { return true; });
    for (EstimateRow& row : rows_)
      all.calls.push_back(row.take());
    const bool costs = std::ranges::any_of(spent_, [](double spent) { return spent > 0; });
    all.error = error_of(costs ? spent_ : read_, documents);
    return all;
  }

 private:
  EstimateRow& row_of(const RehearsedCall& call) {
    const StageConfig* const stage = &pipeline_.stages[call.stage];
    const auto known = std::ranges::find_if(rows_, [&](const EstimateRow& row) {
      return &row.stage() == stage && row.estimate().backend == call.backend;
    });
    if (known != rows_.end()) return *known;
    const auto after =
        std::ranges::find_if(rows_, [&](const EstimateRow& row) { return &row.stage() > stage; });
    return *rows_.emplace(after, history_, *stage, *pipeline_.backend(call.backend));
  }

  /// Of one document: whether, and with what probability, the call is made.
  Range share_of(const RehearsedDocument& document, const RehearsedCall& call, EstimateRow& row) {
    const auto unsure = document.unsure.find(call.stage);
    Range share = certain();
    if (unsure != document.unsure.end()) share = share_run(document, call, unsure->second, row);
    if (call.turn > 0) {
      const Range asked = share_asked(document, call, row);
      for (const Case which : all_cases)
        share[which] *= asked[which];
    }
    if (call.may_be_withheld) share[Case::low] = 0;
    return share;
  }

  static Range certain(double share = 1) {
    Range range;
    for (const Case which : all_cases)
      range[which] = share;
    return range;
  }

  /// It may be or not. What went so before, and nothing has changed since, goes so again.
  static Range open(const RehearsedDocument& document, const std::optional<HistoryShare>& known,
                    double expected) {
    if (known && known->is_own && document.document.is_as_before) return certain(expected);
    Range range;
    range[Case::expected] = expected;
    range[Case::high] = 1;
    return range;
  }

  Range share_run(const RehearsedDocument& document, const RehearsedCall& call, double share_of_labels,
                  EstimateRow& row) {
    std::set<std::string> asking;
    for (const RehearsedCall& earlier : document.calls)
      if (earlier.stage < call.stage && earlier.turn == 0 && !document.unsure.contains(earlier.stage))
        asking.insert(pipeline_.stages[earlier.stage].id);
    const auto known = history_.share_run(row.stage().id, document.document, asking);
    if (share_of_labels > 0 && share_of_labels < 1)
      return open(
          document, known,
          row.share(known, share_of_labels,
                    "as many as have one of the labels that it runs for, as far as the rules can tell"));
    return open(document, known, row.share(known, share_of_doubtful, "3 in 10 are doubtful"));
  }

  Range share_asked(const RehearsedDocument& document, const RehearsedCall& call, EstimateRow& row) {
    const auto first = std::ranges::find_if(
        document.calls, [&](const RehearsedCall& one) { return one.stage == call.stage && one.turn == 0; });
    const auto known = history_.share_asked(row.stage().id, first->backend, call.backend, document.document);
    return open(document, known,
                row.share(known, std::pow(share_of_next_turn, static_cast<double>(call.turn)),
                          "3 in 10 go on to the next backend"));
  }

  /// What a call may cost is reserved before it is made.
  bool fits_document_limit(const EstimatedCall& call) {
    if (!limits_.document || !call.nano_dollars) return true;
    const bool fits = call.reserved <= static_cast<double>(*limits_.document);
    document_limit_cuts_ = document_limit_cuts_ || !fits;
    return fits;
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

  static double expected_input(std::vector<std::pair<EstimateRow*, EstimatedCall>>& calls,
                               const std::map<EstimateRow*, Range>& shares) {
    double input = 0;
    for (auto& [row, call] : calls)
      input += times(call, shares.at(row), Case::expected) *
               static_cast<double>(call[Case::expected].input_tokens);
    return input;
  }

  /// A stage may be for so many documents of a run at most.
  void limit_documents(EstimateRow& row, std::int64_t documents, Estimate& all) const {
    const std::optional<Cap> cap = row.stage().stage->cap();
    if (!cap) return;
    const std::int64_t most = cap->allowed(documents);
    for (const Case which : all_cases)
      if (row.estimate().documents[which] > static_cast<double>(most)) {
        row.scale(which, static_cast<double>(most) / row.estimate().documents[which]);
        if (which == Case::high)
          all.limits.push_back("at_most of " + row.stage().id + ": " + std::to_string(most) + " documents");
      }
  }

  using Counts = std::function<bool(const EstimateRow&)>;
  Range cost_of(const Counts& counts) const {
    Range sum;
    for (const EstimateRow& row : rows_)
      for (const Case which : all_cases)
        if (row.estimate().nano_dollars && counts(row)) sum[which] += (*row.estimate().nano_dollars)[which];
    return sum;
  }

  /// What some rows cost together is no more than `most`; the rest of their documents is held.
  void limit_cost(const std::string& whose, std::int64_t most, const Counts& counts, Estimate& all) {
    const auto limit = static_cast<double>(most);
    bool none_fits = false;
    for (EstimateRow& row : rows_)
      if (counts(row) && row.rates().has_price() && row.least_reserved() > limit) {
        row.scale(0);
        none_fits = true;
      }
    const Range asked = cost_of(counts);
    Range kept;
    for (const Case which : all_cases)
      kept[which] = asked[which] > limit ? limit / asked[which] : 1;
    for (EstimateRow& row : rows_)
      if (row.rates().has_price() && counts(row)) row.keep(kept);
    if (none_fits) return tell_limit(whose + ", which is below what a call has to reserve", most, all);
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
  std::list<EstimateRow> rows_;       ///< By stage, then as they were first asked.
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
