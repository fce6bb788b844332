#include "pipeline/run/run_options.h"

#include <algorithm>
#include <vector>

#include "pipeline/config/checks.h"
#include "pipeline/record.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

/// All but the stage at `position` and those before it.
void leave_out_after(Pipeline& pipeline, std::size_t position) {
  const std::vector<std::size_t> before = all_before(pipeline.stages, position);
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i)
    pipeline.stages[i].left_out = i != position && std::ranges::find(before, i) == before.end();
}

/// As with a budget in the file.
std::optional<Error> refuse_max_cost(const Pipeline& pipeline) {
  std::string message;
  for (const BackendConfig* backend : without_price(pipeline))
    message += (message.empty() ? "--max-cost: " : "\n") + pipeline.file.string() + ":" +
               std::to_string(backend->line) + ":" + std::to_string(backend->column) + ": backends." +
               backend->name + ": " + std::string(needs_price);
  if (message.empty()) return std::nullopt;
  return Error{ErrorClass::config, std::move(message)};
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

std::vector<std::string> warnings_of(const RunOptions& options, const Pipeline& pipeline) {
  if (!options.max_cost || has_budget(pipeline)) return {};
  std::vector<std::string> warnings;
  for (const BackendConfig* backend : with_unknown_price(pipeline))
    warnings.push_back("--max-cost: backend '" + backend->name + "' " + std::string(counts_as_nothing));
  return warnings;
}

std::optional<Error> apply(const RunOptions& options, Pipeline& pipeline) {
  if (!options.until.empty()) {
    const StageConfig* last = pipeline.stage(options.until);
    if (last == nullptr) {
      std::vector<std::string_view> ids;
      for (const StageConfig& stage : pipeline.stages)
        ids.push_back(stage.id);
      return Error{ErrorClass::config, "--until " + options.until + ": the pipeline has no such stage" +
                                           did_you_mean(options.until, ids)};
    }
    leave_out_after(pipeline, static_cast<std::size_t>(last - pipeline.stages.data()));
  }
  for (const std::string& text : options.only) {
    PathPatterns patterns(std::filesystem::current_path(), PathPatterns::Use::choose, pipeline.letters);
    if (const auto problem = patterns.add(text))
      return Error{ErrorClass::config, "--only '" + text + "': " + *problem};
  }
  if (options.max_cost)
    if (auto error = refuse_max_cost(pipeline)) return error;
  if (options.inputs.empty() && pipeline.inputs.empty())
    return Error{ErrorClass::config,
                 "nothing to run: name files on the command line, or `input: {paths: […]}` in the pipeline"};
  return std::nullopt;
}

}  // namespace docket
