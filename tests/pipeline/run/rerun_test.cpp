// What changed → what ran: three documents go through a pipeline, something changes, and the second run's
// calls are counted.
#include <gtest/gtest.h>

#include "cli/exit_code.h"
#include "tests/project.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

struct Row {
  const char* what;
  std::function<void(Project&)> change;
  Calls calls;        ///< Of the second run.
  int worked_on = 0;  ///< Documents that went through the stages.
};

void touch(const fs::path& file) {
  fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::seconds(5));
}

const Row rows[] = {
    {"nothing", [](Project&) {}, {}, 0},
    {"a document is touched", [](Project& p) { touch(p.root / "in/a.txt"); }, {}, 0},
    {"a document is written again with the same content",
     [](Project& p) { p.write("in/a.txt", p.read("in/a.txt")); },
     {},
     0},
    {"a document changes", [](Project& p) { p.write("in/a.txt", "an invoice, total 150"); }, {1, 1, 1}, 1},
    {"a document changes, its text does not: early cut-off",
     [](Project& p) { p.write("in/a.txt", p.read("in/a.txt") + "   "); },
     {1, 0, 0},
     1},
    {"an invoice becomes a letter", [](Project& p) { p.write("in/a.txt", "a letter indeed"); }, {1, 1, 0}, 1},
    {"a document takes another's content",
     [](Project& p) { p.write("in/a.txt", p.read("in/b.txt")); },
     {},
     1},
    {"a new document", [](Project& p) { p.write("in/d.txt", "an invoice, total 9"); }, {1, 1, 1}, 1},
    {"a new document with known content", [](Project& p) { p.write("in/d.txt", p.read("in/a.txt")); }, {}, 1},
    {"two new documents of one content",
     [](Project& p) {
       p.write("in/d.txt", "an invoice, total 9");
       p.write("in/e.txt", "an invoice, total 9");
     },
     {1, 1, 1},
     2},
    {"a document is gone", [](Project& p) { fs::remove(p.root / "in/a.txt"); }, {}, 0},
    {"a document is renamed",
     [](Project& p) { fs::rename(p.root / "in/a.txt", p.root / "in/z.txt"); },
     {},
     1},
    {"the project moves",
     [](Project& p) {
       fs::rename(p.root, p.dir.path() / "moved");
       p.root = p.dir.path() / "moved";
     },
     {},
     0},
    {"a label comes",
     [](Project& p) { p.edit("        letter:", "        other: {}\n        letter:"); },
     {0, 3, 0},
     3},
    {"a label's description changes", [](Project& p) { p.edit("a bill,", "a bill of sale,"); }, {0, 3, 0}, 3},
    {"a label's keywords change", [](Project& p) { p.edit("[bill]", "[bill, invoice]"); }, {0, 3, 0}, 3},
    {"classify's threshold changes", [](Project& p) { p.edit("0.85", "0.9"); }, {0, 3, 0}, 3},
    {"structured-extract's threshold changes", [](Project& p) { p.edit("0.5", "0.6"); }, {0, 0, 2}, 3},
    {"the schema changes", [](Project& p) { p.replace("fields.json", "to pay", "in all"); }, {0, 0, 2}, 3},
    {"the schema is touched", [](Project& p) { touch(p.root / "fields.json"); }, {}, 0},
    {"the schema is renamed",
     [](Project& p) {
       fs::rename(p.root / "fields.json", p.root / "other.json");
       p.edit("fields.json", "other.json");
     },
     {},
     0},
    {"a check comes",
     [](Project& p) {
       p.edit("schema: fields.json", "schema: fields.json\n      checks: { positive: .total > 0 }");
     },
     {0, 0, 2},
     3},
    {"a condition says the same in other words",
     [](Project& p) { p.edit(".classify.label == \"invoice\"", "(.classify.label) == \"invoice\""); },
     {},
     3},
    {"a condition has another name", [](Project& p) { p.edit("is invoice:", "bill:"); }, {}, 3},
    {"a condition holds for more documents",
     [](Project& p) { p.edit(".classify.label == \"invoice\"", ".classify.label != null"); },
     {0, 0, 1},
     3},
    {"a condition holds for fewer documents",
     [](Project& p) { p.edit("== \"invoice\"", "== \"invoice\" and .document.bytes < 0"); },
     {},
     3},
    {"a condition of the last stage changes", [](Project& p) { p.edit("> 1000", "> 150"); }, {}, 3},
    {"a backend has another name",
     [](Project& p) {
       p.edit("[rules, local]", "[rules, mine]");
       p.edit("  local:", "  mine:");
     },
     {},
     0},
    {"a backend has another model", [](Project& p) { p.edit("model: small", "model: large"); }, {0, 3, 0}, 3},
    {"a server has another version of the model",
     [](Project& p) { p.models["local"] = "digest 2"; },
     {0, 3, 0},
     3},
    {"a server cannot be asked what it has", [](Project& p) { p.models.clear(); }, {}, 0},
    {"a backend has another address", [](Project& p) { p.edit(":11434", ":11435"); }, {}, 0},
    {"max_concurrent changes", [](Project& p) { p.edit("max_concurrent: 4", "max_concurrent: 8"); }, {}, 0},
    {"a backend's time-out changes", [](Project& p) { p.edit("timeout: 60s", "timeout: 90s"); }, {}, 0},
    {"a price comes",
     [](Project& p) { p.edit("timeout: 60s", "timeout: 60s, price: { input: 1, output: 2 }"); },
     {},
     0},
    {"a stage's time limit changes", [](Project& p) { p.edit("time_limit: 20s", "time_limit: 30s"); }, {}, 0},
    {"a weight of the complexity comes",
     [](Project& p) { p.edit("stages:", "complexity: { length: 0.9 }\nstages:"); },
     {},
     3},
    {"a comment in the pipeline", [](Project& p) { p.edit("stages:", "# the work\nstages:"); }, {}, 0},
    {"a stage goes",
     [](Project& p) {
       const std::string yaml = p.read("pipeline.yaml");
       p.write("pipeline.yaml", yaml.substr(0, yaml.find("  - escalate")));
     },
     {},
     3},
    {"a record is deleted", [](Project& p) { fs::remove(p.root / "out/in/a.txt.json"); }, {}, 0},
    {"a record is changed by another hand", [](Project& p) { p.write("out/in/a.txt.json", "{}"); }, {}, 0},
    {"a text is deleted", [](Project& p) { fs::remove(p.root / "out/in/a.txt.txt"); }, {}, 0},
    {"a text is cut", [](Project& p) { p.write("out/in/a.txt.txt", ""); }, {}, 0},
    {"all files are deleted", [](Project& p) { fs::remove_all(p.root / "out/in"); }, {}, 0},
    {"the ledger is deleted", [](Project& p) { fs::remove_all(p.root / "out/.docket"); }, {3, 3, 2}, 3},
    {"another output", [](Project& p) { p.edit("dir: out", "dir: out2"); }, {3, 3, 2}, -1},
    {"--always-make",
     [](Project& p) { p.options.rebuild.which = RebuildOptions::Which::everything; },
     {3, 3, 2},
     3},
    {"--only one of two changed documents",
     [](Project& p) {
       p.write("in/a.txt", "a letter, new");
       p.write("in/c.txt", "a letter, new too");
       p.options.only = {"in/a.txt"};
     },
     {1, 1, 0},
     1},
    {"--limit 1 of two changed documents",
     [](Project& p) {
       p.write("in/b.txt", "a letter, new");
       p.write("in/c.txt", "a letter, new too");
       p.options.limit = 1;
     },
     {1, 1, 0},
     1},
    {"--failed when none has failed",
     [](Project& p) {
       p.write("in/a.txt", "a letter, new");
       p.options.rebuild.which = RebuildOptions::Which::failed;
     },
     {},
     0},
};

