#include "cli/records/not_accepted.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

std::string findings(const char* output) { return findings_of(nlohmann::json::parse(output), 0.8); }

TEST(NotAccepted, SaysTheProblemThatTheRecordHas) {
  EXPECT_EQ(findings(R"({"fields": {"date": null, "due": "2024", "name": "x", "tax": null, "total": 5},
    "details": {"date": {"confidence": 0, "accepted": false, "problem": "ambiguous: 2024-03-05 or 2024-05-03"},
                "due": {"confidence": 0.3, "accepted": false, "signals": {"schema_valid": false}},
                "name": {"confidence": 0, "accepted": false, "problem": "its quote does not stand in the document"},
                "tax": {"confidence": 0, "accepted": false, "problem": "not found"},
                "total": {"confidence": 0.9, "accepted": true}},
    "problems": ["due: is not a valid date-time", "name: its quote does not stand in the document",
                 "fails the check 'adds up'"]})"),
            "    total 5, confidence 0.90\n"
            "    date, not accepted: ambiguous: 2024-03-05 or 2024-05-03\n"
            "    due 2024, not accepted: is not a valid date-time\n"
            "    name x, not accepted: its quote does not stand in the document\n"
            "    not found: tax\n"
            "    problem: fails the check 'adds up'\n");
}

TEST(NotAccepted, SaysTheSignalsWhereThereIsNoProblem) {
  EXPECT_EQ(findings(R"({"fields": {"a": 77.13, "b": "x", "c": 1, "d": 2},
    "details": {"a": {"confidence": 0.63, "accepted": false, "signals": {"runner_up": 45.0, "format": 1}},
                "b": {"confidence": 0.2, "accepted": false, "signals": {"agreement": 0.1},
                      "other_tiers": [{"tier": "local", "value": "y"}, {"tier": "rules", "value": "x"}]},
                "c": {"confidence": 0.5, "accepted": false, "signals": {"checks_failed": ["adds up"]}},
                "d": {"confidence": 0.5}}})"),
            "    a 77.13, not accepted: confidence 0.63 < 0.80; two candidates 77.13 and 45.0\n"
            "    b x, not accepted: confidence 0.20 < 0.80; local says y\n"
            "    c 1, not accepted: confidence 0.50 < 0.80; fails the check 'adds up'\n"
            "    d 2, not accepted: confidence 0.50 < 0.80\n");
}

TEST(NotAccepted, NumbersThatDifferAreShownSo) {
  EXPECT_EQ(findings(R"({"fields": {"a": 1}, "details": {"a": {"confidence": 0.797, "accepted": false}}})"),
            "    a 1, not accepted: confidence 0.797 < 0.800\n");
}

TEST(NotAccepted, NamesTheRowsOfAList) {
  EXPECT_EQ(findings(R"({"fields": {"items": [{}, {}, {}]}, "details": {"items": {"confidence": 0,
    "accepted": false, "rows": [{"index": 0, "accepted": true}, {"index": 1, "accepted": false},
    {"index": 2, "accepted": false, "problem": "its quote does not say 3"}]}}})"),
            "    items, not accepted: rows 2, 3: its quote does not say 3\n");
}

TEST(NotAccepted, AnAnswerMayBeAcceptedThoughSomeFieldsAreNot) {
  EXPECT_EQ(findings(R"({"accepted": true, "confidence": 0.9, "fields": {"a": 1, "b": null},
    "details": {"a": {"confidence": 0.9, "accepted": true}, "b": {"confidence": 0, "accepted": false}}})"),
            "    a 1, confidence 0.90\n    accepted, confidence 0.90\n    not found: b\n");
  EXPECT_EQ(findings(R"({"accepted": true, "confidence": 0.9, "fields": {"a": 1},
    "details": {"a": {"confidence": 0.5, "accepted": false}}})"),
            "    accepted as a whole, confidence 0.90, but not these optional fields:\n"
            "    a 1, not accepted: confidence 0.50 < 0.80\n");
  EXPECT_EQ(findings(R"({"accepted": false, "confidence": 0.5, "fields": {}, "problems": ["x: y"]})"),
            "    not accepted as a whole: confidence 0.50 < 0.80; 1 problem\n    problem: x: y\n");
  EXPECT_EQ(findings(R"({"accepted": false, "confidence": 0.9, "fields": {}, "problems": []})"),
            "    not accepted as a whole: a required field is not\n");
}

TEST(NotAccepted, SaysTheValuesThatAreAccepted) {
  EXPECT_EQ(findings(R"({"accepted": true, "confidence": 0.9,
    "fields": {"items": [{"a": 1}, {"a": 2}], "name": "Grün GmbH", "old": 3, "payee": {"iban": "DE1"}, "paid": false,
               "none": null},
    "details": {"items": {"confidence": 0.85, "accepted": true}, "name": {"confidence": 0.9, "accepted": true},
                "old": {"confidence": 0.81}, "payee": {"confidence": 1, "accepted": true},
                "paid": {"confidence": 0.99, "accepted": true}, "none": {"confidence": 1, "accepted": true}}})"),
            "    items: 2 rows, confidence 0.85\n"
            "    name Grün GmbH, confidence 0.90\n"
            "    old 3, confidence 0.81\n"
            "    paid false, confidence 0.99\n"
            "    payee {\"iban\":\"DE1\"}, confidence 1.00\n"
            "    accepted, confidence 0.90\n");
}

TEST(NotAccepted, SaysWhyALabelIsNot) {
  EXPECT_EQ(findings(R"({"label": "bill", "confidence": 0.9, "accepted": true})"),
            "    label bill, confidence 0.90\n");
  EXPECT_EQ(findings(R"({"label": null, "confidence": 0, "accepted": false, "scores": {}})"),
            "    no label fits, not accepted\n");
  EXPECT_EQ(findings(R"({"label": "bill", "confidence": 0.55, "accepted": false,
                         "scores": {"bill": 0.55, "letter": 0.3, "other": 0.1}})"),
            "    label bill, confidence 0.55, not accepted: confidence 0.55 < 0.80; letter has 0.30\n");
  EXPECT_EQ(
      findings(R"({"label": "bill", "confidence": 0, "accepted": false,
                         "problem": "its quote does not stand in the document",
                         "evidence": {"quote": "a bill of May"}, "signals": {"evidence_found": false}, "scores": {}})"),
      "    label bill, confidence 0.00, not accepted: its quote does not stand in the document: \"a bill of "
      "May\"\n");
}

TEST(NotAccepted, SaysWhatIsWrongWithAText) {
  EXPECT_EQ(findings(R"({"grade": "poor", "pages": 1, "characters": 9, "problems": ["it is a portfolio"]})"),
            "    text poor\n    problem: it is a portfolio\n");
}

}  // namespace
}  // namespace docket
