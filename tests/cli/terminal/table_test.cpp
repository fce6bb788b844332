#include "cli/terminal/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/report/plain_text.h"
#include "cli/terminal/words.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

TEST(Table, AlignsColumnsByCharactersNotBytes) {
  EXPECT_EQ(format_table({{"stage", "in"}, {"größe", "1"}, {"x"}}),
            "stage  in\n"
            "größe   1\n"
            "x    \n");
}

TEST(Printable, LeavesNothingThatDrivesATerminal) {
  EXPECT_EQ(printable("a\x1b[2J\x07\x7f\nb\tc"), "a?[2J??\nb?c");
  EXPECT_EQ(printable("caf\xc3\xa9 \xc2\x9b"
                      "31m \xc2\xa0"),
            "caf\xc3\xa9 ?31m \xc2\xa0")
      << "C1 controls too";
  EXPECT_EQ(printable("a\xff\x9b\u202Etxt.exe\u2066b\u00e9\uFFFD"), "a???txt.exe?b\u00e9\uFFFD");
  EXPECT_EQ(printable("a\tb\r\n\x1b", "\t\r\n"), "a\tb\r\n?");
}

TEST(Printable, JsonKeepsItsValues) {
  const std::string json = "{\"a\\u001b\": \"\x7f\u009b\u202e\u00e9\"}\n";
  EXPECT_EQ(printable_json(json), "{\"a\\u001b\": \"\\u007f\\u009b\\u202e\u00e9\"}\n");
  EXPECT_EQ(nlohmann::json::parse(printable_json(json)), nlohmann::json::parse(json));
}

TEST(Cost, SaysWhenItIsUnknown) {
  EXPECT_EQ(format_cost(1.25), "$1.25");
  EXPECT_EQ(format_cost(0.0031), "$0.0031");
  EXPECT_EQ(format_cost(nullptr), "?");
}

TEST(ReportTable, HasARowForEachStage) {
  const nlohmann::ordered_json usage = {
      {"calls", 7}, {"input_tokens", 900}, {"output_tokens", 80}, {"cost_usd", 1.25}};
  const nlohmann::ordered_json report = {
      {"run", {{"wall_ms", 0}}},
      {"documents",
       {{"in", 3}, {"done", 2}, {"held", 0}, {"failed", 1}, {"up_to_date", 0}, {"cancelled", 0}}},
      {"up_to_date", {{"held", 0}}},
      {"missing", {{"count", 0}, {"documents", nlohmann::ordered_json::array()}}},
      {"stages",
       {{{"id", "sort"},
         {"in", 3},
         {"done", 2},
         {"skipped", 4},
         {"failed", 1},
         {"held", 5},
         {"cpu_ms", 12},
         {"usage", usage}}}},
      {"totals", {{"usage", usage}}},
      {"errors", nlohmann::ordered_json::array()},
      {"held", nlohmann::ordered_json::array()}};
  EXPECT_EQ(format_report(report),
            "stage  in  done  skipped  failed  held    cpu  calls  tokens in  out   cost\n"
            "sort    3     2        4       1     5  12 ms      7        900   80  $1.25\n"
            "\n3 documents: 2 done, 1 failed; 0 ms, $1.25\n");
}

