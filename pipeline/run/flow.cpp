// The only file that knows TBB.
//
//   reader --> waiting --> limiter --> stage 1 --> ... --> stage n --> finish
//   (thread)   (queue)        ^         |   ^                            |
//                             |         v   |                            |
//                             |   decision, backends                     |
//                             +------------------------------------------+  (slot given back)
//
// The limiter is the only bound and the only entrance; everything behind it may queue freely, since at most
// `in_flight` documents are there. `finish` is the only exit and alone gives the slot back. A stage node
// sends a document on to every stage that waits for it; the last of the predecessors to arrive starts the
// stage. Later stages have the higher priority, so that a document is finished before another is begun.
//
// Who runs the flow sleeps until all is done: a thread that waits inside TBB spins after each task, and there
// is one for each reply.
//
// Nothing that a stage throws leaves `advance_safely` and no graph is ever cancelled: stopping is a token, so
// every document that went in reaches `finish`.
#include "pipeline/run/flow.h"

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>

#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/run/ledger_stages.h"
#include "pipeline/run/private_documents.h"
#include "pipeline/run/stage_decision.h"
#include "pipeline/run/time_at_work.h"
#include "pipeline/support/stopwatch.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

namespace flow = tbb::flow;

using LeftStage = std::function<void(const Document&, std::size_t stage)>;

constexpr const char* held_by_cap = "cap: at_most";

/// A document's stay in one stage: what the stage may look at, and what it asks and is answered, turn by
/// turn.
struct Visit {
  /// Whether the stage runs; `waits`: not decided yet. An Error: the ledger cannot be read.
  Result<StageDecision> decision = StageDecision{};
  int turn = 0;
  std::unique_ptr<StageProgress> progress;
  WallClock::time_point asked;  ///< In this turn.
  bool is_private = false;      ///< The policy keeps a question of the stage on this machine.
  std::vector<Request> requests;
  std::vector<Reply> replies;
  std::vector<AnsweredQuestion> answered;
  std::atomic<std::size_t> missing{0};
};

/// A document on its way, with how many predecessors of each stage (and of the exit, the last entry) are
/// still to come.
struct Passage {
  Passage(DocumentPtr doc, std::span<const int> predecessors)
      : document(std::move(doc)),
        missing(predecessors.size()),
        begun(predecessors.size()),
        used(predecessors.size()) {
    for (std::size_t i = 0; i < predecessors.size(); ++i)
      missing[i] = predecessors[i];
  }
  DocumentPtr document;
  std::vector<std::atomic<int>> missing;
  std::vector<WallClock::time_point> begun;  ///< Per stage: when its first turn began.
  /// Per stage: for how long its questions, and those of the stages that it waited for, were at work. Waiting
  /// behind other documents is not counted.
  std::vector<WallClock::duration> used;
};

struct Job {
  std::shared_ptr<Passage> passage;
  std::shared_ptr<Visit> visit;  ///< Null: comes from a predecessor. Else: comes with answers.
};

using StepNode = flow::multifunction_node<Job, std::tuple<Job, Job>>;
using CallNode = flow::async_node<Job, Job>;

/// True for the last of the predecessors to arrive. What the others wrote is visible to it.
bool all_arrived(Passage& passage, std::size_t position) {
  return passage.missing[position].fetch_sub(1, std::memory_order_acq_rel) == 1;
}

Result<std::vector<Request>> advance_safely(const Stage& stage, Document& document, const Turn& turn,
                                            StageResult& result) {
  try {
    return stage.advance(document, turn, result);
  } catch (const std::exception& error) {
    return Error{ErrorClass::bug, error.what()};
  } catch (...) {
    return Error{ErrorClass::bug, "unknown exception"};
  }
}

/// One stage in the graph: a node that advances it, and, in a loop with it, a node that decides whether it
/// runs for a document, and asks backends.
class StageNode {
 public:
  StageNode(flow::graph& graph, std::size_t position, std::span<const StageConfig> stages, Backend& backend,
            LeftStage left, const FlowOptions& options, LedgerStages* ledger, std::stop_token stop)
      : position_(position),
        stages_(stages),
        before_(all_before(stages, position)),
        backend_(backend),
        left_(std::move(left)),
        options_(options),
        ledger_(ledger),
        decider_(stages),
        stop_(std::move(stop)),
        step_(
            graph, flow::unlimited,
            [this](const Job& job, StepNode::output_ports_type& out) { step(job, out); },
            static_cast<flow::node_priority_t>(position + 1)),
        call_(
            graph, flow::unlimited,
            [this](const Job& job, CallNode::gateway_type& gateway) { call(job, gateway); },
            static_cast<flow::node_priority_t>(position + 1)) {
    flow::make_edge(flow::output_port<1>(step_), call_);
    flow::make_edge(call_, step_);
  }
  flow::receiver<Job>& in() { return step_; }
  flow::sender<Job>& out() { return flow::output_port<0>(step_); }

