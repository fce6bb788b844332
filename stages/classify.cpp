// Asks tier by tier which label fits, until one is sure enough.
#include <algorithm>
#include <map>

#include "pipeline/confidence.h"
#include "pipeline/json/schema.h"
#include "pipeline/pipeline.h"
#include "pipeline/reading/keyword.h"
#include "pipeline/record_schema.h"
#include "stages/evidence.h"
#include "stages/stages.h"
#include "stages/tiers.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr int longest_quote = 80;  ///< Characters: a heading, or some words.
/// More than `{"label": "…", "quote": "…"}` takes, with a token for each character of the quote.
constexpr std::int64_t label_tokens = 64 + longest_quote;
constexpr std::size_t shortest_quote = 4;  ///< Letters: less may stand anywhere.

constexpr Field label_fields[] = {
    {.name = "description",
     .type = Field::Type::text,
     .help = "What documents with this label are, in a few words."},
    {.name = "keywords", .type = Field::Type::texts, .help = "Words or phrases that such documents contain."},
};

constexpr Field fields[] = {
    backends_field,
    with_fallback(accept_field, "0.85"),
    {.name = "labels",
     .type = Field::Type::groups,
     .help = "The closed set of labels. One without description and keywords means everything else.",
     .required = true,
     .fields = label_fields},
    too_long_field,
    think_field,
    prompt_field,
};

/// Whatever the label, the answer is an object. An answer without a quote is one, though it proves nothing.
json answer_schema(const std::vector<Label>& labels) {
  json names = json::array();
  for (const Label& label : labels)
    names.push_back(label.name);
  return {{"type", "object"},
          {"properties",
           {{"label", {{"type", "string"}, {"enum", std::move(names)}}},
            {"quote", {{"type", "string"}, {"maxLength", longest_quote}}}}},
          {"required", {"label"}},
          {"additionalProperties", false}};
}

json described(const std::vector<Label>& labels) {
  json list = json::array();
  for (const Label& label : labels)
    list.push_back({{"name", label.name}, {"description", label.description}, {"keywords", label.keywords}});
  return list;
}

/// Whether the label's name or one of its keywords stands in the words; those that stand anywhere do not
/// count.
bool names(const std::string& words, const Label& label) {
  const Folded folded = fold(words);
  const auto stands = [&](const std::string& term) {
    return commonness(term) == Commonness::rare &&
           !Keyword(term).find(words, folded, folded.tokens.size()).empty();
  };
  std::string name = label.name;
  std::ranges::replace(name, '_', ' ');
  return stands(name) || std::ranges::any_of(label.keywords, stands);
}

bool says_something(const std::string& quote) {
  return fold_letters(quote).size() >= shortest_quote && commonness(quote) == Commonness::rare;
}

class Classify final : public TieredStage {
 public:
  Classify(std::vector<Tier> tiers, bool splits, double accept,
           std::shared_ptr<const std::vector<Label>> labels, PromptTemplate task)
      : TieredStage(std::move(tiers), splits),
        accept_(accept),
        labels_(std::move(labels)),
        schema_(std::make_shared<const Schema>(answer_schema(*labels_))),
        task_(std::move(task)) {}

 private:
  Question question(const Document& document) const override {
    return ClassifyQuestion{document.text, labels_};
  }

  Prompt prompt(const Document& document, const json& record, PageRange pages) const override {
    json values = prompt_values(record);
    values["labels"] = described(*labels_);
    return {system_text(), document_parts(*document.text, pages), task_.render(values), "", schema_,
            label_tokens};
  }

  void take(const Document& document, const Tier& tier, const std::vector<Answer>& answers,
            const std::vector<PageRange>& pages, json& output) const override {
    json answer = tier.answers_prompts ? of_model(answers, pages, *document.text) : answers.front().value;
    answer["tier"] = tier.backend;
    output = output.is_null() ? std::move(answer) : joined(std::move(output), std::move(answer));
    output["accepted"] = !output["label"].is_null() && output["confidence"] >= accept_;
  }

  static bool is_unquoted(const json& answer) {
    return answer.contains("signals") && answer["signals"].value("quoted", true) == false;
  }

