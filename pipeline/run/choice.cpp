#include "pipeline/run/choice.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pipeline/pipeline.h"
#include "pipeline/record.h"

namespace docket {
namespace {

using State = StageResult::State;

/// What the stages have done so far in this run.
std::vector<EarlierWork> work_of(const Document& document) {
  std::vector<EarlierWork> work = document.earlier;
  work.resize(document.stages.size());
  for (std::size_t i = 0; i < work.size(); ++i) {
    const StageResult& result = document.stages[i];
    work[i].wall_ns += result.wall_ns;
    work[i].spent += result.spent;
    const bool ran = !result.origin.taken && (result.state == State::done || result.state == State::held);
    if (!ran || work[i].ran) continue;
    work[i].ran = true;
    work[i].why = result.origin.why;
  }
  return work;
}

WaitingDocument waiting(const Document& document, Severity severity) {
  WaitingDocument kept{document.number, document.path,        document.file,    document.inside,
                       document.sha256, document.bytes,       document.stamp,   document.why,
                       severity,        document.permissions, work_of(document)};
  kept.permissions.resize(document.stages.size());
  return kept;
}

DocumentPtr document_of(WaitingDocument waiting) {
  auto document = std::make_shared<Document>();
  document->number = waiting.number;
  document->path = std::move(waiting.path);
  document->file = std::move(waiting.file);
  document->inside = std::move(waiting.inside);
  document->sha256 = std::move(waiting.sha256);
  document->bytes = waiting.bytes;
  document->stamp = waiting.stamp;
  document->why = std::move(waiting.why);
  document->permissions = std::move(waiting.permissions);
  document->earlier = std::move(waiting.earlier);
  return document;
}

bool goes_before(const WaitingDocument& one, const WaitingDocument& other) {
  if (one.severity != other.severity) return one.severity > other.severity;
  return one.number < other.number;
}

}  // namespace

bool PutAside::keep(const Document& document) {
  if (outcome(document) != Outcome::cancelled) return false;
  const auto stage = std::ranges::find(document.stages, true, &StageResult::put_aside);
  if (stage == document.stages.end()) return false;
  const auto position = static_cast<std::size_t>(stage - document.stages.begin());
  waiting_[position].push_back(waiting(document, stage->severity.value_or(Severity{})));
  return true;
}

std::deque<WaitingDocument> PutAside::take(std::size_t position) {
  return std::exchange(waiting_[position], {});
}

void PutAside::put_back(std::size_t position, std::deque<WaitingDocument> documents) {
  std::ranges::move(documents, std::back_inserter(waiting_[position]));
}

std::vector<std::size_t> stages_with_caps(std::span<const StageConfig> stages) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (!stages[i].left_out && stages[i].stage->cap()) positions.push_back(i);
  return positions;
}

Choice::Choice(std::size_t position, std::deque<WaitingDocument> waiting, std::int64_t allowed,
               History history)
    : position_(position), allowed_(allowed), history_(std::move(history)), waiting_(std::move(waiting)) {
  std::ranges::sort(waiting_, goes_before);
}

DocumentPtr Choice::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] {
    return waiting_.empty() || on_way_ == 0 || taken_ + on_way_ < allowed_ || taken_ == allowed_;
  });
  if (stop.stop_requested() || waiting_.empty() || failure_) return nullptr;
  auto history = history_(waiting_.front().path);
  if (!history) {
    failure_ = history.error();
    return nullptr;
  }
  DocumentPtr document = document_of(std::move(waiting_.front()));
  waiting_.pop_front();
  document->history = std::move(*history);
  const bool may_ask = taken_ + on_way_ < allowed_;
  document->permissions[position_] = may_ask ? Permission::granted : Permission::refused;
  if (may_ask) ++on_way_;
  return document;
}

bool Choice::takes_back(const Document& document) {
  const std::lock_guard lock(mutex_);
  const StageResult& result = document.stages[position_];
  if (document.permissions[position_] == Permission::granted) {
    --on_way_;
    if (result.takes_place) ++taken_;
    changed_.notify_all();
  }
  const bool waits_elsewhere =
      std::ranges::find(document.stages, true, &StageResult::put_aside) != document.stages.end();
  if (outcome(document) != Outcome::cancelled || waits_elsewhere) return false;
  WaitingDocument again = waiting(document, result.severity.value_or(Severity{}));
  again.permissions[position_] = Permission::undecided;
  returned_.push_back(std::move(again));
  return true;
}

std::deque<WaitingDocument> Choice::rest() {
  std::ranges::move(returned_, std::back_inserter(waiting_));
  return std::move(waiting_);
}

DocumentPtr unfinished(WaitingDocument waiting, std::size_t stages) {
  DocumentPtr document = document_of(std::move(waiting));
  document->stages.resize(stages);
  return document;
}

}  // namespace docket
