#include "pipeline/run/run_options.h"

#include <algorithm>
#include <utility>

#include "pipeline/record.h"

namespace docket {
namespace {

/// Keeps the stage at `position` and those before it.
void cut_after(Pipeline& pipeline, std::size_t position) {
  std::vector<std::size_t> kept = all_before(pipeline.stages, position);
  kept.push_back(position);
  std::vector<StageConfig> stages;
  for (const std::size_t i : kept) {
    StageConfig stage = std::move(pipeline.stages[i]);
    for (std::size_t& earlier : stage.after) {
      earlier = static_cast<std::size_t>(std::ranges::find(kept, earlier) - kept.begin());
    }
    stages.push_back(std::move(stage));
  }
  pipeline.stages = std::move(stages);
}

}  // namespace

std::vector<PathPatterns> patterns_of(const std::vector<std::string>& only, const Pipeline& pipeline) {
  std::vector<std::filesystem::path> folders = {pipeline.directory};
  if (std::filesystem::current_path() != pipeline.directory)
    folders.push_back(std::filesystem::current_path());
  std::vector<PathPatterns> all;
  for (const std::filesystem::path& folder : folders) {
    PathPatterns& patterns = all.emplace_back(folder, PathPatterns::Use::choose, pipeline.letters);
    for (const std::string& text : only)
      patterns.add(text);  // `apply` has said what is wrong with it.
  }
  return all;
}

std::optional<Error> apply(const RunOptions& options, Pipeline& pipeline) {
  if (!options.until.empty()) {
    const StageConfig* last = pipeline.stage(options.until);
    if (last == nullptr)
      return Error{ErrorClass::config, "--until " + options.until + ": the pipeline has no such stage"};
    cut_after(pipeline, static_cast<std::size_t>(last - pipeline.stages.data()));
  }
  for (const std::string& text : options.only) {
    PathPatterns patterns(std::filesystem::current_path(), PathPatterns::Use::choose, pipeline.letters);
    if (const auto problem = patterns.add(text))
      return Error{ErrorClass::config, "--only '" + text + "': " + *problem};
  }
  if (options.inputs.empty() && pipeline.inputs.empty())
    return Error{ErrorClass::config,
                 "nothing to run: name files on the command line, or `input: {paths: […]}` in the pipeline"};
  return std::nullopt;
}

}  // namespace docket
