#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/kind.h"
#include "pipeline/settings.h"
#include "pipeline/stage.h"

namespace docket {

/// One mistake in a pipeline file, or in a file that it names. Prints as `file:line:column: message`.
struct Complaint {
  std::string file;
  int line = 0;    ///< From 1; 0: the whole file.
  int column = 0;  ///< From 1.
  std::string message;
};
std::string to_string(const Complaint& complaint);

struct BackendPlan {
  std::string name;
  const BackendKind* kind = nullptr;
  Settings settings;
  int line = 0, column = 0;
};

struct StagePlan {
  std::string id;  ///< Also the stage's member in the record.
  const StageKind* kind = nullptr;
  Settings settings;
  std::vector<std::size_t> after;  ///< Positions in Plan::stages, all smaller than this one's. Empty: first.
  std::vector<NamedCondition> when;  ///< Empty: always.
  std::unique_ptr<Stage> stage;
  int line = 0, column = 0;
};

/// A pipeline file, resolved and valid. Owned by the run, const from then on.
struct Plan {
  std::filesystem::path file;       ///< Absolute.
  std::filesystem::path directory;  ///< Of the file: what its relative paths start from.
  std::string name;
  std::vector<std::string> inputs;   ///< Files, folders, globs; relative to `directory`.
  std::filesystem::path output_dir;  ///< Absolute.
  std::vector<BackendPlan> backends;
  std::vector<StagePlan> stages;  ///< Sorted so that each stands after all that it waits for.
  Settings settings;              ///< The top level: budget, policy.
  /// The pipeline file and every file whose content is part of it, absolute; files with secrets are not.
  std::vector<std::filesystem::path> files;

  const BackendPlan* backend(std::string_view name) const;
  const StagePlan* stage(std::string_view id) const;
};

/// True if a setting of the stage names the backend.
bool names_backend(const StagePlan& stage, std::string_view backend);

/// The plan, or everything that is wrong with the file, in order of line and column.
struct PlanOrComplaints {
  std::optional<Plan> plan;
  std::vector<Complaint> complaints;
};

/// Reads and validates a pipeline file. `overrides` are the `key=value` of `--set`: a dotted path into the
/// file
/// (`output.dir=x`, `backends.local.url=…`, `stages.classify.accept=0.9`: stages by id), the value as YAML.
PlanOrComplaints read_plan(const std::filesystem::path& file, const Catalog& catalog,
                           const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// The JSON Schema (draft 7) of the pipeline file, made from the same tables that `read_plan` checks with.
nlohmann::json plan_schema(const Catalog& catalog);

}  // namespace docket