TEST(Rerun, RunsWhatChangedAndNothingElse) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Project project;
    ASSERT_EQ(project.run(), exit_up_to_date);
    ASSERT_EQ(project.backend.take(), (Calls{3, 3, 2}));
    row.change(project);
    ASSERT_NE(project.run(), exit_usage);
    EXPECT_EQ(project.backend.take(), row.calls);
    if (row.worked_on < 0) continue;
    const nlohmann::json documents = project.report()["documents"];
    EXPECT_EQ(documents["in"].get<int>() - documents["up_to_date"].get<int>(), row.worked_on);
    if (project.options.rebuild.which == RebuildOptions::Which::everything || project.options.limit != 0)
      continue;
    project.run();
    EXPECT_EQ(project.backend.take(), Calls{}) << "a third run has nothing to do";
  }
}

TEST(Rerun, AnEditThatIsTakenBackCostsNothing) {
  Project project;
  project.run();
  const std::string before = project.read("out/in/a.txt.json");
  project.write("in/a.txt", "an invoice, total 150");
  project.run();
  project.write("in/a.txt", "an invoice, total 100");
  project.backend.take();
  project.run();
  EXPECT_EQ(project.backend.take(), Calls{});
  EXPECT_EQ(project.read("out/in/a.txt.json"), before);
}

