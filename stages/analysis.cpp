#include "stages/analysis.h"

#include <utility>

#include "stages/parts.h"
#include "stages/prompt_template.h"
#include "stages/resolved_schema.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::int64_t usual_text = 6000;    ///< Characters of an answer in words.
constexpr std::int64_t usual_member = 1500;  ///< Of a text of an answer, where its schema sets no limit.

/// Which question is asked, and about what.
struct Progress final : StageProgress {
  const ExcerptStage* asks = nullptr;
  Excerpt excerpt;
  int begun = 0;                  ///< The turn in which `asks` was first called.
  std::size_t parts = 0;          ///< Of the answer before; 0: there is none.
  json problems = json::array();  ///< Of all answers so far.
  std::unique_ptr<StageProgress> inner;
};

class Analysis final : public ExcerptStage {
 public:
  Analysis(const Tier& tier, FreeQuestion question, FreeQuestion join, bool has_schema)
      : question_(tier, std::move(question)), join_(tier, std::move(join)), has_schema_(has_schema) {}

  Result<std::vector<Request>> advance_with(const Excerpt& excerpt, Document& document, const Turn& turn,
                                            StageResult& result) const override {
    if (turn.number == 0) {
      auto begun = std::make_unique<Progress>();
      begun->asks = &question_;
      begun->excerpt = excerpt;
      turn.progress = std::move(begun);
    }
    auto& progress = dynamic_cast<Progress&>(*turn.progress);
    Result<std::vector<Request>> requests = ask(progress, document, turn, result);
    if (!requests || !requests->empty()) return requests;
    const std::size_t parts = result.output["parts"].size();
    for (const json& problem : result.output.value("problems", json::array()))
      progress.problems.push_back(problem);
    if (parts == 1) {
      result.output = output_of(result.output["parts"][0]["answer"]);
      if (!progress.problems.empty())
        result.output.update({{"accepted", false}, {"problems", progress.problems}});
      return requests;
    }
    if (progress.parts != 0 && parts >= progress.parts)
      return Error{ErrorClass::too_long, "the answers about the document's " + std::to_string(parts) +
                                             " parts are too long to be put together"};
    progress = join_of(parts, turn, result.output, progress);
    return ask(progress, document, turn, result);
  }

 private:
  static Result<std::vector<Request>> ask(Progress& progress, Document& document, const Turn& turn,
                                          StageResult& result) {
    const Turn inner{turn.number - progress.begun, turn.replies, turn.record, turn.reasons, progress.inner};
    return progress.asks->advance_with(progress.excerpt, document, inner, result);
  }

  /// The answers take the document's place.
  Progress join_of(std::size_t parts, const Turn& turn, const json& answers, const Progress& before) const {
    Progress join;
    join.asks = &join_;
    join.excerpt.sent = before.excerpt.sent;
    join.excerpt.sent.what = "summary";
    join.excerpt.text = std::make_shared<const Text>(text_of_parts(answers));
    join.begun = turn.number;
    join.parts = parts;
    join.problems = before.problems;
    return join;
  }

  json output_of(json answer) const {
    if (has_schema_) return {{"answer", std::move(answer)}};
    return {{"text", std::move(answer["text"])}};
  }

  const Parts question_;
  const Parts join_;
  const bool has_schema_;
};

/// What an answer may take is guessed by a schema whose texts have an end; it may be longer.
AnswerForm form_of_users(const json& schema) {
  AnswerForm form = form_of(schema);
  form.longest = form_of(with_an_end(schema, usual_member)).longest;
  return form;
}

}  // namespace

Result<std::unique_ptr<ExcerptStage>> make_analysis(const StageConfig& stage, const Pipeline& pipeline,
                                                    const std::string& backend) {
  auto task = PromptTemplate::of_setting(stage.settings, "prompt", "");
  if (!task) return task.error();
  auto together = PromptTemplate::of_setting(stage.settings, "join_prompt", "join-answers.mustache");
  if (!together) return together.error();
  const std::shared_ptr<const json> schema = stage.settings.schema("schema");
  if (schema != nullptr && schema->contains("type") && !has_type(*schema, "object"))
    return Error{ErrorClass::config, "schema: must describe an object, which is the answer"};
  const AnswerForm form = schema == nullptr ? words_form(usual_text) : form_of_users(*schema);
  FreeQuestion question{{*task}, form}, join{{*task, *together}, form};
  if (schema == nullptr) {
    question.words.push_back(PromptTemplate::built_in(words_prompt));
    join.words.push_back(PromptTemplate::built_in(words_prompt));
  }
  return std::unique_ptr<ExcerptStage>(std::make_unique<Analysis>(
      tiers_of({backend}, pipeline).front(), std::move(question), std::move(join), schema != nullptr));
}

}  // namespace docket::stages
