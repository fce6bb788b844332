#include "pipeline/confidence.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;

double number(const json& signals, const char* name, double missing) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_number() ? found->get<double>() : missing;
}

bool is(const json& signals, const char* name, bool wanted) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_boolean() && found->get<bool>() == wanted;
}

std::size_t count(const json& signals, const char* name) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_array() ? found->size() : 0;
}

double logit(double probability) {
  const double inside = std::clamp(probability, 0.001, 0.999);
  return std::log(inside / (1 - inside));
}

}  // namespace

double field_confidence(const json& signals) {
  if (!signals.is_object()) return 0;
  double sum = 1.0;
  sum += 5.0 * (number(signals, "label_strength", 0.7) - 0.7);
  sum += 4.0 * (number(signals, "format", 1) - 1);
  sum += 2.5 * (number(signals, "margin", 0.5) - 0.5);
  sum += 0.5 * std::log(std::clamp(number(signals, "places", 1), 1.0, 5.0));
  if (is(signals, "ambiguous", true)) sum -= 3;
  if (is(signals, "evidence_found", false)) sum -= 1.5;
  if (is(signals, "schema_valid", false)) sum -= 3;
  if (count(signals, "checks_passed") > 0) sum += 2;
  if (count(signals, "checks_failed") > 0) sum -= 3;
  sum += logit(number(signals, "min_token_probability", 0.5)) / 2;
  sum += 3 * (number(signals, "agreement", 0.5) - 0.5);
  return 1 / (1 + std::exp(-sum));
}

double record_confidence(const std::vector<FieldConfidence>& fields) {
  double sum = 0, least = 1;
  int counted = 0;
  for (const FieldConfidence& field : fields) {
    if (!field.required && !field.has_value) continue;
    const double confidence = field.has_value ? field.confidence : 0;
    sum += confidence;
    ++counted;
    if (field.required) least = std::min(least, confidence);
  }
  if (counted == 0) return 0;
  const double mean = sum / counted;
  return std::min(mean, (mean + least) / 2);
}

}  // namespace docket
