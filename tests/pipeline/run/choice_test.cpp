// A stage with a cap: which documents of a run it asks about, and what becomes of the others.
#include "pipeline/run/choice.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <sstream>

#include "cli/exit_code.h"
#include "tests/project.h"

namespace docket {
namespace {

using Paths = std::vector<std::string>;

constexpr const char* uncapped =
    "  - escalate:\n      when: { much: .structured_extract.fields.total > 1000 }\n";

/// Six invoices, the third the least sure and then the fifth; all of them are to be escalated.
class CappedProject : public Project {
 public:
  explicit CappedProject(const std::string& at_most) {
    for (const char* letter : {"in/a.txt", "in/b.txt", "in/c.txt"})
      std::filesystem::remove(root / letter);
    const char* sure[] = {"0.9", "0.8", "0.1", "0.7", "0.4", "0.6"};
    for (int i = 0; i < 6; ++i)
      write(path(i + 1), "an invoice, sure " + std::string(sure[i]) + " total 10" + std::to_string(i));
    edit(uncapped, stage("escalate", at_most));
    options.jobs = 2;
  }

  static std::string path(int number) { return "in/" + std::to_string(number) + ".txt"; }
  static std::string stage(const std::string& id, const std::string& at_most) {
    return "  - escalate: { id: " + id + ", backend: local, redo: structured_extract, at_most: " + at_most +
           ", when: { " + id + ": .structured_extract != null } }\n";
  }
  std::string held(int number) const { return record(path(number)).value("held", ""); }
  Paths prompted() {
    Paths paths = backend.take_prompted();
    std::ranges::sort(paths);
    return paths;
  }
};

TEST(Choice, TheWorstDocumentsOfARunAreAskedAboutAndTheOthersHeld) {
  CappedProject project("2");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/3.txt", "in/5.txt"}));
  EXPECT_EQ(project.backend.take(), (Calls{6, 6, 6})) << "what was known was taken from the ledger";
  EXPECT_EQ(project.record("in/3.txt")["status"], "done");
  EXPECT_EQ(project.record("in/3.txt")["escalate"]["replaces"], "structured_extract");
  const nlohmann::json left = project.record("in/1.txt");
  EXPECT_EQ(left["status"], "held");
  EXPECT_EQ(left["held"], "cap: at_most");
  EXPECT_EQ(left["reasons"], nlohmann::json({"escalate"}));
  EXPECT_EQ(left["structured_extract"]["fields"]["total"], 100) << "the local answer";
}

TEST(Choice, EveryDocumentIsCountedOnceAndSoIsWhatItTook) {
  CappedProject project("2");
  project.run();
  const nlohmann::json report = project.report();
  EXPECT_EQ(report["documents"], nlohmann::json::parse(R"({"in": 6, "done": 2, "failed": 0, "held": 4,
                                                           "up_to_date": 0, "cancelled": 0})"));
  EXPECT_EQ(report["held"][0]["why"], "cap: at_most");
  EXPECT_EQ(report["held"][0]["count"], 4);
  EXPECT_EQ(report["totals"]["usage"]["calls"], 2);
  for (const nlohmann::json& stage : report["stages"])
    EXPECT_EQ(stage["in"], 6) << stage["id"];
  std::string results = project.read("out/results.jsonl");
  EXPECT_EQ(std::ranges::count(results, '\n'), 6);
}

TEST(Choice, WhatRanBeforeTheChoiceCountsAsWorkOfTheRun) {
  CappedProject project("2");
  project.run();
  nlohmann::json report = project.report();
  EXPECT_EQ(report["all_cloud"]["without_model"]["answers"], 6 + 4) << "labels, totals that stayed";
  std::map<std::string, int> decisions;
  const auto count_decisions = [&] {
    decisions.clear();
    std::istringstream lines(project.read("out/routing.jsonl"));
    for (std::string line; std::getline(lines, line);)
      if (const auto one = nlohmann::json::parse(line); one.contains("stage"))
        ++decisions[one["decision"].get<std::string>()];
  };
  count_decisions();
  EXPECT_EQ(decisions, (std::map<std::string, int>{{"runs", 18}, {"escalated", 2}, {"held", 4}}));
  project.run();  // Takes two more; what stages before have found is known now.
  count_decisions();
  EXPECT_EQ(decisions, (std::map<std::string, int>{{"kept", 12}, {"escalated", 2}, {"held", 2}}));
  report = project.report();
  EXPECT_EQ(report["all_cloud"]["without_model"]["answers"], 0);
  EXPECT_EQ(report["escalations"]["documents"], 2);
}

TEST(Choice, AShareIsOfTheDocumentsThatTheRunWorksOn) {
  CappedProject project("50%");
  project.options.limit = 5;  // So 2, rounded down.
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/3.txt", "in/5.txt"}));
  project.options.limit = 0;  // The three that are held, and the one that is new.
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/4.txt", "in/6.txt"}));
  EXPECT_EQ(project.report()["documents"]["up_to_date"], 2);
}

TEST(Choice, ARunAfterTheOtherComesToTheEndWithoutAnythingTwice) {
  CappedProject project("4");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/3.txt", "in/4.txt", "in/5.txt", "in/6.txt"}));
  project.backend.take();
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.prompted(), (Paths{"in/1.txt", "in/2.txt"}));
  EXPECT_EQ(project.backend.take(), Calls{});
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.prompted(), Paths{});
  EXPECT_EQ(project.report()["documents"]["up_to_date"], 6);
}

