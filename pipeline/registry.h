#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "pipeline/field.h"
#include "pipeline/settings.h"
#include "pipeline/stage.h"
#include "pipeline/support/result.h"

namespace docket {

struct Pipeline;
struct BackendConfig;
struct StageConfig;

/// What a stage type declares of itself: one row of the table in stages/.
struct StageType {
  std::string_view name;     ///< As in the file: `structured-extract`.
  std::string_view summary;  ///< One line.
  int version;  ///< Raised when the same input may give another output: earlier results are stale.
  std::span<const Field> fields;  ///< Beside `id`, `when` and `after`, which every stage has.
  bool reads_text;                ///< Needs an extract stage before it.
  bool decides_on_reasons;  ///< Runs even when no `when` holds, and looks at Turn::reasons itself (escalate).
  /// `plan` is complete but for its stages' objects; what is wrong beyond the table is an Error (config).
  Result<std::unique_ptr<Stage>> (*make)(const StageConfig& stage, const Pipeline& pipeline);
  bool provides_text = false;  ///< Sets the document's text; one stage of a pipeline at most.
  /// Looks at Turn::record or Turn::reasons, so that its result depends on what earlier stages found. Not: it
  /// depends on the text, or the file, alone.
  bool reads_record = true;
  /// A setting with which it does so all the same: a prompt of the user's own. Empty: there is none.
  std::string_view reads_record_with = {};
};

/// What a backend type declares of itself: one row of the table in backends/.
struct BackendType {
  std::string_view name;  ///< As in the file: `builtin`, `ollama`, `openai`, `anthropic`.
  std::string_view summary;
  std::span<const Field> fields;  ///< Beside `type`.
  /// A model behind a server: it answers a Prompt. Not: the rules tier, which answers other questions.
  bool answers_prompts = false;
};

/// All that a pipeline file may name. Passed in by cli, since pipeline/ knows no stage and no backend.
struct Registry {
  std::span<const StageType> stages;
  std::span<const BackendType> backends;
};

}  // namespace docket
