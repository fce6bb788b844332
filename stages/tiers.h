#pragma once
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/registry.h"
#include "pipeline/support/result.h"
#include "stages/doubts.h"
#include "stages/excerpt_stage.h"
#include "stages/prompt_template.h"

namespace docket::stages {

// The settings that every stage with tiers has.
inline constexpr Field backends_field{
    .name = "backends",
    .type = Field::Type::backends,
    .help = "The backends to ask, tier by tier: the next one is asked when one is not confident.",
    .required = true};
inline constexpr Field accept_field{.name = "accept",
                                    .type = Field::Type::number,
                                    .help = "The lowest confidence at which an answer is accepted.",
                                    .minimum = 0,
                                    .maximum = 1};
inline constexpr std::string_view too_long_choices[] = {"split", "escalate"};
inline constexpr Field too_long_field{
    .name = "too_long",
    .type = Field::Type::choice,
    .help =
        "For documents that exceed a model's context window: `split` asks "
        "about some pages at a time and puts the "
        "answers together; `escalate` passes the document to the next tier.",
    .fallback = "split",
    .choices = too_long_choices};
inline constexpr Field prompt_field{
    .name = "prompt",
    .type = Field::Type::file,
    .help =
        "A Mustache template of the task, instead of the built-in one (`docket "
        "init --prompts` writes that to a file)."};

inline constexpr Field think_field{
    .name = "think",
    .type = Field::Type::boolean,
    .help = "Let reasoning models think before they answer, or not; as each backend says when absent."};
/// None: the stage does not say.
std::optional<bool> think_of(const Settings& settings);

constexpr Field with_fallback(Field field, std::string_view fallback) {
  field.fallback = fallback;
  return field;
}

/// Whom a stage asks, one after the other.
struct Tier {
  std::string backend;
  bool answers_prompts = false;
  std::optional<bool> think = std::nullopt;  ///< See Prompt.
};
/// The Error (class `config`): one of them answers no questions.
std::optional<Error> problem_of_tiers(const std::vector<std::string>& backends, const Pipeline& pipeline);
std::vector<Tier> tiers_of(const std::vector<std::string>& backends, const Pipeline& pipeline,
                           std::optional<bool> think = std::nullopt);

/// What one of them said, one answer per range of the document's pages.
struct TierAnswers {
  Tier tier;
  const Excerpt& excerpt;  ///< Shown to it.
  std::vector<Answer> answers = {};
  std::vector<PageRange> pages = {};  ///< Of the document: where its quotes may stand.
};

/// A stage that asks tier by tier until an answer is sure enough.
///
/// The next tier is asked when one is not sure, has no usable answer, or may not be asked; what went wrong
/// with it is kept in the output's `passed_over`. A document that is longer than a model's window is asked
/// about in pieces of whole pages, a long page in pieces of paragraphs or lines, or the tier is passed over,
/// as the setting `too_long` says.
class TieredStage : public ExcerptStage {
 public:
  /// `hands_up`: what may go wrong with all tiers and is no Error: the document goes on without an answer.
  TieredStage(std::vector<Tier> tiers, bool splits, std::vector<ErrorClass> hands_up = {})
      : tiers_(std::move(tiers)), splits_(splits), hands_up_(std::move(hands_up)) {}
  Result<std::vector<Request>> advance_with(const Excerpt& excerpt, Document& document, const Turn& turn,
                                            StageResult& result) const final;

 protected:
  /// What the rules tier is asked; stages that ask models only have no such question.
  virtual Question question(const Document& document) const;
  /// What a model is asked about some pages of the excerpt.
  virtual Prompt prompt(const Excerpt& excerpt, const nlohmann::json& record, PageRange pages) const = 0;
  /// What the document itself says, before anybody is asked, in `output`; nothing: it says nothing.
  virtual void begin(const Document&, const nlohmann::json& /*record*/, nlohmann::json& /*output*/) const {}
  /// What a model is still asked of an excerpt, given what is known; none: nothing is left. `is_again`: the
  /// answer that is known was doubted.
  virtual std::optional<Excerpt> left_of(const Excerpt& excerpt, const nlohmann::json& /*output*/,
                                         bool /*is_again*/) const {
    return excerpt;
  }
  /// Joins a tier's answers to what lower tiers said, in `output`; says with `output.accepted` whether it is
  /// sure enough. Without any, nothing is known.
  virtual void take(const Document& document, const TierAnswers& said, nlohmann::json& output) const = 0;

 private:
  struct Progress;

  std::vector<Request> ask(const Document& document, const Turn& turn, const Progress& progress) const;
  std::vector<Request> ask_from(std::size_t tier, const Excerpt& excerpt, const Document& document,
                                const Turn& turn, const nlohmann::json& output, Progress& progress) const;
  Result<std::vector<Request>> pass_over(const Excerpt& excerpt, const Document& document, const Turn& turn,
                                         StageResult& result, Progress& progress, const Error& error) const;

  bool hands_up(const Tier& tier, ErrorClass error_class) const;

  const std::vector<Tier> tiers_;
  const bool splits_;
  const std::vector<ErrorClass> hands_up_;
};

/// What may go wrong with `stage` that a later stage takes for a reason to escalate.
std::vector<ErrorClass> handed_up(const StageConfig& stage, const Pipeline& pipeline);

// What every type of tiered stage declares.

/// The text; with a prompt of the user's own also the record.
StageReads reads(const Settings& settings);
/// Those members of an output that it has.
nlohmann::json members(const nlohmann::json& output, std::initializer_list<const char*> names);
/// Its confidence was too low to be accepted.
void doubt_confidence(const std::string& stage, const nlohmann::json& output, std::vector<Doubt>& found);
/// A tier was passed over: the document is too long for it, or what it answered is none by the schema.
void doubt_passed_over(const std::string& stage, const nlohmann::json& output, std::vector<Doubt>& found);

/// What a prompt may show of a record: not where the document lies, since the answer then serves all that
/// have the same text.
nlohmann::json prompt_values(nlohmann::json record);

/// Notes in the prompt what an answer may take: as long as `longest_answer`, which is of that schema and of
/// usual words; in a script with more tokens to a letter, as long as one of the document's own.
void make_room(const Text& text, PageRange pages, const std::shared_ptr<const std::string>& longest_answer,
               Prompt& prompt);

/// Cuts a document into pieces so that each has at most `share` of its bytes, at page ends; a page alone may
/// be larger.
std::vector<PageRange> pieces(const Text& text, PageRange pages, double share);
/// The same within a page: behind its paragraphs, lines, words or letters, whichever come first in the latter
/// half of a piece. A short page stays whole.
std::vector<PageRange> pieces_of_page(const Text& text, PageRange page, double share);

}  // namespace docket::stages
