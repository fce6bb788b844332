// plan and run agree: what a dry run says of each stage is what the run then does with it.
#include "pipeline/run/stage_decision.h"

#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/run/dry_run.h"
#include "tests/project.h"

namespace docket {
namespace {

using What = StageDecision::What;
using State = StageResult::State;

/// What a dry run says of each document.
struct Foretold final : DryRunListener {
  std::map<std::string, std::vector<StageDecision>> decisions;
  std::map<std::string, Rebuild::What> spared_documents;

  void spared(const std::string& path, Rebuild::What why) override { spared_documents[path] = why; }
  void looked_at(const Document& document, const std::vector<StageDecision>& stages,
                 const Pipeline&) override {
    decisions[document.path] = stages;
  }
};

/// The words that the table below and the ledger have in common: `runs: why`.
std::string words(const StageDecision& decision) {
  switch (decision.what) {
    case What::runs:
      return "runs: " + decision.why;
    case What::kept:
      return "kept";
    case What::waits:
      return "waits";
    case What::skipped:
      return "skipped";
    case What::fails:
      return "fails: " + decision.why;
    case What::not_reached:
      return "not reached";
    case What::depends:
      return "depends";
    case What::left_out:
      return "left out";
  }
  return "";
}

std::string words(const LedgerStage& stage) {
  if (stage.state == State::pending) return "not reached";
  // escalate runs to see whether there is anything to do, and else says that it was skipped.
  if (stage.state == State::skipped) return stage.why.empty() ? "skipped" : "runs: " + stage.why;
  if (stage.state == State::failed && stage.error->error_class == ErrorClass::condition)
    return "fails: " + stage.error->message;
  return stage.ran ? "runs: " + stage.why : "kept";
}

struct AgreementCase {
  const char* what;
  std::function<void(Project&)> prepare;
  const char* path;
  std::vector<std::string> stages;  ///< Empty: a run does not look at the document.
};

const char* const condition_error =
    "fails: condition 'is invoice': string (\"invoice\") and number (1) cannot be added";

void break_condition(Project& project) {
  project.edit(".classify.label == \"invoice\"", ".classify.label + 1 > 2");
}

const AgreementCase agreement_cases[] = {
    {"new", [](Project&) {}, "in/a.txt", {"runs: new to this document", "depends", "depends", "depends"}},
    {"up to date", [](Project& p) { p.run(); }, "in/a.txt", {}},
    {"its content changed",
     [](Project& p) {
       p.run();
       p.write("in/a.txt", "an invoice, total 3");
     },
     "in/a.txt",
     {"runs: the document's content changed", "depends", "depends", "depends"}},
    {"all results are known",
     [](Project& p) {
       p.run();
       p.edit("is invoice:", "is a bill:");
     },
     "in/a.txt",
     {"kept", "kept", "kept", "runs: it was skipped before"}},
    {"skipped",
     [](Project& p) {
       p.run();
       p.edit("is invoice:", "is a bill:");
     },
     "in/c.txt",
     {"kept", "kept", "skipped", "runs: it was skipped before"}},
    {"a setting changed",
     [](Project& p) {
       p.run();
       p.edit("0.5", "0.6");
     },
     "in/a.txt",
     {"kept", "kept", "runs: its setting 'accept' changed", "depends"}},
    {"a condition cannot be evaluated",
     [](Project& p) {
       p.run();
       break_condition(p);
     },
     "in/a.txt",
     {"kept", "kept", condition_error, "not reached"}},
    {"a condition could not be evaluated before",
     [](Project& p) {
       break_condition(p);
       p.run();
     },
     "in/a.txt",
     {"kept", "kept", condition_error, "not reached"}},
    {"a condition can be evaluated again",
     [](Project& p) {
       break_condition(p);
       p.run();
       p.edit(".classify.label + 1 > 2", ".classify.label == \"invoice\"");
     },
     "in/a.txt",
     {"kept", "kept", "runs: it failed before", "depends"}},
    {"a stage failed",
     [](Project& p) {
       p.write("in/a.txt", "fails");
       p.run();
     },
     "in/a.txt",
     {"runs: it failed before", "depends", "depends", "depends"}},
    {"parked",
     [](Project& p) {
       p.backend.failure = {ErrorClass::damaged, "is broken"};
       p.write("in/a.txt", "fails");
       p.run();
     },
     "in/a.txt",
     {}},
    {"held for now",
     [](Project& p) {
       p.backend.refusals = {{"rules", {ErrorClass::withheld, "offline"}},
                             {"local", {ErrorClass::withheld, "offline"}}};
       p.run();
     },
     "in/a.txt",
     {"kept", "runs: its result is not kept", "depends", "depends"}},
    {"held for good, and its record is gone",
     [](Project& p) {
       p.edit("> 1000", "> 50");
       p.run();
       std::filesystem::remove(p.root / "out/in/a.txt.json");
     },
     "in/a.txt",
     {}},
    {"--until, as all was run before",
     [](Project& p) {
       p.run();
       p.options.until = "classify";
     },
     "in/a.txt",
     {}},
    {"--until, with new content",
     [](Project& p) {
       p.run();
       p.write("in/a.txt", "an invoice, total 3");
       p.options.until = "extract";
     },
     "in/a.txt",
     {"runs: the document's content changed", "left out", "left out", "left out"}},
    {"its file cannot be read",
     [](Project& p) {
       p.run();
       std::filesystem::remove(p.root / "in/a.txt");
       std::filesystem::create_symlink("nowhere", p.root / "in/a.txt");
       p.options.inputs = {(p.root / "in/a.txt").string()};
     },
     "in/a.txt",
     {"runs: its file cannot be read", "depends", "depends", "depends"}},
    {"--always-make, known",
     [](Project& p) {
       p.run();
       p.options.rebuild.which = RebuildOptions::Which::everything;
     },
     "in/a.txt",
     {"runs: asked for by --always-make", "depends", "depends", "depends"}},
    {"--always-make, new",
     [](Project& p) { p.options.rebuild.which = RebuildOptions::Which::everything; },
     "in/a.txt",
     {"runs: new to this document", "depends", "depends", "depends"}},
};

TEST(StageDecision, PlanAndRunAgree) {
  for (const AgreementCase& row : agreement_cases) {
    SCOPED_TRACE(row.what);
    Project project;
    row.prepare(project);
    Foretold foretold;
    PipelineOrDiagnostics read = project.pipeline();
    const std::size_t stage_count = read.pipeline->stages.size();
    ASSERT_TRUE(dry_run(std::move(*read.pipeline), project.options, foretold));
    EXPECT_EQ(foretold.spared_documents.contains(row.path), row.stages.empty());
    std::vector<std::string> said;
    for (const StageDecision& decision : foretold.decisions[row.path])
      said.push_back(words(decision));
    EXPECT_EQ(said, row.stages);

    project.backend.take();
    ASSERT_NE(project.run(), exit_usage);
    if (row.stages.empty()) {
      EXPECT_EQ(project.backend.take(), Calls{});
      continue;
    }
    auto ledger = LedgerReader::open(project.root / "out");
    ASSERT_TRUE(ledger);
    const auto stages = ledger->stages(row.path);
    ASSERT_TRUE(stages);
    ASSERT_EQ(stages->size(), stage_count);
    for (std::size_t i = 0; i < stage_count; ++i) {
      if (said[i] == "depends" || said[i] == "left out") continue;
      EXPECT_EQ(words((*stages)[i]), said[i]) << (*stages)[i].stage;
    }
  }
}

}  // namespace
}  // namespace docket
