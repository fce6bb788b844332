#include "pipeline/confidence.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;

constexpr double bias = 1.3;
constexpr double neutral_label = 0.7;
constexpr double optional_weight = 0.25;
constexpr double most_unread = 0.5;  ///< Of a value that nobody can read in its quote.

/// A signal between 0 and 1.
double share(const json& signals, const char* name, double missing) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_number() ? std::clamp(found->get<double>(), 0.0, 1.0) : missing;
}

/// A count from 1 to 5.
double number(const json& signals, const char* name) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_number() ? std::clamp(found->get<double>(), 1.0, 5.0) : 1;
}

bool is(const json& signals, const char* name, bool wanted) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_boolean() && found->get<bool>() == wanted;
}

std::size_t count(const json& signals, const char* name) {
  const auto found = signals.find(name);
  return found != signals.end() && found->is_array() ? found->size() : 0;
}

/// Of two that differ one at most is right: the odds are as many times less as the other is likely wrong.
double denial(double agreement) { return std::log(std::max(2 * agreement, 0.001)); }
double support(double agreement) { return 3 * (agreement - 0.5); }

}  // namespace

double log_odds(double probability) {
  const double inside = std::clamp(probability, 0.001, 0.999);
  return std::log(inside / (1 - inside));
}

double field_confidence(const json& signals) {
  if (!signals.is_object()) return 0;
  if (is(signals, "evidence_found", false) || is(signals, "value_in_quote", false)) return 0;
  double sum = bias;
  sum += 5.0 * (share(signals, "label_strength", neutral_label) - neutral_label);
  sum += 5.0 * (share(signals, "format", 1) - 1);
  sum += 2.5 * (share(signals, "margin", 0.5) - 0.5);
  sum += 0.4 * std::log(number(signals, "places"));
  if (is(signals, "embedded", true)) sum += 3;
  if (is(signals, "printed", true)) sum += 1;
  if (is(signals, "ambiguous", true)) sum -= 3;
  if (is(signals, "value_in_quote", true)) sum += 1;
  sum -= std::min(0.8, 0.4 * (number(signals, "values_in_quote") - 1));
  if (is(signals, "schema_valid", false)) sum -= 3;
  if (count(signals, "checks_passed") > 0) sum += 2;
  if (is(signals, "joined_by_sum", true)) sum -= 2;
  if (count(signals, "checks_failed") > 0) sum -= 3;
  const double credit = share(signals, "credit", 1);
  sum += std::min(0.0, 12 * (credit - 0.9));
  const double told = log_odds(share(signals, "min_token_probability", 0.5)) / 2;
  const double agreement = share(signals, "agreement", 0.5);
  if (agreement < 0.5) {
    sum += std::min(0.0, told) + denial(agreement);
  } else {
    sum += told > 0 ? told * std::max(0.0, 2 * credit - 1) : told;
    sum += support(agreement);
  }
  if (is(signals, "pieces_agree", false)) sum -= 2;
  sum += std::min(0.0, 20 * (share(signals, "ocr", 1) - 0.9));
  const double confidence = 1 / (1 + std::exp(-sum));
  const bool needs_another = is(signals, "readable", false) && agreement <= 0.5;
  const bool is_denied = is(signals, "printed_differs", true) || is(signals, "xml_differs", true);
  return needs_another || is_denied ? std::min(confidence, most_unread) : confidence;
}

double joined_field_confidence(double own, double agreement) {
  if (own == 0 || agreement == 0.5) return own;
  const double sum = log_odds(own) + (agreement < 0.5 ? denial(agreement) : support(agreement));
  return 1 / (1 + std::exp(-sum));
}

double label_confidence(const json& signals) {
  constexpr double untold = 0.87, unproven = 0.45;
  double sum = log_odds(share(signals, "label_probability", untold));
  if (is(signals, "pieces_agree", false)) sum -= 2;
  const double confidence = 1 / (1 + std::exp(-sum));
  const bool is_disproven = is(signals, "evidence_found", false) || is(signals, "names_other_label", true);
  return is_disproven ? unproven * confidence : confidence;
}

double joined_label_confidence(double own, double other, bool agrees) {
  const double weight = log_odds(other);
  if (weight <= 0) return own;
  return 1 / (1 + std::exp(-(log_odds(own) + (agrees ? weight / 2 : -weight))));
}

double rounded(double confidence) { return std::round(confidence * 10'000) / 10'000; }

double record_confidence(const std::vector<FieldConfidence>& fields) {
  double sum = 0, weights = 0, least = 1;
  for (const FieldConfidence& field : fields) {
    if (!field.required && !field.has_value) continue;
    const double confidence = field.has_value ? field.confidence : 0;
    const double weight = field.required ? 1 : optional_weight;
    sum += weight * confidence;
    weights += weight;
    if (field.required) least = std::min(least, confidence);
  }
  if (weights == 0) return 0;
  const double mean = sum / weights;
  return std::min(mean, (mean + least) / 2);
}

}  // namespace docket