 private:
  enum class Next { call, leave };

  const StageConfig& config() const { return stages_[position_]; }
  StageResult& result_of(const Job& job) const { return job.passage->document->stages[position_]; }

  void step(const Job& job, StepNode::output_ports_type& out) const {
    Passage& passage = *job.passage;
    if (!job.visit && !all_arrived(passage, position_)) return;
    if (!job.visit) arrive(passage);
    StageResult& result = result_of(job);
    Job next{job.passage, job.visit ? job.visit : std::make_shared<Visit>()};
    Next where = Next::leave;
    {
      const CpuStopwatch watch(result.cpu_ns);
      if (job.visit)
        where = go_on(*next.visit, passage, result);
      else if (!stop_.stop_requested())
        where = Next::call;
    }
    if (where == Next::call) {
      std::get<1>(out).try_put(next);
      return;
    }
    result.wall_ns = nanoseconds_since(passage.begun[position_]);
    if (left_ && has_ended_here(*passage.document)) left_(*passage.document, position_);
    std::get<0>(out).try_put(Job{job.passage, nullptr});
  }

  /// Not: it waits to be chosen, for this stage or one before it, or it did and the stage had ended before.
  bool has_ended_here(const Document& document) const {
    const auto is_put_aside = [&](std::size_t stage) { return document.stages[stage].put_aside; };
    if (is_put_aside(position_) || std::ranges::any_of(before_, is_put_aside)) return false;
    return document.permissions.empty() || !document.stages[position_].origin.taken;
  }

  void arrive(Passage& passage) const {
    passage.begun[position_] = WallClock::now();
    for (const std::size_t before : config().after)
      passage.used[position_] = std::max(passage.used[position_], passage.used[before]);
  }

  /// With what was decided, or the backends have said.
  Next go_on(Visit& visit, Passage& passage, StageResult& result) const {
    if (visit.turn > 0) {
      passage.used[position_] += time_at_work(visit.asked, visit.answered);
      for (const Reply& reply : visit.replies) {
        if (!reply.answer && reply.answer.error().error_class == ErrorClass::withheld) {
          result.withheld = true;
          result.withheld_for_now = !visit.is_private;
        }
        result.spent += reply.spent;
        result.reused += reply.reused;
        result.cpu_ns += reply.cpu_ns;
      }
      return turn(visit, passage, result);
    }
    if (!visit.decision) return fail(result, visit.decision.error());
    if (visit.decision->what == StageDecision::What::waits)
      return stop_.stop_requested() ? Next::leave : Next::call;
    if (visit.decision->what != StageDecision::What::runs) return Next::leave;
    if (!stop_.stop_requested()) return turn(visit, passage, result);
    if (ledger_ != nullptr) ledger_->ended(*passage.document, position_);
    return Next::leave;
  }

  /// Advances the stage by one turn.
  Next turn(Visit& visit, const Passage& passage, StageResult& result) const {
    Document& document = *passage.document;
    const Turn turn{visit.turn, visit.replies, visit.decision->record, visit.decision->reasons,
                    visit.progress};
    Result<std::vector<Request>> requests = advance_safely(*config().stage, document, turn, result);
    const bool asks = requests && !requests->empty();
    if (asks && visit.turn == 0 && !may_ask(visit, document, result)) {
      hold_back(document, result);
      if (ledger_ != nullptr) ledger_->ended(document, position_);
      return Next::leave;
    }
    if (asks) {
      for (Request& request : *requests)
        address(request, visit, passage);
      ++visit.turn;
      visit.replies.assign(requests->size(), Reply{});
      visit.answered.assign(requests->size(), {});
      visit.asked = WallClock::now();
      visit.missing = requests->size();
      visit.requests = std::move(*requests);
      return Next::call;
    }
    if (!requests)
      fail(result, requests.error());
    else if (result.state == StageResult::State::pending)
      result.state = StageResult::State::done;
    if (ledger_ != nullptr) ledger_->ended(document, position_);
    return Next::leave;
  }

  /// A stage with a cap asks about those documents only that were chosen for it.
  bool may_ask(const Visit& visit, const Document& document, StageResult& result) const {
    if (!config().stage->cap()) return true;
    result.severity = severity(visit.decision->record);
    return permission(document) == Permission::granted;
  }

