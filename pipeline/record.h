#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/complexity.h"
#include "pipeline/document.h"

namespace docket {

struct StageConfig;

/// How a document ended. Every document of a run has exactly one of these.
enum class Outcome { done, failed, held, cancelled };
std::string_view name(Outcome outcome);

/// failed if a stage failed or the files could not be written; else cancelled if a stage that the run asks
/// for was not reached; else held if a stage holds it; else done.
Outcome outcome(const Document& document);

/// The first stage, in the order of the plan, that failed; null: none did.
const StageResult* failed_stage(const Document& document);
/// Why it failed: the error of that stage, or of writing its files; null: it did not.
const Error* error_of(const Document& document);

/// Positions of all stages that come before `position` in the graph, directly or not.
std::vector<std::size_t> all_before(std::span<const StageConfig> stages, std::size_t position);

/// What a stage may read: `document`, one member for each of the stages `before` that has an output, and the
/// `complexity` that these make.
nlohmann::json record_before(const Document& document, std::span<const StageConfig> stages,
                             std::span<const std::size_t> before, const ComplexityRule& rule = {});

/// The `complexity` of that; null: nothing before tells.
nlohmann::json complexity_before(const Document& document, std::span<const StageConfig> stages,
                                 std::span<const std::size_t> before, const ComplexityRule& rule);

/// The record as it is written for the user: docs/record.schema.json.
nlohmann::ordered_json record(const Document& document, std::span<const StageConfig> stages,
                              const ComplexityRule& rule = {});

/// The answer of each stage that has one, as the record shows it: where a later stage's takes its place,
/// that.
using Answers = std::map<std::string, const nlohmann::json*>;
Answers answers_of(const Document& document, std::span<const StageConfig> stages);
/// What the last stage that looks for a label has found; none: no label fits, or none was looked for.
std::optional<std::string> label_of(const Document& document, std::span<const StageConfig> stages);

/// What a document that is done says of its answers, by stage: whether the answer is accepted, or the grade
/// of its text, where the output says so. Null for a document that is not done: that is told already.
nlohmann::json verdicts_of(const Document& document, std::span<const StageConfig> stages);

/// Why a document with such verdicts is still to be looked at: `no_text` or `poor_text`, where no stage found
/// a better one; `unsure`: an answer is not accepted.
std::vector<std::string> doubts_of(const nlohmann::json& verdicts);

/// The verdicts on the answers of one stage, added up.
struct VerdictCounts {
  std::int64_t answers = 0, not_accepted = 0;
  std::map<std::string, std::int64_t> grades;  ///< Of texts.
  void add(const nlohmann::json& verdict, std::int64_t documents);
};

/// The members of a `usage` object; `cost_usd` is null when the price of a call is unknown.
nlohmann::ordered_json to_json(const Usage& usage);

/// JSON on one line; bytes that are not UTF-8 become U+FFFD. A number is the shortest that reads back the
/// same.
std::string to_line(const nlohmann::ordered_json& value);
/// The same, indented by two blanks and ended by a newline.
std::string to_pretty(const nlohmann::ordered_json& value);

}  // namespace docket
