#include "cli/report/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/terminal/table.h"
#include "cli/terminal/words.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

ordered_json empty_report() {
  return ordered_json::parse(R"({
      "run": {"wall_ms": 2000}, "up_to_date": {"held": 0}, "unsure": 0,
      "documents": {"in": 4, "done": 4, "held": 0, "failed": 0, "up_to_date": 0, "cancelled": 0},
      "missing": {"count": 0, "documents": []}, "stages": [], "errors": [], "held": [],
      "totals": {"usage": {"cost_usd": 1.25}}})");
}

ordered_json failure(const std::string& path, const char* standing = "new") {
  return {{"path", path}, {"stage", "extract"}, {"message", "is broken"}, {"standing", standing}};
}

SummaryContext context() {
  return {"p.yaml", "out", [](const std::string&) { return "total 0.53 < 0.80"; },
          [](const std::string&) {
            return std::vector<std::string>{"`docket run p.yaml` tomorrow", "to accept as it is: …"};
          }};
}

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

TEST(Summary, OfAGoodRunIsShort) {
  EXPECT_EQ(format_summary(empty_report(), context()),
            "4 documents: 4 done; 2 s, 2 a second, $1.25\n"
            "records and report.json in out\n");
}

TEST(Summary, OfARunThatWasStoppedCountsWhatItDid) {
  ordered_json report = empty_report();
  report["documents"] = {{"in", 40},    {"done", 4},       {"held", 0},
                         {"failed", 0}, {"up_to_date", 0}, {"cancelled", 36}};
  report["totals"]["usage"]["cost_usd"] = nullptr;
  EXPECT_EQ(lines_of_text(format_summary(report, context()))[0],
            "40 documents: 4 done, 36 cancelled; 2 s, 2 a second, cost not known");
}

TEST(Summary, TheNewOnesStandFirst) {
  ordered_json report = empty_report();
  report["errors"] = {{{"class", "damaged"},
                       {"count", 5},
                       {"documents",
                        {failure("a", "known"), failure("b", "known"), failure("c", "known"), failure("d"),
                         failure("e", "known")}}}};
  const std::vector<std::string> lines = lines_of_text(format_summary(report, context()));
  EXPECT_EQ(lines[0], "failed (5, 1 new): damaged: is broken") << "what all say is said once";
  EXPECT_EQ(lines[1], "  d");
  EXPECT_EQ(lines[2], "  a");
  EXPECT_EQ(lines[3], "  b");
  EXPECT_EQ(lines[4], "  … 2 more");
  EXPECT_EQ(lines[5], "");
}

TEST(Summary, HeldOnesSayWhyInNumbersAndWhatReleasesThem) {
  ordered_json report = empty_report();
  report["held"] = {
      {{"why", "budget: the day's"},
       {"count", 1},
       {"documents", {{{"path", "in/a.pdf"}, {"reasons", {"low confidence"}}, {"standing", "new"}}}}}};
  EXPECT_EQ(format_summary(report, context()),
            "held (1): budget: the day's\n"
            "  in/a.pdf: total 0.53 < 0.80\n"
            "  to release: `docket run p.yaml` tomorrow\n"
            "  to accept as it is: …\n"
            "\n"
            "4 documents: 4 done; 2 s, 2 a second, $1.25\n"
            "all of them: docket status p.yaml -v\n"
            "records and report.json in out\n");
}

TEST(Summary, WhatAllSayApartFromTheirCountsIsSaidOnceAndWhole) {
  const std::string why =
      "backend 'local': cannot connect to http://127.0.0.1:18080/props: Connection refused; is llama-server "
      "running, and is the port right? start it with `llama-server -m MODEL.gguf --port 18080` (";
  ordered_json documents;
  for (const char* name : {"a", "b", "c", "d"})
    documents.push_back({{"path", name}, {"message", why + (*name == 'a' ? "6" : "12") + " attempts)"}});
  ordered_json report = empty_report();
  for (const char* error_class : {"unavailable", "timeout", "transport"})
    report["errors"].push_back({{"class", error_class}, {"count", 4}, {"documents", documents}});
  const std::string text = format_summary(report, context());
  EXPECT_TRUE(
      text.starts_with("failed (4): unavailable: backend 'local': cannot connect to\n"
                       "  http://127.0.0.1:18080/props: Connection refused; is llama-server running, and\n"
                       "  is the port right? start it with `llama-server -m MODEL.gguf --port 18080`\n"))
      << text;
  EXPECT_EQ(text.find("attempts"), std::string::npos) << text;
  EXPECT_LE(lines_of_text(text).size(), 20u) << text;
}

TEST(Summary, AGroupOfNewOnesStandsBeforeKnownOnes) {
  ordered_json report = empty_report();
  report["errors"] = {{{"class", "damaged"}, {"count", 1}, {"documents", {failure("a", "known")}}},
                      {{"class", "timeout"}, {"count", 1}, {"documents", {failure("b")}}}};
  const std::vector<std::string> lines = lines_of_text(format_summary(report, context()));
  EXPECT_EQ(lines[0], "failed (1): timeout");
  EXPECT_EQ(lines[2], "failed (1, none new): damaged");
}