  Permission permission(const Document& document) const {
    return document.permissions.empty() ? Permission::undecided : document.permissions[position_];
  }

  /// Until the run has chosen, or for as long as it lasts.
  void hold_back(const Document& document, StageResult& result) const {
    result.output = nullptr;
    result.replaces.reset();
    if (permission(document) == Permission::undecided) {
      result.put_aside = true;
      return;
    }
    result.state = StageResult::State::held;
    result.held = held_by_cap;
    result.withheld = true;
    result.withheld_for_now = true;
  }

  /// Tells a request whose it is, how long an answer is of use, and whether it may leave this machine.
  void address(Request& request, Visit& visit, const Passage& passage) const {
    const Document& document = *passage.document;
    request.asked_by = {document.path, config().id, position_, asks_later(request.backend), document.text};
    if (options_.document_time.count() > 0)
      request.deadline = WallClock::now() + options_.document_time - passage.used[position_];
    const bool may_leave =
        std::holds_alternative<Prompt>(request.question) ||
        (std::holds_alternative<ExtractQuestion>(request.question) && request.backend != extraction_workers);
    if (!may_leave || options_.private_when.empty()) return;
    request.private_because = private_because(
        options_.private_when, {stages_, position_, before_, document, visit.decision->record});
    visit.is_private = visit.is_private || !request.private_because.empty();
  }

  /// True if a later stage names the backend too.
  bool asks_later(const std::string& backend) const {
    return std::any_of(
        stages_.begin() + static_cast<std::ptrdiff_t>(position_) + 1, stages_.end(),
        [&](const StageConfig& stage) { return !stage.left_out && names_backend(stage, backend); });
  }

  static Next fail(StageResult& result, Error error) {
    if (error.error_class == ErrorClass::withheld) {
      result.state = StageResult::State::held;
      result.held = std::move(error.message);
      result.held_detail = std::move(error.detail);
      return Next::leave;
    }
    // A turn that was asked after the stop, or that the stop cut short, is no failure of the document.
    const bool cancelled = error.error_class == ErrorClass::cancelled;
    result.state = cancelled ? StageResult::State::pending : StageResult::State::failed;
    error.message = excerpt(error.message, std::string::npos);  // It may name files.
    result.error = std::move(error);
    return Next::leave;
  }

  void call(const Job& job, CallNode::gateway_type& gateway) const {
    gateway.reserve_wait();
    if (job.visit->turn == 0)
      decide(job, gateway);
    else
      ask_backends(job, gateway);
  }

  void decide(const Job& job, CallNode::gateway_type& gateway) const {
    const auto back = [job, &gateway] {
      gateway.try_put(job);
      gateway.release_wait();  // Nothing after this: the graph may go.
    };
    const auto nothing = [](const std::string&) -> Result<StageDecider::Found> {
      return StageDecider::Found{};
    };
    const std::int64_t cpu_begin = thread_cpu_ns();
    Document& document = *job.passage->document;
    Result<StageDecision> decision = ledger_ != nullptr ? ledger_->begin(document, position_, back)
                                                        : decider_.decide(document, position_, nothing);
    // `visit.decision` says so already, and the document may be on its way again.
    if (decision && decision->what == StageDecision::What::waits) return;
    result_of(job).cpu_ns += thread_cpu_ns() - cpu_begin;
    job.visit->decision = std::move(decision);
    back();
  }

