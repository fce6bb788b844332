#include "stages/fields_review.h"

#include <algorithm>
#include <utility>

#include "stages/embedded.h"
#include "stages/evidence.h"
#include "stages/field_answers.h"
#include "stages/field_judge.h"
#include "stages/field_questions.h"
#include "stages/fields_task.h"
#include "stages/prompt_template.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

/// What is known of where a value comes from, whoever says so. Not: how sure its tier was.
json facts_of(const json& detail) {
  json facts = members(detail, {"evidence", "problem"});
  facts["signals"] = members(
      detail.value("signals", json::object()),
      {"evidence_found", "value_in_quote", "values_in_quote", "quote_too_short", "readable", "ambiguous"});
  if (!detail.contains("rows")) return facts;
  facts["rows"] = json::array();
  for (const json& row : detail["rows"]) {
    facts["rows"].push_back(facts_of(row));
    facts["rows"].back()["index"] = row["index"];
  }
  return facts;
}

/// Whether the evidence of a value lies in these pages, or it is not known where.
bool lies_in(const json& detail, PageRange pages) {
  const json& first = detail.contains("rows") && !detail["rows"].empty() ? detail["rows"].front() : detail;
  const std::size_t page = first.value("evidence", json::object()).value("page", std::size_t{0});
  return page == 0 || (page > pages.first && page <= pages.last + 1);
}

class FieldsReview final : public TieredStage {
 public:
  FieldsReview(std::string id, std::vector<Tier> tiers, const FieldsTask& fields, PromptTemplate task)
      : TieredStage(std::move(tiers), true),
        id_(std::move(id)),
        dates_(fields.dates),
        questions_(fields.schema),
        judge_(fields.schema, fields.checks, fields.accept, fields.models),
        task_(std::move(task)) {}

 private:
  std::optional<Excerpt> left_of(const Excerpt& excerpt, const json& output, bool is_again) const override {
    return left_beside_embedded(excerpt, questions_.properties(), output, is_again);
  }

  Prompt prompt(const Excerpt& excerpt, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["fields"] = questions_.described(excerpt);
    const AnswerForm form = questions_.review(excerpt);
    Prompt prompt{system_text(), document_parts(*excerpt.text, pages), task_.render(values), "", form.schema};
    // Between marks, as the document: these are its words.
    Text found{{{0, 0, shown(record.value(id_, json::object()), excerpt), {}}}};
    prompt.document.push_back(document_parts(found, {}).front());
    make_room(*excerpt.text, pages, form.longest, prompt);
    return prompt;
  }

  /// What has been found, with its evidence.
  std::string shown(const json& answer, const Excerpt& excerpt) const {
    json found = json::object();
    for (const auto& [field, property] : questions_.properties().items()) {
      if (!excerpt.asks(field)) continue;
      const json value = answer.value("fields", json::object()).value(field, json());
      const json detail = answer.value("details", json::object()).value(field, json::object());
      found[field] = {{"value", value}};
      if (!value.is_null() && detail.contains("evidence"))
        found[field]["quote"] = detail["evidence"]["quote"];
    }
    return found.dump(1, ' ', false, json::error_handler_t::replace);
  }

  void take(const Document& document, const TierAnswers& said, json& output) const override {
    EvidenceReader evidence(*document.text, dates_, said.excerpt.hidden(*document.text));
    FieldAnswers answers(questions_, said, evidence);
    const json known = output.is_object() ? output : json::object();
    json denied = json::array();
    for (const auto& [field, property] : questions_.properties().items()) {
      if (!said.excerpt.asks(field)) continue;
      for (std::size_t i = 0; i < said.answers.size(); ++i) {
        const json word = said.answers[i].value.value(field, json(confirmed));
        const bool is_shown = is_known(field, known) && lies_in(known["details"][field], said.pages[i]);
        if (word.is_structured())
          answers.add(field, i, word);
        else if (is_shown && word == not_stated)
          denied.push_back(field);
        else if (is_shown)
          confirm(field, i, known, answers);
      }
    }
    judge_.take(answers.take(), said.tier.backend, true, output);
    // That words stand nowhere nobody can prove, so it changes nothing; but it is shown.
    for (const json& field : denied)
      output["details"][field.get<std::string>()]["other_tiers"].push_back(
          {{"tier", said.tier.backend}, {"value", nullptr}, {"confidence", 0}});
  }

  static bool is_known(const std::string& field, const json& known) {
    return !known.value("fields", json::object()).value(field, json()).is_null();
  }

  /// The model says the same as what is known, for the same words.
  static void confirm(const std::string& field, std::size_t number, const json& known,
                      FieldAnswers& answers) {
    json facts = facts_of(known["details"][field]);
    answers.add_probability(number, json::json_pointer() / field, facts);
    answers.add_value(field, known["fields"][field], std::move(facts));
  }

  const std::string id_;  ///< Of the stage whose answer is shown.
  const DayMonth dates_;
  const FieldQuestions questions_;
  const FieldJudge judge_;
  const PromptTemplate task_;
};

}  // namespace

Result<std::unique_ptr<ExcerptStage>> make_fields_review(const StageConfig& stage, const Pipeline& pipeline,
                                                         const std::string& backend, const Settings& asker) {
  auto fields = FieldsTask::of(stage, pipeline);
  if (!fields) return fields.error();
  auto task = PromptTemplate::of_setting(asker, "review_prompt", "review-fields.mustache");
  if (!task) return task.error();
  return std::unique_ptr<ExcerptStage>(
      std::make_unique<FieldsReview>(stage.id, tiers_of({backend}, pipeline), *fields, std::move(*task)));
}

}  // namespace docket::stages