/// A report of a run that asked models, of which `change` changes something.
nlohmann::ordered_json report_of_models(const char* change = "{}") {
  nlohmann::ordered_json report = nlohmann::ordered_json::parse(R"({
      "run": {"wall_ms": 0}, "up_to_date": {"held": 0}, "unsure": 0,
      "documents": {"in": 3, "done": 3, "held": 0, "failed": 0, "up_to_date": 0, "cancelled": 0},
      "missing": {"count": 0, "documents": []}, "stages": [], "errors": [], "held": [],
      "totals": {"calls": 40, "attempts": 42, "retries": 2, "cache_hits": 3, "queued_ms": 90000, "paused_ms": 2000,
                 "wire_ms": 7200000, "latency_ms": {"p50": 800, "p90": 2500, "p99": null},
                 "usage": {"cost_usd": 1.25}},
      "tiers": [{"stage": "a", "tier": "rules", "answers": 1}, {"stage": "b", "tier": "near", "answers": 2},
                {"stage": "c", "tier": "near", "answers": 5}],
      "escalations": {"documents": 4, "reasons": [{"reason": "long", "count": 1}, {"reason": "sum", "count": 3}]},
      "saved": {"cache": {"cost_usd": 0.5}, "results": {"cost_usd": 0}, "prefix": {"cost_usd": null}},
      "all_cloud": {"backend": "cloud", "model": "large", "questions": 40, "cost_usd": 10, "spent_usd": 1.25,
                    "ratio": 8.0}})");
  report.merge_patch(nlohmann::ordered_json::parse(change));
  return report;
}

/// What is told behind the counts of documents.
std::string told(const nlohmann::ordered_json& report) {
  const std::string text = format_report(report), beginning = "3 documents: 3 done; 0 ms, $1.25\n";
  const std::size_t at = text.find(beginning);
  return at == std::string::npos ? text : text.substr(at + beginning.size());
}

TEST(ReportTable, SaysWhatModelsDidAndWhatItCost) {
  EXPECT_EQ(told(report_of_models()),
            "calls: 40, retries 2, known answers 3; p50 800 ms, p90 2.5 s, p99 ?\n"
            "time: 1 min 30 s in queues, 2 s between attempts, 2 h with servers\n"
            "answers by: near 87.5 %, rules 12.5 %\n"
            "escalated: 4: 3 sum, 1 long\n"
            "saved: $0.50 by known answers, ? by cached prompts\n"
            "all-cloud (large): $10.00, spent $1.25: 8.0 times as much\n");
}

TEST(ReportTable, SaysNothingOfModelsThatWereNotAsked) {
  EXPECT_EQ(told(report_of_models(
                R"({"totals": {"attempts": 0, "cache_hits": 0}, "escalations": {"documents": 0}, "unsure": 2,
                    "saved": {"cache": {"cost_usd": 0}, "prefix": {"cost_usd": 0}}, "all_cloud": {"questions": 0}})")),
            "unsure: 2 documents done with an answer not accepted\n");
}

TEST(ReportTable, SaysWhyNobodyKnowsWhatAllCloudWouldHaveCost) {
  nlohmann::ordered_json report = report_of_models();
  report["all_cloud"]["cost_usd"] = nullptr;
  report["all_cloud"]["reason"] = "the price of backend 'cloud' is not known";
  const std::string text = told(report);
  EXPECT_NE(text.find("all-cloud: not known, as the price of backend 'cloud' is not known\n"),
            std::string::npos);
}

TEST(ReportTable, CutsALineThatNoTerminalShows) {
  nlohmann::ordered_json report = report_of_models();
  std::string reason;
  for (int i = 0; i < 60; ++i)
    reason += "ö ";
  report["escalations"]["reasons"][0]["reason"] = reason;
  std::istringstream lines(told(report));
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(characters(line), 80u) << line;
}

TEST(ReportTable, SaysHowManyAnswersAreNotAccepted) {
  using nlohmann::ordered_json;
  EXPECT_EQ(format_doubts(ordered_json::parse(R"([{"id": "a", "answers": 3, "not_accepted": 0,
                                                   "grades": {"good": 4}}, {"id": "of an older docket"}])")),
            "");
  EXPECT_EQ(
      format_doubts(ordered_json::parse(
          R"([{"id": "read", "answers": 0, "not_accepted": 0, "grades": {"good": 1, "none": 12, "poor": 3}},
                    {"id": "look", "answers": 40, "not_accepted": 40, "grades": {}},
                    {"id": "sort", "answers": 40, "not_accepted": 3, "grades": {}}])")),
      "not accepted: look 40 of 40, sort 3 of 40; `export --accepted-only` leaves them out\n"
      "no text: 12; poor text: 3\n");
}

}  // namespace
}  // namespace docket