  void ask_backends(const Job& job, CallNode::gateway_type& gateway) const {
    // After the last answer the next turn may fill `visit.requests` anew.
    std::vector<Request> requests = std::move(job.visit->requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      backend_.submit(std::move(requests[i]), [job, i, &gateway](Reply reply) {
        job.visit->answered[i] = {WallClock::now(), reply.queued};
        job.visit->replies[i] = std::move(reply);
        if (job.visit->missing.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        gateway.try_put(job);
        gateway.release_wait();  // Nothing after this: the graph may go.
      });
    }
  }

  const std::size_t position_;
  const std::span<const StageConfig> stages_;
  const std::vector<std::size_t> before_;
  Backend& backend_;
  const LeftStage left_;
  const FlowOptions& options_;
  LedgerStages* const ledger_;  ///< Decides, where there is one.
  mutable StageDecider decider_;
  const std::stop_token stop_;
  StepNode step_;
  CallNode call_;
};

/// Keeps the first exception of the two ends and stops the flow with it.
class FirstFailure {
 public:
  explicit FirstFailure(std::stop_source& stop) : stop_(stop) {}
  template <class Call>
  void guard(const Call& call) noexcept {
    try {
      call();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::stop_source& stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;  // Guarded by mutex_.
};

/// Per stage the number of its predecessors (the first stages have one, the entrance), and last that of the
/// exit.
std::vector<int> count_predecessors(std::span<const StageConfig> stages,
                                    const std::vector<std::size_t>& last) {
  std::vector<int> counts;
  for (const StageConfig& stage : stages)
    counts.push_back(std::max<int>(1, static_cast<int>(stage.after.size())));
  counts.push_back(static_cast<int>(last.size()));
  return counts;
}

/// The stages that no other stage waits for.
std::vector<std::size_t> last_stages(std::span<const StageConfig> stages) {
  std::vector<std::size_t> last;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const bool awaited = std::ranges::any_of(stages, [&](const StageConfig& stage) {
      return std::ranges::find(stage.after, i) != stage.after.end();
    });
    if (!awaited) last.push_back(i);
  }
  return last;
}

/// Counts what is on its way, to tell who waits for all of it.
class Open {
 public:
  void add() { count_.fetch_add(1, std::memory_order_relaxed); }
  void end() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) all_ended_.release();
  }
  void wait_for_all() { all_ended_.acquire(); }

 private:
  std::atomic<std::int64_t> count_ = 1;  ///< The reader.
  std::binary_semaphore all_ended_{0};
};

/// How far the reader may be ahead of the limiter: enough that a slot never waits for a directory.
constexpr int lookahead = 16;

void run_in_arena(std::span<const StageConfig> stages, Backend& backend, LedgerStages* ledger,
                  const FlowEnds& ends, const FlowOptions& options, const std::stop_token& outer_stop) {
  std::stop_source stop;
  const std::stop_callback forward(outer_stop, [&stop] { stop.request_stop(); });
  FirstFailure failure(stop);
  const std::vector<std::size_t> last = last_stages(stages);
  const std::vector<int> predecessors = count_predecessors(stages, last);
  std::counting_semaphore<> places(options.in_flight + lookahead);
  Open open;

  flow::graph graph;
  flow::queue_node<Job> waiting(graph);
  flow::limiter_node<Job, int> limiter(graph, static_cast<std::size_t>(options.in_flight));
  const auto left_stage = [&](const Document& document, std::size_t stage) {
    failure.guard([&] { ends.left_stage(document, stage); });
  };
  std::deque<StageNode> nodes;
  for (std::size_t i = 0; i < stages.size(); ++i)
    nodes.emplace_back(graph, i, stages, backend, ends.left_stage ? left_stage : LeftStage(), options, ledger,
                       stop.get_token());
  flow::multifunction_node<Job, std::tuple<int>> finish(graph, flow::serial, [&](const Job& job, auto& out) {
    if (!all_arrived(*job.passage, stages.size())) return;
    failure.guard([&] { ends.finished(*job.passage->document); });
    // Threads that have sent the document on may still hold the passage.
    job.passage->document.reset();
    places.release();
    std::get<0>(out).try_put(1);
    open.end();
  });
  flow::make_edge(waiting, limiter);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].after.empty()) flow::make_edge(limiter, nodes[i].in());
    for (const std::size_t earlier : stages[i].after)
      flow::make_edge(nodes[earlier].out(), nodes[i].in());
  }
  for (const std::size_t i : last)
    flow::make_edge(nodes[i].out(), finish);
  flow::make_edge(flow::output_port<0>(finish), limiter.decrementer());

  graph.reserve_wait();
  std::jthread reader([&] {
    failure.guard([&] {
      while (!stop.stop_requested()) {
        places.acquire();
        DocumentPtr document = stop.stop_requested() ? nullptr : ends.next();
        if (!document) break;
        document->stages.resize(stages.size());
        Job job{std::make_shared<Passage>(std::move(document), predecessors), nullptr};
        open.add();
        waiting.try_put(job);
      }
    });
    graph.release_wait();
    open.end();
  });
  open.wait_for_all();
  graph.wait_for_all();
  reader.join();
  failure.rethrow();
}

}  // namespace

void run_flow(std::span<const StageConfig> stages, Backend& backend, const FlowEnds& ends,
              const FlowOptions& options, const std::stop_token& stop, LedgerStages* ledger) {
  const int threads = options.jobs + 1;  // This one sleeps.
  const tbb::global_control cap(tbb::global_control::max_allowed_parallelism,
                                static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads, 1);
  arena.execute([&] { run_in_arena(stages, backend, ledger, ends, options, stop); });
}

}  // namespace docket
