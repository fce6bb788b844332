#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/complexity.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/registry.h"
#include "pipeline/settings.h"
#include "pipeline/stage.h"
#include "pipeline/support/file_mode.h"
#include "pipeline/support/unicode_form.h"

namespace docket {

struct BackendConfig {
  std::string name;
  const BackendType* type = nullptr;
  Settings settings;
  int line = 0, column = 0;
};

struct StageConfig {
  std::string id;  ///< Also the stage's member in the record.
  const StageType* type = nullptr;
  Settings settings;
  std::vector<std::size_t>
      after;  ///< Positions in Pipeline::stages, all smaller than this one's. Empty: first.
  std::vector<NamedCondition> when;  ///< Empty: always.
  std::unique_ptr<Stage> stage;
  std::optional<std::int64_t> budget;  ///< Nano-dollars that it may spend in one run; none: no limit.
  bool left_out = false;  ///< The run does not ask for it (--until): it takes a known result, or none.
  int line = 0, column = 0;
};

/// Where a condition stands.
struct ConditionPlace {
  std::shared_ptr<const Condition> condition;
  /// `file:line:column` of a byte of the expression, or the `--set`.
  std::function<std::string(std::size_t at)> place_at;
  std::string setting;  ///< `stages.classify.when`
};

/// A pipeline file, resolved and valid. Owned by the run, const from then on.
struct Pipeline {
  std::filesystem::path file;       ///< Absolute.
  std::filesystem::path directory;  ///< Of the file: what its relative paths start from.
  std::string name;
  std::vector<std::string> inputs;           ///< Files, folders, globs; relative to `directory`.
  std::vector<std::string> input_exclude;    ///< Globs of what is left out, relative to `directory`.
  bool input_may_be_empty = false;           ///< A run without a single file is as it should be.
  LetterCase letters = LetterCase::ignored;  ///< In names of inputs, `--only` and conditions.
  std::filesystem::path output_dir;          ///< Absolute.
  std::optional<FileMode> output_mode;       ///< Of all files in it; none: as the umask has it.
  bool writes_words = false;                 ///< Of documents that have word boxes.
  std::vector<BackendConfig> backends;
  std::vector<StageConfig> stages;  ///< Sorted so that each stands after all that it waits for.
  Settings settings;                ///< The top level: budget, policy.
  ComplexityRule complexity;
  /// The pipeline file and every file whose content is part of it, absolute; files with secrets are not.
  std::vector<std::filesystem::path> files;
  std::shared_ptr<ConditionSet> conditions;      ///< All but globs.
  std::vector<ConditionPlace> condition_places;  ///< Of these, in their order.
  std::vector<std::string> warnings;             ///< What is probably wrong: `file:line:column: …`.

  const BackendConfig* backend(std::string_view name) const;
  const StageConfig* stage(std::string_view id) const;
};

/// Where its model runs. That of a type which does not say, and answers prompts, is the cloud.
Location location_of(const BackendConfig& backend);
/// The cloud may answer in its place: it is there, or its settings name a backend (`fallback`) that reaches
/// it.
bool reaches_cloud(const BackendConfig& backend, const Pipeline& pipeline);
/// Where its servers are, if another backend of the pipeline has the same type and model elsewhere: the same
/// name is then no sign of the same model. Empty: none has.
std::string place_apart(const BackendConfig& backend, const Pipeline& pipeline);
/// What its calls cost; none: nobody says.
std::optional<Price> price_of(const BackendConfig& backend);
/// The pipeline says so (`price: unknown-ok`): its calls are made although nobody knows what they cost.
bool price_may_be_unknown(const BackendConfig& backend);
/// Why it may not be used as the pipeline has it.
std::optional<SettingProblem> problem_of(const BackendConfig& backend);
/// What is probably wrong with it, in words.
std::vector<std::string> warnings_of(const BackendConfig& backend);

StageReads reads_of(const StageConfig& stage);

/// The backends that settings with such a table name, groups within them included, in the table's order; each
/// once.
std::vector<std::string> named_backends(std::span<const Field> fields, const Settings& settings);

/// True if a setting of the stage names the backend.
bool names_backend(const StageConfig& stage, std::string_view backend);

}  // namespace docket
