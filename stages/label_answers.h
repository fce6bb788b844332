#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/settings.h"
#include "pipeline/support/result.h"
#include "stages/tiers.h"

namespace docket::stages {

/// What the settings of a classify stage say, for whoever asks its question.
struct LabelTask {
  double accept = 0;
  std::shared_ptr<const std::vector<Label>> labels;  ///< At least two.

  static Result<LabelTask> of(const Settings& settings);
};

inline constexpr int longest_label_quote = 80;  ///< Characters: a heading, or some words.
/// More than an answer takes, with a token for each character of the quote.
inline constexpr std::int64_t label_tokens = 64 + longest_label_quote;

/// Of `{quote, NAME: one of the labels}`. An answer without a quote is one, though it proves nothing.
nlohmann::json label_answer_schema(const char* name, const std::vector<Label>& labels);
/// What a template shows of the labels.
nlohmann::json described(const std::vector<Label>& labels);

/// Judges what tiers say of the label. Immutable, shared by threads.
class LabelAnswers {
 public:
  explicit LabelAnswers(LabelTask task) : accept_(task.accept), labels_(std::move(task.labels)) {}

  /// What a model's answers `{label, quote}` come to. Pieces of a document may have different labels: the one
  /// with the most confidence behind it is taken, and that they differ is shown and counts against it.
  nlohmann::json of_model(const TierAnswers& said, const Text& text) const;
  /// Adds what a tier says to what is known, in `output`: the surer label stays.
  void join(nlohmann::json answer, const Tier& tier, nlohmann::json& output) const;
  /// Sets the confidence and the scores by the label and its signals.
  static void weigh(nlohmann::json& answer);

 private:
  void add_evidence(const TierAnswers& said, const Text& text, nlohmann::json& answer) const;
  std::string problem_of(const std::string& quote, bool stands, const std::string& chosen) const;
  bool names_another(const std::string& quote, const std::string& chosen) const;

  const double accept_;
  const std::shared_ptr<const std::vector<Label>> labels_;
};

}  // namespace docket::stages
