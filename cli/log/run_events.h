#pragma once
#include <filesystem>
#include <string>

#include "pipeline/run/run.h"

namespace docket {

class RunLog;

/// Writes to the log what a run is told of: docs/logs.md has all events.
class RunEvents : public RunListener {
 public:
  /// `log`, which gets to know the run's id: null if there is none. Outlives it.
  explicit RunEvents(RunLog* log) : log_(log) {}

  void waiting(const LockHolder& holder, const std::filesystem::path& output) override;
  void begun(const std::string& run) override;
  void warned(const std::string& warning) override;
  void backend_warned(const std::string& warning) override;
  void warmed(const WarmUp& model) override;
  void input_problem(const std::string& problem) override;
  void left_out(const std::string& file) override;
  void spared(const std::string& path, Rebuild::What why, std::string_view verdicts) override;
  void left_stage(const Document& document, std::size_t stage, const Pipeline& pipeline) override;
  void finished(const Document& document, const Pipeline& pipeline) override;

 private:
  RunLog* const log_;
};

/// Why a run does not begin.
void log_refusal(const std::string& message, int exit_code);
/// How the run ended, or why it did not begin.
void log_outcome(const RunOutcome& outcome, int exit_code);

}  // namespace docket