TEST(Rerun, WhatIsTakenFromTheLedgerGivesTheSameBytes) {
  Project project;
  project.run();
  const std::string record = project.read("out/in/a.txt.json");
  const std::string results = project.read("out/results.jsonl");
  for (const char* path : {"a", "b", "c"})
    fs::remove(project.root / "out/in" / (std::string(path) + ".txt.json"));
  fs::remove(project.root / "out/results.jsonl");
  project.run();
  EXPECT_EQ(project.read("out/in/a.txt.json"), record);
  EXPECT_EQ(project.read("out/results.jsonl"), results);
}

TEST(Rerun, AStageAtATimeAddsUpToTheWhole) {
  Project project;
  project.options.until = "classify";
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{3, 3, 0}));
  project.options.until.clear();
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{0, 0, 2}));
}

TEST(Rerun, AnotherRuleOfComplexityRunsOnlyWhatConditionsNowWant) {
  Project project;
  project.edit(".classify.label == \"invoice\"", ".complexity.score > 0.5");
  project.edit("stages:",
               "complexity: { classifier: classify, label_order: [letter, invoice], label: 0.2 }\nstages:");
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{3, 3, 0}));
  project.edit("label: 0.2", "label: 0.8");
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{0, 0, 2}));
  EXPECT_EQ(project.record("in/a.txt")["complexity"]["signals"]["label"], "invoice");
  project.edit("[letter, invoice]", "[invoice, letter]");
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{0, 0, 1})) << "the letter";
  EXPECT_FALSE(project.record("in/a.txt").contains("structured_extract"));
}

TEST(Rerun, AFailureIsTriedThreeTimesAndThenParked) {
  Project project;
  project.write("in/a.txt", "fails");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(project.run(), exit_failed);
    EXPECT_EQ(project.backend.take().extract, attempt == 1 ? 3 : 1) << "attempt " << attempt;
  }
  EXPECT_EQ(project.run(), exit_failed) << "a parked document is no success";
  EXPECT_EQ(project.backend.take(), Calls{});
  EXPECT_EQ(project.report()["documents"]["failed"], 1);
  project.options.rebuild.retry_parked = true;
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{1, 0, 0}));
  project.options.rebuild.retry_parked = false;
  project.write("in/a.txt", "a letter, mended");
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), (Calls{1, 1, 0}));
}

TEST(Rerun, WhatWouldFailAgainIsParkedAtOnceUntilThePipelineChanges) {
  Project project;
  project.backend.failure = {ErrorClass::damaged, "is broken"};
  project.write("in/a.txt", "fails");
  EXPECT_EQ(project.run(), exit_failed);
  project.backend.take();
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.backend.take(), Calls{});
  project.edit("a bill,", "a bill of sale,");
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.backend.take(), (Calls{1, 2, 0}));
}

