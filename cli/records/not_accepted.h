#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket {

/// The stage's setting `accept`; nothing: it has none.
std::optional<double> accept_of(const Pipeline& pipeline, const std::string& stage);

/// What a stage's output says of how far it can be trusted, one line each: the grade of the text; the label;
/// the fields that are accepted; those that are not, and why; problems. For people.
std::string findings_of(const nlohmann::json& output, std::optional<double> accept);

/// A field, or a label, that is not accepted.
struct WeakAnswer {
  std::string stage;
  std::string field;  ///< Empty: the stage's label.
  nlohmann::json value;
  double confidence = 0;
  std::optional<double> accept;  ///< The least confidence that the stage accepts.
  std::vector<std::string> why;  ///< What speaks against it, the heaviest first.
  /// The stage's whole answer is not accepted for it. Not so an optional field that is only doubtful, or not
  /// there.
  bool is_decisive = false;
};
/// All of a record: those that decide first, then those with a value, then what was not found; of these the
/// weakest first.
std::vector<WeakAnswer> weak_answers(const nlohmann::json& record, const Pipeline& pipeline);
nlohmann::ordered_json to_json(const WeakAnswer& weak);

/// The answers in a record that are not accepted, in the same order, in one line for people: each with its
/// confidence, the threshold and what speaks against it, such as
/// `total 0.53 < 0.80, two candidates 119.00 and 100.00; seller 0.69 < 0.80; 2 more`. Optional fields that
/// were not found are left out where there are others. Empty: all are accepted.
std::string weakest_answers(const nlohmann::json& record, const Pipeline& pipeline, std::size_t most = 2);
/// The same of `weak_answers`.
std::string in_one_line(std::vector<WeakAnswer> weak, std::size_t most = 2);
/// What `WeakAnswer::why` says of a check.
std::string fails_check(const std::string& check);

}  // namespace docket
