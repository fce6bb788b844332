#pragma once
#include <string>
#include <vector>

#include "stages/field_questions.h"
#include "stages/prompt_template.h"
#include "stages/tiers.h"

namespace docket::stages {

/// What a model is asked about a document, in words of the user's own or the built-in ones.
struct FreeQuestion {
  /// The first one gives the task; each of the others is given what the one before gave, as `task`.
  std::vector<PromptTemplate> words;
  AnswerForm form;
};

/// Of `{text}`, whose room is for so many characters.
AnswerForm words_form(std::int64_t longest);

/// Asks one model one question; about pieces where the document is too long for it. The output is
/// `{parts: [{pages: [first, last], answer}]}`.
class Parts final : public TieredStage {
 public:
  Parts(Tier tier, FreeQuestion question)
      : TieredStage({std::move(tier)}, true), question_(std::move(question)) {}

 private:
  Prompt prompt(const Excerpt& excerpt, const nlohmann::json& record, PageRange pages) const override;
  void take(const Document& document, const TierAnswers& said, nlohmann::json& output) const override;

  const FreeQuestion question_;
};

/// The answers of an output of Parts, as a text with one page for each.
Text text_of_parts(const nlohmann::json& output);

}  // namespace docket::stages
