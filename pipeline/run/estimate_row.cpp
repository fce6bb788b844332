#include "pipeline/run/estimate_row.h"

#include <algorithm>
#include <utility>

namespace docket {

double times(const EstimatedCall& call, const Range& share, Case which) {
  return share[which] * call.tries[which];
}

namespace {

/// What is no money.
constexpr Range CallEstimate::*counts[] = {&CallEstimate::documents, &CallEstimate::calls,
                                           &CallEstimate::input_tokens, &CallEstimate::cached_input_tokens,
                                           &CallEstimate::output_tokens};

void put_in_order(Range& range) {
  range[Case::low] = std::min(range[Case::low], range[Case::expected]);
  range[Case::high] = std::max(range[Case::high], range[Case::expected]);
}

}  // namespace

EstimateRow::EstimateRow(const PlanHistory& history, const StageConfig& stage, const BackendConfig& backend)
    : stage_(stage), rates_(history, stage.id, backend) {
  estimate_.stage = stage.id;
  estimate_.backend = backend.name;
  if (rates_.knows_cost()) estimate_.nano_dollars.emplace();
}

void EstimateRow::add(EstimatedCall& call, const Range& share, const Range& kept) {
  for (const Case which : all_cases) {
    const double calls = times(call, share, which) * part(kept, which);
    estimate_.calls[which] += calls;
    estimate_.input_tokens[which] += calls * static_cast<double>(call[which].input_tokens);
    estimate_.cached_input_tokens[which] += calls * static_cast<double>(call[which].cached_input_tokens);
    estimate_.output_tokens[which] += calls * static_cast<double>(call[which].output_tokens);
    if (estimate_.nano_dollars)
      (*estimate_.nano_dollars)[which] +=
          times(call, share, which) * kept[which] * (*call.nano_dollars)[which];
  }
  if (call.nano_dollars) least_reserved_ = std::min(least_reserved_, call.reserved);
}

double EstimateRow::part(const Range& kept, Case which) const {
  if (!rates_.has_price()) return 1;
  return which == Case::high ? std::max(kept[Case::high], kept[Case::expected]) : kept[which];
}

void EstimateRow::add_document(const Range& share, const Range& kept) {
  for (const Case which : all_cases)
    estimate_.documents[which] += share[which] * part(kept, which);
}

void EstimateRow::scale(Case which, double times) { scale(which, times, times); }

void EstimateRow::scale(Case which, double counted, double cost) {
  for (Range CallEstimate::*number : counts)
    (estimate_.*number)[which] *= counted;
  if (estimate_.nano_dollars) (*estimate_.nano_dollars)[which] *= cost;
}

void EstimateRow::keep(const Range& kept) {
  for (const Case which : all_cases)
    scale(which, part(kept, which), kept[which]);
}

void EstimateRow::scale(double times) {
  for (const Case which : all_cases)
    scale(which, times);
}

double EstimateRow::share(const std::optional<HistoryShare>& known, double assumed, const char* assumption) {
  if (known && known->is_own) {
    ++own_known_;
    return known->share;
  }
  const std::int64_t documents = known ? known->documents : 0;
  share_known_ = std::max(share_known_, documents);
  const std::int64_t missing = std::max<std::int64_t>(PlanHistory::enough_documents - documents, 0);
  if (missing == 0) return known->share;
  assumptions_.insert(assumption);
  return ((known ? known->share : 0) * static_cast<double>(documents) +
          assumed * static_cast<double>(missing)) /
         static_cast<double>(PlanHistory::enough_documents);
}

CallEstimate EstimateRow::take() {
  // History may know of more tries than the worst case supposes.
  for (Range CallEstimate::*number : counts)
    put_in_order(estimate_.*number);
  if (estimate_.nano_dollars) put_in_order(*estimate_.nano_dollars);
  estimate_.basis = rates_.basis();
  if (own_known_ > 0)
    estimate_.basis.push_back(
        {"share of documents", std::to_string(own_known_) + " of these documents, as they went before"});
  if (share_known_ > 0)
    estimate_.basis.push_back(
        {"share of documents", std::to_string(share_known_) + " earlier documents like these"});
  for (const std::string& assumption : assumptions_)
    estimate_.basis.push_back({"share of documents", assumption, true});
  return std::move(estimate_);
}

}  // namespace docket
