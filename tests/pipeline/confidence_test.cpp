#include "pipeline/confidence.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;

json good() {
  return {{"label_strength", 1.0}, {"format", 1.0}, {"margin", 0.9}, {"places", 1}, {"evidence_found", true}};
}

double with(const char* signal, json value) {
  json signals = good();
  signals[signal] = std::move(value);
  return field_confidence(signals);
}

TEST(FieldConfidence, MissingSignalsAreNeutral) {
  const double plain = field_confidence(json::object());
  EXPECT_GT(plain, 0.5);
  EXPECT_LT(plain, 0.8);
  EXPECT_EQ(field_confidence({{"evidence_found", true}, {"schema_valid", true}, {"place", "cell"}}), plain);
  EXPECT_EQ(field_confidence({{"checks_passed", json::array()}}), plain);
}

TEST(FieldConfidence, EachSignalMovesItTheRightWay) {
  const double base = field_confidence(good());
  EXPECT_GT(base, 0.9);
  EXPECT_LT(with("label_strength", 0.3), base);
  EXPECT_LT(with("format", 0.5), base);
  EXPECT_LT(with("margin", 0.0), base);
  EXPECT_GT(with("places", 3), base);
  EXPECT_LT(with("ambiguous", true), 0.8);
  EXPECT_LT(with("values_in_quote", 2), base);
  EXPECT_LT(with("values_in_quote", 9), with("values_in_quote", 2));
  EXPECT_LT(with("credit", 0.5), base);
  EXPECT_EQ(with("ocr", 0.95), base);
  EXPECT_LT(with("ocr", 0.7), 0.8);
  EXPECT_LT(with("schema_valid", false), base);
  EXPECT_GT(with("checks_passed", {"totals add up"}), base);
  EXPECT_LT(with("joined_by_sum", true), base);
  EXPECT_LT(with("checks_failed", {"totals add up"}), 0.8);
  EXPECT_LT(with("min_token_probability", 0.1), base);
  EXPECT_GT(with("min_token_probability", 0.99), base);
  EXPECT_LT(with("agreement", 0.0), base);
  EXPECT_GT(with("agreement", 1.0), base);
}

TEST(FieldConfidence, EvidenceIsAFactAndNoWeight) {
  const json sure = {{"min_token_probability", 1.0}, {"checks_passed", {"adds up"}}, {"agreement", 1.0}};
  for (const char* fact : {"evidence_found", "value_in_quote"}) {
    json signals = sure;
    signals[fact] = false;
    EXPECT_EQ(field_confidence(signals), 0) << fact;
  }
  json unread = {{"evidence_found", true}, {"readable", false}, {"min_token_probability", 1.0}};
  EXPECT_LE(field_confidence(unread), 0.5);
  unread["agreement"] = 0.25;
  EXPECT_LE(field_confidence(unread), 0.5);
  unread["agreement"] = 0.75;
  EXPECT_GT(field_confidence(unread), 0.8) << "another tier says so too";
}

TEST(FieldConfidence, AModelWithoutCreditIsNotBelievedHoweverSureItIs) {
  const auto of = [](double credit, double probability) {
    return field_confidence(
        {{"value_in_quote", true}, {"credit", credit}, {"min_token_probability", probability}});
  };
  EXPECT_GT(of(7.0 / 8, 0.9), 0.85) << "one invention among six";
  EXPECT_LT(of(0.5, 0.999), 0.8);
  EXPECT_LT(of(0.3, 0.999), 0.2);
}

TEST(FieldConfidence, StaysAProbabilityWhateverTheSignalsAre) {
  for (const json& wrong : {json(1e308), json(-5), json("x"), json(nullptr), json::array({1})}) {
    for (const char* signal : {"label_strength", "format", "margin", "places", "min_token_probability",
                               "agreement", "credit", "values_in_quote"}) {
      const double confidence = with(signal, wrong);
      EXPECT_GE(confidence, 0) << signal << wrong;
      EXPECT_LE(confidence, 1) << signal << wrong;
    }
  }
  EXPECT_EQ(field_confidence("text"), 0);
}

TEST(LabelConfidence, EvidenceIsAFactAndNoWeight) {
  const json proven = {{"label_probability", 0.999}, {"evidence_found", true}};
  EXPECT_GT(label_confidence(proven), 0.99);
  EXPECT_GT(label_confidence({{"evidence_found", true}}), 0.85) << "a model that tells no probabilities";
  for (const json& other :
       {json{{"evidence_found", false}}, json{{"evidence_found", true}, {"names_other_label", true}}}) {
    json signals = {{"label_probability", 0.999}};
    signals.update(other);
    EXPECT_LT(label_confidence(signals), 0.5) << signals;
  }
  EXPECT_NEAR(label_confidence({{"label_probability", 0.6}}), 0.6, 1e-9) << "nothing is quoted";
}

TEST(LabelConfidence, AnotherTierWeighsByItsOwn) {
  EXPECT_NEAR(joined_label_confidence(0.9, 0.5, false), 0.9, 1e-9);
  EXPECT_NEAR(joined_label_confidence(0.9, 0.1, true), 0.9, 1e-9);
  EXPECT_NEAR(joined_label_confidence(0.9, 0.9, false), 0.5, 1e-9);
  EXPECT_GT(joined_label_confidence(0.9, 0.8, true), joined_label_confidence(0.9, 0.6, true));
  EXPECT_LT(joined_label_confidence(0.9, 0.8, false), joined_label_confidence(0.9, 0.6, false));
}

TEST(RecordConfidence, MissingRequiredFieldsPullItDown) {
  const FieldConfidence sure{0.95, true, true}, missing{0, false, true};
  EXPECT_NEAR(record_confidence({sure, sure, sure}), 0.95, 1e-9);
  EXPECT_LT(record_confidence({sure, sure, missing}), 0.5);
  EXPECT_LT(record_confidence({sure, sure, {0.3, true, true}}), 0.6);
}

TEST(RecordConfidence, OptionalFieldsCountLessAndOnlyWithAValue) {
  const FieldConfidence sure{0.95, true, true};
  EXPECT_NEAR(record_confidence({sure, {0, false, false}}), 0.95, 1e-9);
  EXPECT_GT(record_confidence({sure, sure, {0.3, true, false}}), 0.8);
  EXPECT_LT(record_confidence({sure, sure, {0.3, true, false}}), 0.95);
  EXPECT_NEAR(record_confidence({{0.6, true, false}, {0.8, true, false}}), 0.7, 1e-9);
  EXPECT_EQ(record_confidence({}), 0);
  EXPECT_EQ(record_confidence({{0, false, false}}), 0);
}

}  // namespace
}  // namespace docket
