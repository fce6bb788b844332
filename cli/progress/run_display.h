#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/log/run_events.h"
#include "cli/progress/progress.h"
#include "pipeline/activity.h"

namespace docket {

class Signals;

struct RunDisplayOptions {
  Progress::Mode progress = Progress::Mode::automatic;
  bool is_verbose = false;         ///< Tell of each document.
  bool is_silent = false;          ///< Nothing but errors and warnings.
  bool has_log_on_stderr = false;  ///< Which says all that people else are told.
  std::chrono::milliseconds grace{0};
};

/// Why documents are held, or done and unsure, by path: of the first ones, and more than a summary names.
using WhyHeld = std::map<std::string, std::string>;

/// Shows people on stderr how a run gets on, and writes the log.
class RunDisplay final : public RunEvents {
 public:
  /// All outlive it; `log` may be null. `why_held` is filled, unless the run is silent.
  RunDisplay(const RunDisplayOptions& options, Signals& signals, std::size_t stages, const Activity& activity,
             RunLog* log, WhyHeld& why_held);

  void waiting(const LockHolder& holder, const std::filesystem::path& output) override;
  void begun(const std::string& run) override;
  void warned(const std::string& warning) override;
  void backend_warned(const std::string& warning) override;
  void warmed(const WarmUp& model) override;
  void input_problem(const std::string& problem) override;
  void left_out(const std::string& file) override;
  bool wants_count() const override { return progress_->is_shown(); }
  void counted(std::int64_t files) override { progress_->counted(files); }
  void taken() override { progress_->taken(); }
  void all_taken() override { progress_->all_taken(); }
  void spared(const std::string& path, Rebuild::What why, std::string_view verdicts) override;
  void left_stage(const Document& document, std::size_t stage, const Pipeline& pipeline) override;
  void finished(const Document& document, const Pipeline& pipeline) override;

 private:
  void explain(const Document& document, const Pipeline& pipeline);
  void say(const std::string& line);

  const RunDisplayOptions options_;
  Signals& signals_;
  const std::size_t stages_;
  const Activity& activity_;
  WhyHeld& why_held_;
  std::int64_t held_explained_ = 0, unsure_explained_ = 0;
  std::optional<Progress> progress_;
  std::optional<std::stop_callback<std::function<void()>>> told_;  ///< Last: uses the progress.
};

}  // namespace docket
