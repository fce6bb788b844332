#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "pipeline/answer_store.h"
#include "pipeline/backend.h"
#include "pipeline/document.h"
#include "pipeline/ledger/up_to_date.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/run_lock.h"
#include "pipeline/run/run_options.h"
#include "pipeline/warm_up.h"

namespace docket {

/// How a run ended: all that its exit code is made of.
struct RunOutcome {
  enum class State {
    ran,      ///< Every document that was taken has an outcome.
    refused,  ///< Nothing was run, as `error` says.
    locked,   ///< Nothing was run: another run holds the output.
    stopped,  ///< Nothing was run: the stop was requested before the output was free.
  };
  State state = State::ran;
  std::optional<Error> error;             ///< Of a run that did not begin.
  int signal = 0;                         ///< What RunEnvironment::signal gave.
  std::int64_t failed = 0;                ///< Documents that nobody has acknowledged, parked ones too.
  std::int64_t held = 0;                  ///< Likewise, also those that were up to date.
  std::int64_t unsure = 0;                ///< Documents that are done with an answer that is not accepted.
  std::int64_t input_problems = 0;        ///< Not all of the input could be listed, or there was none.
  bool backend_unavailable = false;       ///< A document failed for want of a backend.
  std::optional<Error> unavailable;       ///< What the run stopped for want of: RunEnvironment::lacking, jq.
  std::optional<Error> write_error;       ///< The run was stopped there; what is written is whole.
  std::optional<Error> report_unwritten;  ///< The report, or the last rows of the ledger.
  nlohmann::ordered_json report;          ///< docs/report.schema.json; null if nothing was run.
};

/// What a run needs of the program around it. pipeline/ knows no backend, no signal and no exit code.
struct RunEnvironment {
  /// Told by any thread what people should know of a backend; outlives it.
  struct Told {
    std::function<void(const std::string& warning)> warn;
    std::function<void(const WarmUp&)> warmed;
  };
  /// Makes what answers the requests. `answers` and `pipeline` outlive it; answers of models other than
  /// `models` are not to be reused. Once `stop` is requested, by a signal or because the run ends early, it
  /// asks no model any more. The Error refuses the run.
  std::function<Result<std::unique_ptr<Backend>>(const Pipeline& pipeline, AnswerStore& answers,
                                                 const ModelDigests& models, const std::stop_token& stop,
                                                 const Told& told)>
      make_backend;
  /// Asks the servers which models they have.
  std::function<ModelDigests(const Pipeline& pipeline)> find_models;
  /// Requested when the run cannot go on for want of what `why_lacking` says: it stops as for `stop`.
  std::stop_token lacking;
  std::function<std::optional<Error>()> why_lacking = [] { return std::nullopt; };
  std::stop_token stop;                            ///< No document is taken and no stage begun any more.
  std::stop_token hard_stop;                       ///< Nothing is waited for any more.
  std::function<int()> signal = [] { return 0; };  ///< That requested `stop`; 0: none has.
  /// The exit code that report and ledger give for such an outcome.
  std::function<int(const RunOutcome&)> exit_code = [](const RunOutcome&) { return 0; };
  std::string version;                ///< Of docket.
  std::vector<std::string> warnings;  ///< What this machine lacks: told to the listener, and in the report.
};

/// Is told how a run gets on, by several threads, never after the run has returned.
class RunListener {
 public:
  virtual ~RunListener() = default;
  /// Another run holds the output; this one waits for it.
  virtual void waiting(const LockHolder& /*holder*/, const std::filesystem::path& /*output*/) {}
  /// The output is ours, and documents are about to be listed. `run`: its id.
  virtual void begun(const std::string& /*run*/) {}
  virtual void warned(const std::string& /*warning*/) {}
  /// By a backend: perhaps with the words of a server.
  virtual void backend_warned(const std::string& /*warning*/) {}
  virtual void warmed(const WarmUp& /*model*/) {}
  virtual void input_problem(const std::string& /*problem*/) {}  ///< See Inputs; the rest is run.
  virtual void left_out(const std::string& /*file*/) {}          ///< Of the input: see LeftOut.
  /// Whether it wants to be told by `counted`, early on, how many files the input names.
  virtual bool wants_count() const { return false; }
  virtual void counted(std::int64_t /*files*/) {}
  virtual void taken() {}      ///< A document goes through the stages.
  virtual void all_taken() {}  ///< The last one does.
  /// The document need not be worked on. `verdicts`: of its answers, for `doubts_of`, as JSON; empty: none.
  virtual void spared(const std::string& /*path*/, Rebuild::What /*why*/, std::string_view /*verdicts*/) {}
  /// A stage has done with the document, ran it or not; what that took is in its result there.
  virtual void left_stage(const Document& /*document*/, std::size_t /*stage*/, const Pipeline& /*pipeline*/) {
  }
  virtual void finished(const Document& /*document*/, const Pipeline& /*pipeline*/) {}
};

/// Runs documents through the pipeline, which gets what `options` change in it, and writes records, report
/// and ledger to its output folder. Prints nothing. Throws only what is a bug.
RunOutcome run_pipeline(Pipeline& pipeline, const RunOptions& options, const RunEnvironment& environment,
                        RunListener& listener);

}  // namespace docket
