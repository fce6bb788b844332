#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/field.h"
#include "pipeline/location.h"
#include "pipeline/price.h"
#include "pipeline/settings.h"
#include "pipeline/stage.h"
#include "pipeline/support/result.h"

namespace docket {

class ConditionEngine;
struct Pipeline;
struct StageConfig;

/// Known to backends/ only; here they are passed on.
namespace backends {
class Protocol;
struct Target;
}  // namespace backends

/// Known to stages/ only.
namespace stages {
class ExcerptStage;
struct Claim;
}  // namespace stages

/// What a stage's result depends on, beside its settings.
struct StageReads {
  bool file = false;    ///< The document's file.
  bool text = false;    ///< Its text: a stage before provides it.
  bool record = false;  ///< What earlier stages found: Turn::record or Turn::reasons.
  bool source = false;  ///< Of that only what the stage found that provides the text.
};

/// `$id` of a schema that users wrote, in StageType::output: values should be so, and may be otherwise.
inline constexpr std::string_view users_schema = "of the pipeline";

/// A reason not to trust what a stage found.
struct Doubt {
  std::string_view kind;  ///< As settings name it: `low_confidence`.
  std::string about;      ///< The stage, field or check. Empty: the document.
};

/// How other backends look again at a question that a stage has answered. On the first turn
/// StageResult::output holds the answer so far; on the last one it is joined to theirs. Null pointers: they
/// cannot.
struct Redo {
  using Make = Result<std::unique_ptr<stages::ExcerptStage>>(const StageConfig& stage,
                                                             const Pipeline& pipeline,
                                                             const std::vector<std::string>& backends);
  /// They answer it, with the settings of `stage`.
  Make* make = nullptr;
  /// They are shown the answer, and confirm or correct it field by field; `asker`: the settings of whoever
  /// has them do so, with `review_prompt`.
  Result<std::unique_ptr<stages::ExcerptStage>> (*review)(const StageConfig& stage, const Pipeline& pipeline,
                                                          const std::string& backend,
                                                          const Settings& asker) = nullptr;
  /// What an output rests on, field by field. It may be null: there is none.
  std::vector<stages::Claim> (*claims)(const Settings& settings, const nlohmann::json& output) = nullptr;
  /// What the record still shows of an output that another has replaced.
  nlohmann::json (*summary)(const nlohmann::json& output) = nullptr;
  /// The values of `before` that `after` has others for: `{field: {value, confidence, tier, …}}`.
  nlohmann::json (*superseded)(const nlohmann::json& before, const nlohmann::json& after) = nullptr;
};

/// What a stage type declares of itself: one row of the table in stages/.
struct StageType {
  std::string_view name;     ///< As in the file: `structured-extract`.
  std::string_view summary;  ///< One line.
  int version;  ///< Raised when the same input may give another output: earlier results are stale.
  std::span<const Field> fields;  ///< Beside `id`, `when` and `after`, which every stage has.
  StageReads (*reads)(const Settings& settings);
  /// `pipeline` is complete but for its stages' objects; what is wrong beyond the table is an Error (config).
  Result<std::unique_ptr<Stage>> (*make)(const StageConfig& stage, const Pipeline& pipeline);
  /// What is probably wrong with settings that are valid, in words; null: nothing ever.
  std::vector<std::string> (*warnings)(const StageConfig& stage, const Pipeline& pipeline) = nullptr;
  bool provides_text = false;       ///< Sets the document's text; one stage of a pipeline at most.
  bool shows_places = false;        ///< Its answers say where on the pages they stand.
  bool decides_on_reasons = false;  ///< Runs even when no `when` holds, and looks at Turn::reasons itself.
  Redo redo = {};
  /// What an output of this type says against itself; `stage`: the id. Null: nothing ever.
  std::vector<Doubt> (*doubts)(const std::string& stage, const nlohmann::json& output) = nullptr;
  /// JSON Schema of an output with such settings, by which conditions are checked. Null: it may be anything.
  nlohmann::json (*output)(const Settings& settings) = nullptr;
  /// The same of what the conditions among its own settings are about. They are checks: they answer yes or
  /// no.
  nlohmann::json (*checked)(const Settings& settings) = nullptr;
  /// What of this machine its answers depend on, such as the version of a program's data: other, and earlier
  /// results are stale. Null: on nothing.
  nlohmann::json (*machine)(const Settings& settings) = nullptr;
  /// What other tools and people call it, between blanks: for who writes it so.
  std::string_view also_called = {};
};

/// What is wrong with a setting that its table allows.
struct SettingProblem {
  std::string setting = {};  ///< `price.input`; empty: the backend as a whole.
  std::string message;
};

/// What a backend type declares of itself: one row of the table in backends/. Null pointers: see the
/// functions of the same names that take a BackendConfig.
struct BackendType {
  std::string_view name;  ///< As `type` in the file names it.
  std::string_view summary;
  std::span<const Field> fields;  ///< Beside `type`.
  /// How to speak to its servers. Null: there is no server, and it answers other questions than a Prompt.
  std::unique_ptr<backends::Protocol> (*protocol)(backends::Target target) = nullptr;
  Location (*location)(const Settings& settings) = nullptr;
  std::optional<Price> (*price)(const Settings& settings) = nullptr;
  std::optional<SettingProblem> (*problem)(const Settings& settings) = nullptr;
  /// What is probably wrong with settings that are valid, in words; null: nothing ever.
  std::vector<std::string> (*warnings)(const Settings& settings) = nullptr;
  /// Tells servers and their models apart: the same list, the same model. Null: there is no server.
  nlohmann::json (*server)(const Settings& settings) = nullptr;

  /// It is asked what is in a file, and nothing else.
  bool reads_files = false;

  bool answers_prompts() const { return protocol != nullptr; }
  /// What other tools and people call it, between blanks: for who writes it so.
  std::string_view also_called = {};
};

/// All that a pipeline file may name. Passed in by cli, since pipeline/ knows no stage and no backend.
struct Registry {
  std::span<const StageType> stages;
  std::span<const BackendType> backends;
  std::unique_ptr<ConditionEngine> (*conditions)() = nullptr;  ///< Null: none can be evaluated.
};

}  // namespace docket