  /// Beside an answer that has evidence, one of a model that quotes nothing has none.
  static void weigh_beside(const json& other, json& answer) {
    if (!is_unquoted(answer) || is_unquoted(other) || other["label"].is_null()) return;
    json& signals = answer["signals"];
    signals["evidence_found"] = false;
    answer["problem"] = "it quotes nothing, and another tier has evidence";
    answer["confidence"] = rounded(label_confidence(signals));
    answer["scores"] = {{answer["label"].get<std::string>(), answer["confidence"]}};
  }

  /// The surer of two answers; what the other one said is kept with it, and counts by its confidence.
  static json joined(json before, json answer) {
    weigh_beside(before, answer);
    json lower = before.value("lower_tiers", json::array());
    before.erase("lower_tiers");
    const auto confidence = [](const json& said) {
      return said["label"].is_null() ? -1.0 : said["confidence"].get<double>();
    };
    const bool is_newer_surer = confidence(answer) > confidence(before);
    json& winner = is_newer_surer ? answer : before;
    const json& loser = is_newer_surer ? before : answer;
    if (!loser["label"].is_null()) {
      const bool agrees = winner["label"] == loser["label"];
      winner["signals"]["agreement"] = agrees ? 1.0 : 0.0;
      winner["signals"]["other_confidence"] = loser["confidence"];
      winner["confidence"] =
          rounded(joined_label_confidence(winner["confidence"], loser["confidence"], agrees));
    }
    lower.push_back(
        {{"tier", loser["tier"]}, {"label", loser["label"]}, {"confidence", loser["confidence"]}});
    winner["lower_tiers"] = std::move(lower);
    return std::move(winner);
  }

  /// Pieces of a document may have different labels: the one with the most confidence behind it is taken, and
  /// that they differ is shown and counts against it.
  json of_model(const std::vector<Answer>& answers, const std::vector<PageRange>& pages,
                const Text& text) const {
    std::map<std::string, double> votes;
    json conflict = json::array();
    double least = 1;
    bool is_told = true;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string label = answers[i].value["label"];
      const auto told = answers[i].probabilities.find("/label");
      is_told = is_told && told != answers[i].probabilities.end();
      const double probability = is_told ? told->second.margin.value_or(told->second.least) : 1;
      votes[label] += probability;
      least = std::min(least, probability);
      conflict.push_back({{"pages", {pages[i].first + 1, pages[i].last + 1}}, {"label", label}});
    }
    const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    json answer = {{"label", most->first}};
    json& signals = answer["signals"] = json::object();
    if (is_told) signals["label_probability"] = rounded(least);
    if (votes.size() > 1) signals["pieces_agree"] = false;
    add_evidence(answers, pages, text, answer);
    answer["confidence"] = rounded(label_confidence(signals));
    answer["scores"] = {{most->first, answer["confidence"]}};
    if (votes.size() > 1) answer["conflict"] = std::move(conflict);
    return answer;
  }

  /// What the answers with the label quote for it: the first quote that proves it, or else the first.
  void add_evidence(const std::vector<Answer>& answers, const std::vector<PageRange>& pages, const Text& text,
                    json& answer) const {
    QuoteFinder quotes(text);
    json& signals = answer["signals"];
    signals["quoted"] = false;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].value["label"] != answer["label"]) continue;
      const std::string quote = squeeze(answers[i].value.value("quote", ""));
      if (quote.empty()) continue;
      const json found = quotes.find(quote, pages[i].first, pages[i].last);
      const std::string problem = problem_of(quote, !found.is_null(), answer["label"]);
      if (signals["quoted"] == true && !problem.empty()) continue;
      signals["quoted"] = true;
      signals["evidence_found"] = !found.is_null() && says_something(quote);
      signals.erase("names_other_label");
      answer.erase("problem");
      answer["evidence"] = found.is_null() ? json{{"quote", quote}} : found;
      if (problem.empty()) return;
      answer["problem"] = problem;
      if (signals["evidence_found"] == true) signals["names_other_label"] = true;
    }
  }

  /// Why the quote proves nothing; empty: it does.
  std::string problem_of(const std::string& quote, bool stands, const std::string& chosen) const {
    if (!stands) return "its quote does not stand in the document";
    if (!says_something(quote)) return "its quote says nothing";
    return names_another(quote, chosen) ? "its quote names another label" : "";
  }

  bool names_another(const std::string& quote, const std::string& chosen) const {
    bool another = false;
    for (const Label& label : *labels_) {
      if (!names(quote, label)) continue;
      if (label.name == chosen) return false;
      another = true;
    }
    return another;
  }

  const double accept_;
  const std::shared_ptr<const std::vector<Label>> labels_;
  const std::shared_ptr<const Schema> schema_;
  const PromptTemplate task_;
};