TEST(Summary, HasAtMostTwentyLinesOfEightyColumns) {
  ordered_json report = empty_report();
  report["run"]["stopped"] = "SIGINT";
  report["input"]["problems"] = {{"count", 2}, {"first", {std::string(200, 'x')}}};
  report["missing"]["count"] = 7;
  report["attention"] = ordered_json::parse(R"({"failed": {"new": 1, "known": 2, "acknowledged": 0},
                                                "held": {"new": 0, "known": 0, "acknowledged": 0}})");
  report["egress"] = ordered_json::parse(R"({"calls": 3, "documents": 2, "bytes": 5, "redactions": {}})");
  for (int groups = 0; groups < 30; ++groups) {
    SCOPED_TRACE(groups);
    const std::string text = format_summary(report, context());
    const std::vector<std::string> lines = lines_of_text(text);
    EXPECT_LE(lines.size(), 20u) << text;
    for (const std::string& line : lines)
      EXPECT_LE(columns_of(line), 80u) << line;
    EXPECT_NE(text.find("stopped: SIGINT"), std::string::npos) << text;
    EXPECT_NE(text.find("4 documents: 4 done"), std::string::npos) << text;
    if (groups > 0) {
      EXPECT_NE(text.find("failed (3): class 0"), std::string::npos) << text;
    }
    ordered_json documents = ordered_json::array();
    for (int i = 0; i < 3; ++i)
      documents.push_back(failure(std::string(100, 'd') + "/\xE6\x96\x87\xE6\x9B\xB8" + std::to_string(i)));
    report["errors"].push_back(
        {{"class", "class " + std::to_string(groups)}, {"count", 3}, {"documents", documents}});
  }
}

TEST(Summary, NamesTheFirstOfTheDocumentsThatAreDoneInDoubt) {
  ordered_json report = empty_report();
  report["doubtful"] = ordered_json::parse(R"([
      {"why": "poor_text", "count": 5, "documents": ["a", "b", "c", "d"]},
      {"why": "unsure", "count": 2, "documents": ["a", "e"]}])");
  EXPECT_EQ(format_summary(report, context()),
            "poor text (5): done, what was read may be wrong\n"
            "  a\n  b\n  c\n  … 2 more\n"
            "unsure (2): done, with an answer not accepted: total 0.53 < 0.80\n"
            "  e\n  … 1 more\n"
            "\n"
            "4 documents: 4 done; 2 s, 2 a second, $1.25\n"
            "all of them: docket status p.yaml -v\n"
            "records and report.json in out\n");
}

TEST(Summary, OneReasonIsThatOfAllOnlyIfItIs) {
  ordered_json report = empty_report();
  report["errors"] =
      ordered_json::array({{{"class", "damaged"},
                            {"count", 5},
                            {"documents", {failure("a"), failure("b"), failure("c"), failure("d")}}}});
  report["errors"][0]["documents"].push_back(failure("e"));
  EXPECT_NE(format_summary(report, context()).find("damaged: is broken\n  a\n  b\n  c\n  … 2 more\n"),
            std::string::npos)
      << format_summary(report, context());
  report["errors"][0]["documents"][4]["message"] = "is something else";
  EXPECT_NE(format_summary(report, context()).find("damaged\n  a: is broken\n  b: is broken\n"),
            std::string::npos)
      << format_summary(report, context());

  report["errors"].clear();
  report["doubtful"] =
      ordered_json::parse(R"([{"why": "unsure", "count": 4, "documents": ["a", "b", "c"]}])");
  EXPECT_NE(format_summary(report, context()).find("not accepted\n  a: total"), std::string::npos)
      << format_summary(report, context());  // Nobody knows of the fourth here.
}

TEST(Summary, DocumentsThatAreDoneGiveWayToThoseThatAreNot) {
  ordered_json report = empty_report();
  for (const char* why : {"damaged", "timeout", "transient"})
    report["errors"].push_back({{"class", why}, {"count", 3}, {"documents", {failure("a"), failure("b")}}});
  report["doubtful"] =
      ordered_json::parse(R"([{"why": "unsure", "count": 9, "documents": ["x", "y", "z"]}])");
  const std::string text = format_summary(report, context());
  EXPECT_NE(text.find("transient: is broken\n  a\n  b\n"), std::string::npos) << text;
  EXPECT_NE(text.find("unsure (9)"), std::string::npos) << text;
  EXPECT_LE(lines_of_text(text).size(), 20u) << text;
}

TEST(Summary, NamesTheModelWhoseAnswersAreNotValid) {
  ordered_json report = empty_report();
  report["backends"] = ordered_json::parse(R"([
      {"backend": "good", "invalid_answers": {"count": 0, "of": 9, "documents": 0, "failed": 0, "example": null}},
      {"backend": "local", "invalid_answers": {"count": 14, "of": 60, "documents": 7, "failed": 3, "example": "a b"}},
      {"backend": "slow", "invalid_answers": {"count": 1, "of": 1, "documents": 1, "failed": 0, "example": "c"}}])");
  const std::string text = format_summary(report, context());
  EXPECT_NE(text.find("local: 14 of 60 answers not valid, 3 documents failed for it: docket explain\n"
                      "  p.yaml 'a b'\n"
                      "slow: 1 of 1 answer not valid, in 1 document, none failed for it: docket explain\n"
                      "  p.yaml c\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("good:"), std::string::npos) << text;
}

TEST(Summary, NamesCannotDriveTheTerminal) {
  ordered_json report = empty_report();
  report["errors"] = {{{"class", "damaged"}, {"count", 1}, {"documents", {failure("a\x1b[2J\nb")}}}};
  EXPECT_EQ(lines_of_text(format_summary(report, context()))[1], "  a?[2J?b: is broken");
}

TEST(ShellWord, CanBePasted) {
  EXPECT_EQ(shell_word("a/b.yaml"), "a/b.yaml");
  EXPECT_EQ(shell_word("my pipeline's.yaml"), "'my pipeline'\\''s.yaml'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace docket