TEST(Rerun, WhatIsNotTheDocumentsDoingNeverParks) {
  Project project;
  project.backend.failure = {ErrorClass::unavailable, "the worker does not start"};
  project.write("in/a.txt", "fails");
  for (int attempt = 0; attempt < 5; ++attempt) {
    EXPECT_EQ(project.run(), exit_unavailable);
    EXPECT_EQ(project.backend.take().extract, attempt == 0 ? 3 : 1);
  }
}

const Error withheld = {ErrorClass::withheld, "nothing may leave this machine"};

TEST(Rerun, WhatOfflineHeldIsAskedByTheNextRunWithoutIt) {
  Project project;
  project.backend.refusals = {{"rules", withheld}, {"local", withheld}};
  EXPECT_EQ(project.run(), exit_held);
  EXPECT_EQ(project.backend.take(), (Calls{3, 0, 0}));
  project.backend.refusals.clear();
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), (Calls{0, 3, 2}));
}

TEST(Rerun, WhatOfflineHadDoneByAnotherModelIsAskedByTheNextRunWithoutIt) {
  Project project;
  project.edit("type: builtin }", "type: builtin }\n  other: { type: builtin }");
  project.edit("[rules, local]", "[other, rules]");
  project.backend.refusals = {{"other", withheld}};
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), (Calls{3, 3, 2}));
  project.backend.refusals.clear();
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), (Calls{0, 3, 0}));
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), Calls{});
}

TEST(Rerun, OnlyWhatFailedIsRunWhenAskedFor) {
  Project project;
  project.write("in/a.txt", "fails");
  project.run();
  project.write("in/b.txt", "a letter, new");
  project.options.rebuild.which = RebuildOptions::Which::failed;
  project.backend.take();
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.backend.take(), (Calls{1, 0, 0}));
}

TEST(Rerun, AFailureLeavesTheRecordOfAnEarlierSuccess) {
  Project project;
  project.run();
  const std::string before = project.read("out/in/a.txt.json");
  project.backend.failure = {ErrorClass::unavailable, "the worker does not start"};
  project.write("in/a.txt", "fails");
  EXPECT_EQ(project.run(), exit_unavailable);
  EXPECT_EQ(project.read("out/in/a.txt.json"), before) << "not the document's doing";
  project.backend.failure = {ErrorClass::crash, "crashed the parser"};
  EXPECT_EQ(project.run(), exit_failed);
  EXPECT_EQ(project.record("in/a.txt")["status"], "failed") << "the new content is known to fail";
  EXPECT_FALSE(fs::exists(project.root / "out/in/a.txt.txt")) << "the text is of another content";
}

TEST(Rerun, DocumentsThatAreGoneAreReportedByRunsOverTheWholeInputOnly) {
  Project project;
  project.run();
  fs::remove(project.root / "in/a.txt");
  project.options.inputs = {(project.root / "in/b.txt").string()};
  project.run();
  EXPECT_EQ(project.report()["missing"]["count"], 0);
  project.options.inputs.clear();
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.report()["missing"]["documents"], nlohmann::json({"in/a.txt"}));
  EXPECT_TRUE(fs::exists(project.root / "out/in/a.txt.json"));
}

TEST(Rerun, ARunThatAlwaysMakesComputesOneContentOnce) {
  Project project;
  project.write("in/d.txt", "an invoice, total 100");
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{3, 3, 2}));
  project.options.rebuild.which = RebuildOptions::Which::everything;
  project.run();
  EXPECT_EQ(project.backend.take(), (Calls{3, 3, 2}));
}

TEST(Rerun, ManyCopiesInFlightAreComputedOnce) {
  Project project;
  for (int i = 0; i < 200; ++i)
    project.write("in/copy" + std::to_string(i) + ".txt", "an invoice, total 77");
  project.options.jobs = 4;
  EXPECT_EQ(project.run(), exit_up_to_date);
  EXPECT_EQ(project.backend.take(), (Calls{4, 4, 3}));
  EXPECT_EQ(project.report()["documents"]["done"], 203);
}

}  // namespace
}  // namespace docket