bool says_little(const Keyword& keyword, const std::string& written) {
  const Commonness common = commonness(written);
  return common == Commonness::everyday || (common == Commonness::filler && !keyword.has_marks());
}

Result<std::unique_ptr<Stage>> make_with(const StageConfig& stage, const Pipeline& pipeline,
                                         const std::vector<std::string>& backends) {
  const Settings& settings = stage.settings;
  auto labels = std::make_shared<std::vector<Label>>();
  for (const auto& [name, group] : settings.groups("labels")) {
    labels->push_back({name, group.text("description"), group.texts("keywords")});
  }
  if (labels->size() < 2)
    return Error{ErrorClass::config, "labels: at least two are needed to choose between"};
  auto task = PromptTemplate::of_setting(settings, "prompt", "classify.mustache");
  if (!task) return task.error();
  return std::unique_ptr<Stage>(std::make_unique<Classify>(
      tiers_of(backends, pipeline, think_of(settings)), settings.text("too_long") == "split",
      settings.number("accept"), std::move(labels), std::move(*task)));
}

Result<std::unique_ptr<Stage>> make(const StageConfig& stage, const Pipeline& pipeline) {
  return make_with(stage, pipeline, stage.settings.texts("backends"));
}

/// Keywords that tell the rules tier little, or nothing.
std::vector<std::string> warnings(const StageConfig& stage, const Pipeline& pipeline) {
  const auto is_rules = [&](const std::string& backend) {
    return !pipeline.backend(backend)->type->answers_prompts();
  };
  std::vector<std::string> found;
  if (!std::ranges::any_of(stage.settings.texts("backends"), is_rules)) return found;
  std::vector<std::pair<std::string, Keyword>> seen;  // With their labels.
  for (const auto& entry : stage.settings.groups("labels")) {
    const std::string& name = entry.first;
    for (const std::string& written : entry.second.texts("keywords")) {
      const Keyword keyword(written);
      const std::string what = "keyword '" + written + "' of label " + name;
      const auto other = std::ranges::find_if(
          seen, [&](const auto& earlier) { return earlier.first != name && earlier.second == keyword; });
      if (!keyword.has_letters() && !keyword.has_marks())
        found.push_back(what + " has neither letters nor marks and is never found");
      else if (!keyword.has_letters())
        found.push_back(what + " is nothing but marks and says little");
      else if (says_little(keyword, written))
        found.push_back(what + " is a common word and says little");
      if (other != seen.end())
        found.push_back(what + " is one of label " + other->first + " too and does not tell them apart");
      seen.emplace_back(name, keyword);
    }
  }
  return found;
}

/// What other tiers said is kept with the new answer, in its `lower_tiers`.
json summary(const json& output) { return members(output, {"label", "confidence", "accepted", "tier"}); }

/// Without a label there is nothing to be unsure of.
std::vector<Doubt> doubts(const std::string& stage, const json& output) {
  std::vector<Doubt> found;
  if (output.value("label", json()).is_null()) {
    found.push_back({unknown_label, "unknown label: " + stage});
  } else {
    doubt_confidence(stage, output, found);
  }
  doubt_length(stage, output, found);
  return found;
}

json output_schema(const Settings& settings) {
  json schema = record_schema_of("classify");
  json labels = json::array({nullptr});
  json scores = json::object();
  for (const auto& [name, group] : settings.groups("labels")) {
    labels.push_back(name);
    scores[name] = {{"type", "number"}};
  }
  schema["properties"]["label"] = {{"enum", labels}};
  schema["properties"]["lower_tiers"]["items"]["properties"]["label"] = {{"enum", labels}};
  schema["properties"]["scores"] = {
      {"type", "object"}, {"properties", std::move(scores)}, {"additionalProperties", false}};
  return schema;
}

}  // namespace

StageType classify() {
  return {.name = "classify",
          .summary = "Gives the document one of a closed set of labels.",
          .version = 5,
          .fields = fields,
          .reads = reads,
          .make = make,
          .warnings = warnings,
          .redo = {.make = make_with, .summary = summary},
          .doubts = doubts,
          .output = output_schema};
}

}  // namespace docket::stages
