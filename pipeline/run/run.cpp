#include "pipeline/run/run.h"

#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/config/check_conditions.h"
#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/choice.h"
#include "pipeline/run/collected.h"
#include "pipeline/run/depfile.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/flow.h"
#include "pipeline/run/missing.h"
#include "pipeline/run/output.h"
#include "pipeline/run/output_mode.h"
#include "pipeline/run/own_files.h"
#include "pipeline/run/run_ledger.h"
#include "pipeline/run/run_writer.h"
#include "pipeline/run/up_to_date_documents.h"
#include "pipeline/support/fault_point.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/stopwatch.h"

namespace docket {
namespace {

/// Sorts by time; the last part tells runs of one second apart.
std::string new_run_id() {
  std::uint32_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint32_t>(std::clock());
  char text[16];
  std::snprintf(text, sizeof text, "-%08x", random);
  std::string time = utc_now();  // 2026-11-01T12:00:00Z without its punctuation.
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return time + text;
}

using WarmUps = Collected<WarmUp>;

/// A run whose pipeline is valid and whose output and ledger are its own: from here on every document gets an
/// outcome.
class Run {
 public:
  Run(const Pipeline& pipeline, const RunOptions& options, const RunEnvironment& environment,
      RunListener& listener, const Output& output, RunLedger& ledger, Backend& backend, Warnings& warnings,
      const Warnings& backend_warnings, const WarmUps& warm_ups, std::stop_source& stop)
      : pipeline_(pipeline),
        options_(options),
        environment_(environment),
        listener_(listener),
        output_(output),
        ledger_(ledger),
        backend_(backend),
        warnings_(warnings),
        backend_warnings_(backend_warnings),
        warm_ups_(warm_ups),
        writer_(pipeline, input_options(options, pipeline), output, ledger,
                {options.whole_input(), options.keep_mtime}),
        stop_(stop),
        forward_lack_(environment.lacking, [this] { stop_.request_stop(); }) {}

  RunOutcome run();

 private:
  void work();
  void run_documents(DocumentSource& source);
  void choose(LedgerDatabase& ledger);
  void choose(std::size_t position, std::int64_t allowed, LedgerDatabase& ledger,
              const std::stop_token& stop);
  void end_without_choice(std::size_t position);
  void take_through(const std::function<DocumentPtr()>& next, const std::function<void(Document&)>& finished,
                    const std::stop_token& stop);
  void end(Document& document);
  void look_for_missing(LedgerDatabase& ledger);
  bool refuse();
  bool is_refused() const {
    return refusal_ && *refusal_ && (*refusal_)->error_class != ErrorClass::unavailable;
  }
  std::optional<Error> lack() const;
  bool too_many_failures() const;
  std::string why_stopped(int signal) const;
  RunOutcome outcome() const;

