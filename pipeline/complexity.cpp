#include "pipeline/complexity.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "pipeline/confidence.h"
#include "pipeline/json/member.h"

namespace docket {
namespace {

using nlohmann::json;

// Where half of the strength is reached.
constexpr double half_length = 20'000;  ///< Characters: about eight pages.
constexpr double half_pages = 10;
constexpr double half_tables = 3;
constexpr double half_doubtful = 3;
constexpr double poor_strength = 0.6;

/// Nothing was said of fields, or how many are in doubt.
std::optional<std::int64_t> doubtful_fields(const json& output) {
  const json& details = member(output, "details");
  if (!details.is_object()) return std::nullopt;
  std::int64_t doubtful = 0;
  for (const json& detail : details) {
    const bool has_value = detail.is_object() && (detail.contains("evidence") || detail.contains("rows"));
    if (has_value && member(detail, "accepted") == false) ++doubtful;
  }
  const json& missing = member(output, "missing");
  return doubtful + (missing.is_array() ? static_cast<std::int64_t>(missing.size()) : 0);
}

/// What the stage that reads the text says of it, and how signals call that.
constexpr std::pair<const char*, const char*> of_the_text[] = {{"characters", "length"},
                                                               {"pages", "pages"},
                                                               {"tables", "tables"},
                                                               {"grade", "text_grade"},
                                                               {"language", "language"}};

/// What an output says, known by its members: pipeline/ knows no stage by name.
void add_signals(const StageOutput& found, const ComplexityRule& rule, json& signals) {
  const json& output = found.output;
  if (member(output, "characters").is_number())
    for (const auto& [name, signal] : of_the_text)
      if (const json& value = member(output, name); !value.is_null()) signals[signal] = value;
  if (const auto doubtful = doubtful_fields(output))
    signals["doubtful_fields"] = signals.value("doubtful_fields", std::int64_t{0}) + *doubtful;
  if (found.stage != rule.classifier || member(output, "accepted") == false) return;
  if (const json& label = member(output, "label"); label.is_string()) signals["label"] = label;
}

double saturating(const json& signals, const char* name, double half) {
  const json& signal = member(signals, name);
  const double value = signal.is_number() ? std::max(0.0, signal.get<double>()) : 0;
  return value / (value + half);
}

double strength_of_grade(const json& signals) {
  const std::string grade = text_member(signals, "text_grade");
  return grade == "none" ? 1 : grade == "poor" ? poor_strength : 0;
}

double strength_of_language(const json& signals, const ComplexityRule& rule) {
  const std::string language = text_member(signals, "language");
  if (rule.known_languages.empty() || language.empty()) return 0;
  return std::ranges::find(rule.known_languages, language) == rule.known_languages.end() ? 1 : 0;
}

double strength_of_label(const json& signals, const ComplexityRule& rule) {
  if (rule.label_order.size() < 2) return 0;
  const auto place = std::ranges::find(rule.label_order, text_member(signals, "label"));
  if (place == rule.label_order.end()) return 0;
  return static_cast<double>(place - rule.label_order.begin()) /
         static_cast<double>(rule.label_order.size() - 1);
}

double score(const json& signals, const ComplexityRule& rule) {
  double simple = 1;
  const auto weigh = [&](double weight, double strength) { simple *= 1 - weight * strength; };
  weigh(rule.length, saturating(signals, "length", half_length));
  weigh(rule.pages, saturating(signals, "pages", half_pages));
  weigh(rule.tables, saturating(signals, "tables", half_tables));
  weigh(rule.text_grade, strength_of_grade(signals));
  weigh(rule.doubtful_fields, saturating(signals, "doubtful_fields", half_doubtful));
  weigh(rule.language, strength_of_language(signals, rule));
  weigh(rule.label, strength_of_label(signals, rule));
  return rounded(1 - simple);
}

}  // namespace

json complexity(std::span<const StageOutput> outputs, const ComplexityRule& rule) {
  json signals = json::object();
  for (const StageOutput& found : outputs)
    add_signals(found, rule, signals);
  if (signals.empty()) return nullptr;
  const double of_all = score(signals, rule);
  return {{"score", of_all}, {"signals", std::move(signals)}};
}

}  // namespace docket