TEST(Choice, ACapThatIsLiftedAsksAboutTheRest) {
  CappedProject project("0");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), Paths{});
  project.edit("at_most: 0, ", "");
  project.backend.take();
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.prompted().size(), 6u);
  EXPECT_EQ(project.backend.take(), Calls{});
}

TEST(Choice, EqualDocumentsAreTakenInTheOrderOfTheInput) {
  CappedProject project("2");
  for (int i = 1; i <= 6; ++i)
    project.write(CappedProject::path(i), "an invoice, sure 0.5 total 10" + std::to_string(i));
  project.run();
  EXPECT_EQ(project.prompted(), (Paths{"in/1.txt", "in/2.txt"}));
}

TEST(Choice, WhatIsRefusedTakesNoPlace) {
  CappedProject project("2");
  project.backend.keeps_private = true;
  project.edit("backends:", "policy: { private: [\"path: in/3.txt\"] }\nbackends:");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/5.txt", "in/6.txt"}));
  EXPECT_EQ(project.held(3), "policy: private");
  EXPECT_EQ(project.record("in/3.txt")["held_detail"], "path: in/3.txt");
  EXPECT_EQ(project.held(1), "cap: at_most");
}

/// Of which the model is shown what `near` makes of the document, by default its total.
class SummarizedProject : public CappedProject {
 public:
  using Summaries = std::function<Result<Answer>(const std::string& document)>;
  explicit SummarizedProject(
      const std::string& at_most, Summaries summary =
                                      [](const std::string&) {
                                        return Answer{{{"text", "total 102"}}};
                                      })
      : CappedProject(at_most) {
    edit("  rules:",
         "  near: { type: ollama, url: \"http://127.0.0.1:11434\", model: tiny }\n"
         "  rules:");
    edit("backend: local, redo", "backend: local, send: summary, summarize_with: near, redo");
    backend.instead = [summary = std::move(summary)](const Request& request) -> std::optional<Reply> {
      if (request.backend != "near") return std::nullopt;
      Reply reply;
      reply.answer = summary(request.asked_by.document);
      reply.spent.add({"near", "tiny", {.calls = 1}});
      return reply;
    };
  }
};

TEST(Choice, WhatIsRefusedTakesNoPlaceThoughItsSummaryWasMade) {
  SummarizedProject project("2");
  project.backend.keeps_private = true;
  project.edit("backends:", "policy: { private: [\"path: in/3.txt\"] }\nbackends:");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), (Paths{"in/5.txt", "in/6.txt"}));
  EXPECT_EQ(project.held(3), "policy: private");
  EXPECT_EQ(project.held(1), "cap: at_most");
}

TEST(Choice, WhatIsRefusedForNowTakesNoPlaceThoughItsSummaryWasMade) {
  SummarizedProject project("2");
  project.backend.refusals = {{"local", {ErrorClass::withheld, "budget: the run's limit is reached"}}};
  EXPECT_EQ(project.run(), exit_held);
  for (int i = 1; i <= 6; ++i)
    EXPECT_EQ(project.held(i), "budget: the run's limit is reached");
}

TEST(Choice, ASummaryThatFailsTakesNoPlace) {
  SummarizedProject project("2", [](const std::string& document) -> Result<Answer> {
    if (document == "in/5.txt") return Error{ErrorClass::transport, "no whole reply"};
    return Answer{{{"text", "total 102"}}};
  });
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.prompted(), (Paths{"in/3.txt", "in/6.txt"}));
  EXPECT_EQ(project.report()["documents"]["failed"], 1);
  EXPECT_EQ(project.report()["documents"]["held"], 3);
}

TEST(Choice, AFailureBehindASummaryTakesAPlace) {
  SummarizedProject project("2");
  project.backend.refusals = {{"local", {ErrorClass::transport, "no whole reply"}}};
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.report()["documents"]["failed"], 2);
  EXPECT_EQ(project.report()["documents"]["held"], 4);
}