  const Pipeline& pipeline_;
  const RunOptions& options_;
  const RunEnvironment& environment_;
  RunListener& listener_;
  const Output& output_;
  RunLedger& ledger_;
  Backend& backend_;
  Warnings& warnings_;
  const Warnings& backend_warnings_;
  const WarmUps& warm_ups_;
  RunWriter writer_;
  std::vector<OuterDocument> outer_;  ///< Found to hold others, which are not taken yet.
  PutAside put_aside_;
  std::int64_t taken_ = 0;                       ///< Documents that the run works on.
  std::optional<std::optional<Error>> refusal_;  ///< Once the conditions have been looked at.
  std::stop_source& stop_;
  std::atomic<bool> gave_up_ = false;  ///< After `keep_going` failures.
  const std::stop_callback<std::function<void()>> forward_lack_;
};

RunOutcome Run::run() {
  const WallClock::time_point begin = WallClock::now();
  Report::Run run{.id = new_run_id(),
                  .started = utc_now(),
                  .finished = {},
                  .stopped = {},
                  .warnings = {},
                  .warm_ups = {}};
  run.jobs = options_.jobs;
  if (const auto failed = ledger_.begin(run, environment_.version)) writer_.fail(*failed);
  if (!writer_.error()) {
    listener_.begun(run.id);
    work();
  }
  backend_.finish();
  if (!is_refused()) writer_.finish_logs();
  run.finished = utc_now();
  run.warnings = warnings_.all();
  std::ranges::copy(backend_warnings_.all(), std::back_inserter(run.warnings));
  run.warm_ups = warm_ups_.all();
  run.wall_ms = nanoseconds_since(begin) / 1'000'000;
  RunOutcome ended = outcome();
  run.exit_code = environment_.exit_code(ended);
  run.stopped = why_stopped(ended.signal);
  ended.report = writer_.report().to_json(run);
  if (!is_refused()) ended.report_unwritten = writer_.write_report(ended.report);
  const auto failed = ledger_.end(run.exit_code, to_line(ended.report));
  if (failed && !ended.report_unwritten && !ended.write_error) ended.report_unwritten = failed;
  return ended;
}

/// Everything between the first document and the last; where it ends early, the writer has the error.
void Run::work() {
  std::optional<Depfile> depfile;
  if (!options_.depfile.empty()) depfile.emplace(pipeline_.files);
  for (const std::string& warning : environment_.warnings)
    warnings_.add(warning);
  for (const std::string& warning : warnings_of(options_, pipeline_))
    warnings_.add(warning);
  auto reading = ledger_.ledger().read();
  if (!reading) return writer_.fail(reading.error());
  const Result<std::int64_t> known_before = count_in_input(**reading);
  if (!known_before) return writer_.fail(known_before.error());
  UpToDateDocuments up_to_date(pipeline_, options_, output_, ledger_, listener_, warnings_,
                               depfile ? &*depfile : nullptr);
  // Listing costs little beside reading; where it does not, the run is over before, or stopped, and ends it.
  std::jthread counting;
  if (listener_.wants_count())
    counting = std::jthread([this](const std::stop_token& stop) {
      if (const auto files = count_input(options_, pipeline_, stop)) listener_.counted(*files);
    });
  DocumentSource source(options_, pipeline_, &**reading, ledger_.pipeline_digests(), up_to_date);
  run_documents(source);
  if (is_refused()) return;
  choose(**reading);
  // Every document that was taken has its outcome now.
  if (source.failure()) writer_.fail(*source.failure());
  up_to_date.add_to(writer_.report());
  writer_.finish();
  if (source.listed_all() && !writer_.error() && source.known_in_input() < *known_before)
    look_for_missing(**reading);
  if (!depfile) return;
  if (const auto failed = depfile->write(options_.depfile)) writer_.fail(*failed);
}

/// The flow itself: every document that is taken ends in the writer. Those that are found to be inside of
/// others are taken through when the ledger has them, level by level.
void Run::run_documents(DocumentSource& source) {
  bool told_all = false;
  const auto next = [&]() -> DocumentPtr {
    ledger_.ledger().wait_for_room();
    DocumentPtr document = source.next(stop_.get_token());
    if (document && refuse()) return nullptr;
    if (!document) {
      if (!std::exchange(told_all, true)) listener_.all_taken();
      return nullptr;
    }
    ++taken_;
    listener_.taken();
    return document;
  };
  do {
    source.take_up(std::exchange(outer_, {}));
    take_through(
        next, [this](Document& document) { end(document); }, stop_.get_token());
    if (const auto failed = ledger_.ledger().flush()) return writer_.fail(*failed);
    fault_point("run.level");
  } while (!outer_.empty() && !stop_.stop_requested());
  source.finish();
}

void Run::take_through(const std::function<DocumentPtr()>& next,
                       const std::function<void(Document&)>& finished, const std::stop_token& stop) {
  const int in_flight = options_.in_flight > 0 ? options_.in_flight : 16 * options_.jobs;
  const FlowOptions flow{options_.jobs, in_flight, pipeline_.settings.duration("document_time"),
                         pipeline_.settings.group("policy").conditions("private")};
  const auto left_stage = [this](const Document& document, std::size_t stage) {
    listener_.left_stage(document, stage, pipeline_);
  };
  run_flow(pipeline_.stages, backend_, {next, finished, left_stage}, flow, stop, &ledger_.stages());
}

/// A document has come through the flow.
void Run::end(Document& document) {
  if (!writer_.error() && ledger_.list_members(document, options_.whole_input()))
    outer_.push_back({document.path, document.file.string(),
                      document.inside ? document.inside->names : std::vector<std::string>(), document.stamp});
  if (put_aside_.keep(document)) return writer_.report().add_work(document);
  writer_.add(document);
  listener_.finished(document, pipeline_);
  backend_.document_ended(document.path);
  if (too_many_failures()) gave_up_ = true;
  if (writer_.error() || gave_up_) stop_.request_stop();
}

/// Takes up what was put aside, stage by stage: a document that comes through one may be put aside by the
/// next.
void Run::choose(LedgerDatabase& ledger) {
  for (const std::size_t position : stages_with_caps(pipeline_.stages)) {
    const std::int64_t allowed = pipeline_.stages[position].stage->cap()->allowed(taken_);
    choose(position, allowed, ledger, stop_.get_token());
    // A run that ends early holds what it can no longer ask about: all that this takes is on the disk.
    const bool can_write = !writer_.error() && !lack();
    if (stop_.stop_requested() && can_write) choose(position, 0, ledger, environment_.hard_stop);
    end_without_choice(position);
  }
}

void Run::choose(std::size_t position, std::int64_t allowed, LedgerDatabase& ledger,
                 const std::stop_token& stop) {
  std::deque<WaitingDocument> waiting = put_aside_.take(position);
  if (waiting.empty()) return;
  fault_point("run.choosing");
  Choice choice(position, std::move(waiting), allowed,
                [&ledger](const std::string& path) { return select_history(ledger, path); });
  const auto next = [&] {
    ledger_.ledger().wait_for_room();
    return choice.next(stop);
  };
  const auto finished = [&](Document& document) {
    if (choice.takes_back(document)) return writer_.report().add_work(document);
    end(document);
  };
  take_through(next, finished, stop);
  if (choice.failure()) writer_.fail(*choice.failure());
  put_aside_.put_back(position, choice.rest());
}

/// What cannot be taken up again ends cancelled: the next run begins where this one stopped.
void Run::end_without_choice(std::size_t position) {
  for (WaitingDocument& waiting : put_aside_.take(position)) {
    const DocumentPtr document = unfinished(std::move(waiting), pipeline_.stages.size());
    writer_.add(*document);
    listener_.finished(*document, pipeline_);
  }
}

/// True if a condition is none, or none can be evaluated: asked before the first document, since a run with
/// nothing to do need not know.
bool Run::refuse() {
  if (!refusal_) refusal_ = refuse_conditions(pipeline_);
  return refusal_->has_value();
}

/// What the run cannot go on without.
std::optional<Error> Run::lack() const {
  if (refusal_ && *refusal_ && !is_refused()) return *refusal_;
  return environment_.why_lacking();
}

/// Documents that the ledger has and the whole input, which was just listed, has not.
void Run::look_for_missing(LedgerDatabase& ledger) {
  auto missing =
      missing_documents(ledger, DocumentSet::in_input, input_options(options_, pipeline_),
                        environment_.hard_stop, [](const std::string&) {});  // The run has warned already.
  if (!missing) return writer_.fail(missing.error());
  writer_.report().set_missing(std::move(*missing));
}

/// Of this run: parked documents come to the report when all that were tried have ended.
bool Run::too_many_failures() const {
  const Report& report = writer_.report();
  return options_.keep_going > 0 && report.standing(Outcome::failed, Standing::fresh) +
                                            report.standing(Outcome::failed, Standing::known) >=
                                        options_.keep_going;
}

std::string Run::why_stopped(int signal) const {
  if (signal == SIGINT) return "SIGINT";
  if (signal == SIGTERM) return "SIGTERM";
  if (signal == SIGHUP) return "SIGHUP";
  if (writer_.error()) return writer_.error()->message;
  if (const auto lacking = lack()) return lacking->message;
  if (gave_up_) return "--keep-going " + std::to_string(options_.keep_going) + ": so many documents failed";
  return environment_.stop.stop_requested() ? "stopped by its caller" : "";
}

RunOutcome Run::outcome() const {
  const Report& report = writer_.report();
  const auto open = [&](Outcome outcome) {
    return report.standing(outcome, Standing::fresh) + report.standing(outcome, Standing::known);
  };
  RunOutcome outcome;
  if (is_refused()) {
    outcome.state = RunOutcome::State::refused;
    outcome.error = *refusal_;
  }
  outcome.signal = environment_.signal();
  outcome.failed = open(Outcome::failed);
  outcome.held = open(Outcome::held);
  outcome.unsure = report.unsure();
  outcome.input_problems = report.input_problems();
  outcome.backend_unavailable = report.backend_unavailable();
  outcome.unavailable = lack();
  outcome.write_error = writer_.error();
  return outcome;
}

RunOutcome not_begun(RunOutcome::State state, const Error& error, const RunEnvironment& environment) {
  RunOutcome outcome;
  outcome.state = state;
  outcome.error = error;
  outcome.signal = environment.signal();
  return outcome;
}

/// The output is this pipeline's, and what would be replaced in it is docket's.
std::optional<Error> check_output(const Pipeline& pipeline, const Output& output, Ledger& ledger) {
  auto reading = ledger.read();
  if (!reading) return reading.error();
  if (auto error = check_owner(**reading, pipeline)) return error;
  const Result<std::optional<LedgerRun>> last = select_last_run(**reading);
  if (!last) return last.error();
  return check_shared_files(output, last->has_value());
}

/// The output, when it is free; else says why not.
std::variant<std::unique_ptr<Output>, Output::Failure> open_output(const RunOptions& options,
                                                                   const Pipeline& pipeline,
                                                                   const std::stop_token& stop,
                                                                   RunListener& listener) {
  const std::filesystem::path& folder = pipeline.output_dir;
  if (!options.wait) return Output::open(folder, pipeline.output_mode);
  return Output::open_when_free(
      folder, stop, [&](const LockHolder& holder) { listener.waiting(holder, folder); },
      pipeline.output_mode);
}

}  // namespace

RunOutcome run_pipeline(Pipeline& pipeline, const RunOptions& options, const RunEnvironment& environment,
                        RunListener& listener) {
  using State = RunOutcome::State;
  if (const auto error = apply(options, pipeline)) return not_begun(State::refused, *error, environment);
  if (const auto error = check_overlap(input_options(options, pipeline)))
    return not_begun(State::refused, *error, environment);
  if (const auto error = mistyped(options, pipeline, environment.stop))
    return not_begun(State::refused, *error, environment);
  auto opened = open_output(options, pipeline, environment.stop, listener);
  if (const auto* failure = std::get_if<Output::Failure>(&opened)) {
    const State state = environment.stop.stop_requested() ? State::stopped
                        : failure->held_by_another        ? State::locked
                                                          : State::refused;
    Error error = failure->error;
    if (state == State::locked) error.message += "; `--wait` waits for its end";
    return not_begun(state, error, environment);
  }
  const Output& output = *std::get<std::unique_ptr<Output>>(opened);
  auto ledger = RunLedger::open(pipeline, options, environment.find_models(pipeline));
  if (!ledger) return not_begun(State::refused, ledger.error(), environment);
  if (const auto error = check_output(pipeline, output, (*ledger)->ledger()))
    return not_begun(State::refused, *error, environment);
  adopt_mode(output);
  std::stop_source stop;
  const std::stop_callback forward(environment.stop, [&stop] { stop.request_stop(); });
  // What could not be kept is not to be paid for.
  (*ledger)->ledger().when_failed([stop]() mutable { stop.request_stop(); });
  Warnings warnings([&](const std::string& warning) { listener.warned(warning); });
  Warnings backend_warnings([&](const std::string& warning) { listener.backend_warned(warning); });
  WarmUps warm_ups([&](const WarmUp& model) { listener.warmed(model); });
  const auto backend =
      environment.make_backend(pipeline, (*ledger)->ledger(), (*ledger)->models(), stop.get_token(),
                               {[&](const std::string& warning) { backend_warnings.add(warning); },
                                [&](const WarmUp& model) { warm_ups.add(model); }});
  if (!backend) return not_begun(State::refused, backend.error(), environment);
  return Run(pipeline, options, environment, listener, output, **ledger, **backend, warnings,
             backend_warnings, warm_ups, stop)
      .run();
}

}  // namespace docket
