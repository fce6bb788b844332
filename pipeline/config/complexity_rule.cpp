#include "pipeline/config/complexity_rule.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config/schema_view.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::json;

/// The labels that a stage gives, in its order; none: it gives none.
std::optional<std::vector<std::string>> labels_of(const StageConfig& stage) {
  if (stage.type->output == nullptr) return std::nullopt;
  const json output = stage.type->output(stage.settings);
  const SchemaView label = SchemaView(output).at({"label"});
  const auto values = label.values();
  if (label.is_impossible() || !values) return std::nullopt;
  std::vector<std::string> labels;
  for (const json& value : *values)
    if (value.is_string()) labels.push_back(value.get<std::string>());
  return labels;
}

/// What is wrong with the order of the labels; empty: nothing.
std::string wrong_order(const std::vector<std::string>& order, const std::vector<std::string>& labels) {
  const std::vector<std::string_view> known(labels.begin(), labels.end());
  for (const std::string& label : order)
    if (std::ranges::find(labels, label) == labels.end())
      return "'" + label + "' is none of the classifier's labels" + did_you_mean(label, known);
  for (auto label = order.begin(); label != order.end(); ++label)
    if (std::find(order.begin(), label, *label) != label) return "'" + *label + "' is given twice";
  return order.size() == 1 ? "one label is no order; name the simplest and the most complex" : "";
}

}  // namespace

ComplexityRule complexity_rule(const Pipeline& pipeline, const Position& position, Diagnostics& diagnostics) {
  const Settings settings = pipeline.settings.group("complexity");
  ComplexityRule rule;
  rule.classifier = settings.text("classifier");
  rule.label_order = settings.texts("label_order");
  rule.known_languages = settings.texts("known_languages");
  for (const std::string& language : rule.known_languages)
    if (language.size() != 2 || !is_lower(language[0]) || !is_lower(language[1]))
      diagnostics.add(position, "complexity.known_languages",
                      "'" + language + "' is no code of ISO 639-1: two small letters, such as en or de");
  for (const auto& [name, weight] :
       {std::pair("length", &ComplexityRule::length), std::pair("pages", &ComplexityRule::pages),
        std::pair("tables", &ComplexityRule::tables), std::pair("text_grade", &ComplexityRule::text_grade),
        std::pair("doubtful_fields", &ComplexityRule::doubtful_fields),
        std::pair("language", &ComplexityRule::language), std::pair("label", &ComplexityRule::label)})
    rule.*weight = settings.number(name);
  const StageConfig* const classifier = pipeline.stage(rule.classifier);
  if (classifier == nullptr) {
    if (!rule.label_order.empty() && rule.classifier.empty())
      diagnostics.add(position, "complexity.label_order",
                      "there is no classifier whose labels these are; name it: classifier: STAGE");
    return rule;
  }
  const auto labels = labels_of(*classifier);
  if (!labels) {
    diagnostics.add(position, "complexity.classifier",
                    "'" + classifier->id + "' gives no label; name one that chooses among labels");
    return rule;
  }
  if (rule.label_order.empty()) rule.label_order = *labels;
  if (const std::string wrong = wrong_order(rule.label_order, *labels); !wrong.empty())
    diagnostics.add(position, "complexity.label_order", wrong);
  return rule;
}

}  // namespace docket
