#include "stages/label_answers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pipeline/confidence.h"
#include "pipeline/reading/folded.h"
#include "pipeline/reading/keyword.h"
#include "stages/evidence.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::size_t shortest_quote = 4;  ///< Letters: less may stand anywhere.

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

bool is_unquoted(const json& answer) {
  return answer.contains("signals") && answer["signals"].value("quoted", true) == false;
}

/// Beside an answer that has evidence, one of a model that quotes nothing has none.
void weigh_beside(const json& other, json& answer) {
  if (!is_unquoted(answer) || is_unquoted(other) || other["label"].is_null()) return;
  json& signals = answer["signals"];
  signals["evidence_found"] = false;
  answer["problem"] = "it quotes nothing, and another tier has evidence";
  LabelAnswers::weigh(answer);
}

/// The surer of two answers; what the other one said is kept with it, and counts by its confidence.
json joined(json before, json answer) {
  weigh_beside(before, answer);
  json lower = before.value("lower_tiers", json::array());
  before.erase("lower_tiers");
  const auto confidence = [](const json& said) {
    return said["label"].is_null() ? -1.0 : said["confidence"].get<double>();
  };
  // On equal terms the later one stands, as for fields.
  const bool is_newer_surer =
      confidence(answer) > confidence(before) ||
      (confidence(answer) == confidence(before) && answer["label"] != before["label"]);
  json& winner = is_newer_surer ? answer : before;
  const json& loser = is_newer_surer ? before : answer;
  if (!loser["label"].is_null()) {
    const bool agrees = winner["label"] == loser["label"];
    winner["signals"]["agreement"] = agrees ? 1.0 : 0.0;
    winner["signals"]["other_confidence"] = loser["confidence"];
    winner["confidence"] =
        rounded(joined_label_confidence(winner["confidence"], loser["confidence"], agrees));
  }
  lower.push_back({{"tier", loser["tier"]}, {"label", loser["label"]}, {"confidence", loser["confidence"]}});
  winner["lower_tiers"] = std::move(lower);
  return std::move(winner);
}

}  // namespace

Result<LabelTask> LabelTask::of(const Settings& settings) {
  auto labels = std::make_shared<std::vector<Label>>();
  for (const auto& [name, group] : settings.groups("labels"))
    labels->push_back({name, group.text("description"), group.texts("keywords")});
  if (labels->size() < 2)
    return Error{ErrorClass::config, "labels: at least two are needed to choose between"};
  return LabelTask{settings.number("accept"), std::move(labels)};
}

json label_answer_schema(const char* name, const std::vector<Label>& labels) {
  json names = json::array();
  for (const Label& label : labels)
    names.push_back(label.name);
  return {{"type", "object"},
          {"properties",
           {{name, {{"type", "string"}, {"enum", std::move(names)}}},
            {"quote", {{"type", "string"}, {"maxLength", longest_label_quote}}}}},
          {"required", json::array({name})},
          {"additionalProperties", false}};
}

json described(const std::vector<Label>& labels) {
  json list = json::array();
  for (const Label& label : labels)
    list.push_back({{"name", label.name}, {"description", label.description}, {"keywords", label.keywords}});
  return list;
}

json LabelAnswers::of_model(const TierAnswers& said, const Text& text) const {
  if (said.answers.empty()) return {{"label", nullptr}, {"confidence", 0}, {"scores", json::object()}};
  std::map<std::string, double> votes;
  json conflict = json::array();
  double least = 1;
  bool is_told = true;
  for (std::size_t i = 0; i < said.answers.size(); ++i) {
    const std::string label = said.answers[i].value["label"];
    const auto told = said.answers[i].probabilities.find("/label");
    is_told = is_told && told != said.answers[i].probabilities.end();
    const double probability = is_told ? told->second.margin.value_or(told->second.least) : 1;
    votes[label] += probability;
    least = std::min(least, probability);
    conflict.push_back({{"pages", {said.pages[i].first + 1, said.pages[i].last + 1}}, {"label", label}});
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  json answer = {{"label", most->first}};
  json& signals = answer["signals"] = json::object();
  if (is_told) signals["label_probability"] = rounded(least);
  if (votes.size() > 1) signals["pieces_agree"] = false;
  add_evidence(said, text, answer);
  weigh(answer);
  if (votes.size() > 1) answer["conflict"] = std::move(conflict);
  return answer;
}

void LabelAnswers::join(json answer, const Tier& tier, json& output) const {
  answer["tier"] = tier.backend;
  output = output.is_null() ? std::move(answer) : joined(std::move(output), std::move(answer));
  output["accepted"] = !output["label"].is_null() && output["confidence"] >= accept_;
}

void LabelAnswers::weigh(json& answer) {
  answer["confidence"] = rounded(label_confidence(answer["signals"]));
  answer["scores"] = {{answer["label"].get<std::string>(), answer["confidence"]}};
}

/// What the answers with the label quote for it: the first quote that proves it, or else the first.
void LabelAnswers::add_evidence(const TierAnswers& said, const Text& text, json& answer) const {
  QuoteFinder quotes(text, said.excerpt.hidden(text));
  json& signals = answer["signals"];
  signals["quoted"] = false;
  for (std::size_t i = 0; i < said.answers.size(); ++i) {
    if (said.answers[i].value["label"] != answer["label"]) continue;
    const std::string quote = squeeze(said.answers[i].value.value("quote", ""));
    if (quote.empty()) continue;
    const json found = quotes.find(quote, said.pages[i].first, said.pages[i].last);
    const std::string* const changed = problem_within(said.answers[i], "/quote");
    const std::string problem =
        changed != nullptr ? *changed : problem_of(quote, !found.is_null(), answer["label"]);
    if (signals["quoted"] == true && !problem.empty()) continue;
    signals["quoted"] = true;
    signals["evidence_found"] = changed == nullptr && !found.is_null() && says_something(quote);
    signals.erase("names_other_label");
    answer.erase("problem");
    answer["evidence"] = found.is_null() ? json{{"quote", quote}} : found;
    if (problem.empty()) return;
    answer["problem"] = problem;
    if (signals["evidence_found"] == true) signals["names_other_label"] = true;
  }
}

/// Why the quote proves nothing; empty: it does.
std::string LabelAnswers::problem_of(const std::string& quote, bool stands, const std::string& chosen) const {
  if (!stands) return "its quote does not stand in the document";
  if (!says_something(quote)) return "its quote says nothing";
  return names_another(quote, chosen) ? "its quote names another label" : "";
}

bool LabelAnswers::names_another(const std::string& quote, const std::string& chosen) const {
  bool another = false;
  for (const Label& label : *labels_) {
    if (!names(quote, label)) continue;
    if (label.name == chosen) return false;
    another = true;
  }
  return another;
}

}  // namespace docket::stages
