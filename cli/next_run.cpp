#include "cli/next_run.h"

#include <filesystem>
#include <utility>

#include "cli/terminal/table.h"
#include "pipeline/run/dry_run.h"
#include "pipeline/run/find_document.h"

namespace docket {
namespace {

/// Learns it of the one document that it is told of.
class NextRunListener final : public DryRunListener {
 public:
  explicit NextRunListener(std::string path) : path_(std::move(path)) {}
  void spared(const std::string& path, Rebuild::What why) override {
    if (path != path_) return;
    next_.what = why == Rebuild::What::parked ? NextRun::What::parked : NextRun::What::up_to_date;
  }
  void looked_at(const Document& document, const std::vector<StageDecision>& stages,
                 const Pipeline& pipeline) override {
    if (document.path != path_) return;
    next_ = {NextRun::What::works, document.why, {}};
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const bool fails = stages[i].what == StageDecision::What::fails;
      if (fails || stages[i].what == StageDecision::What::runs)
        next_.stages.push_back({pipeline.stages[i].id, fails, stages[i].why});
    }
  }
  const NextRun& next() const { return next_; }

 private:
  const std::string path_;
  NextRun next_;
};

}  // namespace

NextRun next_run(Pipeline pipeline, const std::string& path, const std::string& outermost) {
  const std::filesystem::path file = file_of(outermost, pipeline.directory);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {NextRun::What::gone, "", {}};
  RunOptions options;
  options.inputs = {file.string()};
  if (path != outermost) options.only = {file.string() + path.substr(outermost.size())};
  NextRunListener listener(path);
  const Result<Forecast> forecast = dry_run(std::move(pipeline), options, listener);
  if (!forecast) return {NextRun::What::unknown, forecast.error().message, {}};
  return listener.next();
}

std::string words_of(const NextRun& next, bool is_forgotten) {
  std::string text;
  switch (next.what) {
    case NextRun::What::up_to_date:
      return "\nnow: up to date\n";
    case NextRun::What::parked:
      return "\nnow: parked: not tried again without --retry-parked\n";
    case NextRun::What::gone:
      return std::string("\nnow: the file is gone") +
             (is_forgotten ? ": `docket clean --missing` forgets it" : "") + "\n";
    case NextRun::What::unknown:
      return next.why.empty() ? "" : "\nnow: " + next.why + "\n";
    case NextRun::What::works:
      break;
  }
  // A failure of before stands above, with all that it says.
  text = "\n" + within_columns("now: a run would process it: " + next.why, screen_columns) + "\n";
  for (const NextRun::Stage& stage : next.stages)
    text += "  " + stage.id + (stage.fails ? " would fail: " : " would run: ") + stage.why + "\n";
  return text;
}

nlohmann::ordered_json to_json(const NextRun& next) {
  constexpr const char* names[] = {"up_to_date", "parked", "works", "gone", "unknown"};
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  for (const NextRun::Stage& stage : next.stages)
    stages.push_back({{"id", stage.id}, {"fails", stage.fails}, {"why", stage.why}});
  return {
      {"what", names[static_cast<std::size_t>(next.what)]}, {"why", next.why}, {"stages", std::move(stages)}};
}

}  // namespace docket