TEST(Choice, AnAnswerThatIsKnownTakesNoPlace) {
  CappedProject project("1");
  project.backend.instead = [](const Request& request) -> std::optional<Reply> {
    const std::string& document = request.asked_by.document;
    if (request.backend != "local" || (document != "in/3.txt" && document != "in/6.txt")) return std::nullopt;
    Reply known;
    known.answer = Answer{{{"total", {{"quote", "total 102"}, {"value", 102}}}}};
    known.reused = {.calls = 1};
    return known;
  };
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), Paths{"in/5.txt"});
  EXPECT_EQ(project.record("in/3.txt")["status"], "done");
  EXPECT_EQ(project.held(6), "cap: at_most")
      << "no place is left, and that it is known shows when it is asked";
  EXPECT_EQ(project.report()["documents"]["held"], 4);
}

TEST(Choice, WhatNobodyMayAskIsHeldForThatAndNotForTheCap) {
  CappedProject project("2");
  project.backend.refusals = {{"local", {ErrorClass::withheld, "offline"}}};
  EXPECT_EQ(project.run(), exit_held);
  for (int i = 1; i <= 6; ++i)
    EXPECT_EQ(project.held(i), "offline");
  EXPECT_EQ(project.report()["held"].size(), 1u);
}

TEST(Choice, WhatIsKnownTakesNoPlace) {
  CappedProject project("1");
  project.write("in/4.txt", project.read("in/3.txt"));
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.prompted(), Paths{"in/3.txt"});
  EXPECT_EQ(project.record("in/4.txt")["status"], "done");
  EXPECT_EQ(project.report()["documents"]["held"], 4);
}

TEST(Choice, AFailureTakesAPlace) {
  CappedProject project("2");
  project.backend.refusals = {{"local", {ErrorClass::transport, "no whole reply"}}};
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.report()["documents"]["failed"], 2);
  EXPECT_EQ(project.report()["documents"]["held"], 4);
}

TEST(Choice, AStopBetweenHoldsTheRestAndTheNextRunGoesOn) {
  CappedProject project("5");
  project.options.in_flight = 1;
  std::stop_source stop;
  project.backend.on_prompt = [&] { stop.request_stop(); };
  RunListener nobody;
  const RunOutcome outcome = project.run_with(nobody, stop.get_token());
  EXPECT_EQ(outcome.held, 5);
  EXPECT_EQ(outcome.report["documents"]["done"], 1);
  EXPECT_EQ(outcome.report["documents"]["cancelled"], 0);
  EXPECT_EQ(project.held(1), "cap: at_most");
  EXPECT_EQ(project.prompted(), Paths{"in/3.txt"});
  project.backend.take();
  project.backend.on_prompt = [] {};
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.prompted().size(), 5u);
  EXPECT_EQ(project.backend.take(), Calls{});
}

TEST(Choice, TooManyFailuresHoldTheRest) {
  CappedProject project("5");
  project.options.in_flight = 1;
  project.options.keep_going = 2;
  project.backend.refusals = {{"local", {ErrorClass::transport, "no whole reply"}}};
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.report()["documents"]["failed"], 2);
  EXPECT_EQ(project.report()["documents"]["held"], 4);
}

TEST(Choice, EachStageHasItsOwnCap) {
  CappedProject project("3");
  project.write("pipeline.yaml", project.read("pipeline.yaml") + CappedProject::stage("again", "1") +
                                     CappedProject::stage("free", "9"));
  EXPECT_EQ(project.run(), exit_held);
  const Paths asked = project.prompted();
  EXPECT_EQ(asked.size(), 3u + 1u + 6u);
  EXPECT_EQ(project.backend.take(), (Calls{6, 6, 6}));
  const nlohmann::json report = project.report();
  EXPECT_EQ(report["documents"]["in"], 6);
  for (const nlohmann::json& stage : report["stages"])
    EXPECT_EQ(stage["in"], 6) << stage["id"];
}

TEST(Choice, StagesAfterItRunOnceItIsDecided) {
  CappedProject project("2");
  project.write("pipeline.yaml",
                project.read("pipeline.yaml") +
                    "  - classify: { id: last, backends: [rules], labels: { invoice: , other: } }\n");
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.backend.take(), (Calls{6, 12, 6}));
  EXPECT_EQ(project.record("in/1.txt")["last"]["label"], "invoice");
}

TEST(Choice, ManyDocumentsInAFlowOfOne) {
  CappedProject project("10%");
  for (int i = 10; i < 130; ++i)
    project.write(CappedProject::path(i), "an invoice, sure 0.95 total " + std::to_string(100 + i));
  project.options.in_flight = 1;
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.backend.take_prompted().size(), 12u);
  EXPECT_EQ(project.report()["documents"]["held"], 114);
}

}  // namespace
}  // namespace docket
