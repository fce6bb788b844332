#include "pipeline/run/run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>

#include "pipeline/run/output.h"
#include "tests/project.h"

namespace docket {
namespace {

/// Counts what it is told.
struct CountingListener final : RunListener {
  std::atomic<int> begun_runs = 0, taken_documents = 0, ends = 0;
  std::map<std::string, Outcome> outcomes;
  std::map<std::string, Rebuild::What> spared_documents;
  std::vector<std::string> problems;
  std::function<void()> on_finished = [] {};

  void begun(const std::string&) override { ++begun_runs; }
  void input_problem(const std::string& problem) override { problems.push_back(problem); }
  void taken() override { ++taken_documents; }
  void all_taken() override { ++ends; }
  void spared(const std::string& path, Rebuild::What why, std::string_view) override {
    spared_documents[path] = why;
  }
  void finished(const Document& document, const Pipeline&) override {
    outcomes[document.path] = outcome(document);
    on_finished();
  }
};

TEST(RunPipeline, TellsItsListenerOfEveryDocument) {
  Project project;
  project.backend.failure = {ErrorClass::damaged, "is broken"};
  project.write("in/a.txt", "fails");
  CountingListener first;
  const RunOutcome outcome = project.run_with(first);
  EXPECT_EQ(outcome.state, RunOutcome::State::ran);
  EXPECT_EQ(outcome.failed, 1);
  EXPECT_EQ(outcome.report["documents"]["done"], 2);
  EXPECT_EQ(outcome.report, nlohmann::ordered_json::parse(project.read("out/report.json")));
  EXPECT_EQ(first.begun_runs, 1);
  EXPECT_EQ(first.taken_documents, 3);
  EXPECT_EQ(first.ends, 1);
  EXPECT_EQ(first.outcomes,
            (std::map<std::string, Outcome>{
                {"in/a.txt", Outcome::failed}, {"in/b.txt", Outcome::done}, {"in/c.txt", Outcome::done}}));
  CountingListener second;
  project.options.inputs = {(project.root / "in").string(), (project.root / "empty").string()};
  std::filesystem::create_directory(project.root / "empty");
  project.run_with(second);
  EXPECT_EQ(second.taken_documents, 0);
  EXPECT_EQ(second.spared_documents,
            (std::map<std::string, Rebuild::What>{{"in/a.txt", Rebuild::What::parked},
                                                  {"in/b.txt", Rebuild::What::up_to_date},
                                                  {"in/c.txt", Rebuild::What::up_to_date}}));
  EXPECT_EQ(second.problems.size(), 1u) << "a folder without files";
}

TEST(RunPipeline, RefusesWhatDoesNotFitThePipeline) {
  Project project;
  CountingListener listener;
  for (const auto& [until, meant] :
       {std::pair("nonesuch", "; known: extract, classify, structured_extract, escalate"),
        {"structured-extract", ", did you mean 'structured_extract'?"},
        {"clasify", ", did you mean 'classify'?"},
        {"EXTARCT", ", did you mean 'extract'?"}}) {
    project.options.until = until;
    const RunOutcome outcome = project.run_with(listener);
    EXPECT_EQ(outcome.state, RunOutcome::State::refused);
    EXPECT_EQ(outcome.error->message,
              std::string("--until ") + until + ": the pipeline has no such stage" + meant);
  }
  EXPECT_EQ(listener.begun_runs, 0);
  EXPECT_FALSE(std::filesystem::exists(project.root / "out"));
}

TEST(RunPipeline, TellsThatAnotherRunHoldsTheOutput) {
  Project project;
  const auto other = Output::open(project.root / "out");
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Output>>(other));
  RunListener nobody;
  EXPECT_EQ(project.run_with(nobody).state, RunOutcome::State::locked);
}

TEST(RunPipeline, StopsWhenItsCallerSaysSo) {
  Project project;
  for (int i = 0; i < 200; ++i)
    project.write("in/more" + std::to_string(i) + ".txt", "a letter, number " + std::to_string(i));
  project.options.jobs = project.options.in_flight = 1;
  std::stop_source stop;
  CountingListener listener;
  listener.on_finished = [&] { stop.request_stop(); };
  const RunOutcome outcome = project.run_with(listener, stop.get_token());
  EXPECT_EQ(outcome.state, RunOutcome::State::ran);
  EXPECT_EQ(outcome.report["run"]["stopped"], "stopped by its caller");
  EXPECT_LT(listener.outcomes.size(), 100u);
}

}  // namespace
}  // namespace docket
