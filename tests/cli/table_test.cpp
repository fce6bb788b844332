#include "cli/table.h"

#include <gtest/gtest.h>

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
      "not accepted: look 40 of 40, sort 3 of 40; `docket export --accepted-only` leaves them out\n"
      "no text: 12; poor text: 3\n");
}

}  // namespace
}  // namespace docket
