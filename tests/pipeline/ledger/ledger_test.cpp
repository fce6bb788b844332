#include "pipeline/ledger/ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>
#include <regex>

#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/ledger/text_codec.h"
#include "pipeline/pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

std::unique_ptr<Ledger> open(const std::filesystem::path& folder) {
  auto ledger = Ledger::open(folder);
  if (!ledger) {
    ADD_FAILURE() << ledger.error().message;
    return nullptr;
  }
  return std::move(*ledger);
}

Result<std::optional<LedgerDocument>> document_in(Ledger& ledger, const std::string& path) {
  return select_document(**ledger.read(), path);
}

LedgerRun run_named(const std::string& name) {
  return {name, "/p/pipeline.yaml", "plan1", "0.1.0", "host", 17, "2026-11-01T12:00:00Z"};
}

LedgerDocument document_at(const std::string& path) {
  LedgerDocument document;
  document.path = document.name = path;
  document.id = "0123456789abcdef";
  document.stamp = {5, 111, 222, 333};
  document.sha256 = "abc";
  document.media_type = "text/plain";
  document.pipeline_digest = "plan1";
  document.outcome = Outcome::done;
  document.settled = true;
  document.record_bytes = 99;
  return document;
}

LedgerCall call_for(const std::string& document, std::int64_t nano_dollars) {
  LedgerCall call;
  call.document = document;
  call.stage = "escalate";
  call.model = "large";
  call.location = "cloud";
  call.outcome = "ok";
  call.request = "request1";
  call.usage.calls = 1;
  call.usage.input_tokens = 1000;
  call.usage.nano_dollars = nano_dollars;
  return call;
}

TEST(Ledger, IsForItsOwnerAlone) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  for (const char* file : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
    struct stat status {};
    ASSERT_EQ(stat((dir.path() / ".docket" / file).c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file;
  }
}

LedgerDocument member_at(const std::string& outer, const std::string& name, const std::string& digest) {
  LedgerDocument member = document_at(outer + "/" + name);
  member.outcome = Outcome::cancelled;
  member.sha256.clear();
  member.record_bytes = not_written;
  member.parent = outer;
  member.listed = digest;
  return member;
}

TEST(Ledger, KnowsMembersFromWhenTheirOuterDocumentWasLastRead) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  const auto listed = [&] {
    EXPECT_FALSE(ledger->flush());
    std::string all;
    const auto members = select_members(**ledger->read(), "a.zip");
    for (const LedgerDocument& member : *members)
      all += member.path + "=" + *member.listed + (is_only_listed(member) ? "? " : " ");
    return all;
  };
  ledger->members_listed(
      "a.zip", {member_at("a.zip", "x", "1"), member_at("a.zip", "y", "2"), member_at("a.zip", "z", "3")});
  ledger->members_listed("a.zip/x", {member_at("a.zip/x", "deep", "4")});
  ledger->document_ended(document_at("a.zip.txt"), {}, "{}");
  EXPECT_EQ(listed(), "a.zip/x=1? a.zip/y=2? a.zip/z=3? ");
  LedgerDocument read = member_at("a.zip", "y", "2");
  read.sha256 = "2";
  read.outcome = Outcome::done;
  read.record_bytes = 9;
  ledger->document_ended(read, {}, "{}");
  EXPECT_EQ(listed(), "a.zip/x=1? a.zip/y=2 a.zip/z=3? ");
  ledger->members_listed("a.zip", {member_at("a.zip", "x", "1"), member_at("a.zip", "new", "5")});
  EXPECT_EQ(listed(), "a.zip/new=5? a.zip/x=1? ");
  EXPECT_EQ((*document_in(*ledger, "a.zip/y"))->listed, std::nullopt) << "it has a record";
  EXPECT_FALSE(*document_in(*ledger, "a.zip/z")) << "nobody has read it";
  ledger->members_listed("a.zip", {member_at("a.zip", "y", "6")});
  EXPECT_EQ(listed(), "a.zip/y=6 ");
  EXPECT_EQ((*document_in(*ledger, "a.zip/y"))->sha256, "2");
}

TEST(Ledger, IsOneFileOnceItIsClosed) {
  const TempDir dir;
  for (int run = 0; run < 3; ++run) {
    const auto ledger = open(dir.path());
    ASSERT_FALSE(ledger->begin_run(run_named("r" + std::to_string(run)), {}));
    ledger->document_ended(document_at("a" + std::to_string(run)), {}, "{}");
    ASSERT_FALSE(ledger->flush());
    ASSERT_TRUE(ledger->record("a0"));  // A connection to read with is open then.
    if (run == 1) ledger->document_ended(document_at("not yet committed"), {}, "{}");
  }
  EXPECT_FALSE(std::filesystem::exists(dir.path() / ".docket/ledger.db-wal"));
  std::filesystem::create_directories(dir.path() / "copy/.docket");
  std::filesystem::copy(dir.path() / ".docket/ledger.db", dir.path() / "copy/.docket/ledger.db");
  auto copy = LedgerReader::open(dir.path() / "copy");
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->status()->done, 4);
}

TEST(Ledger, BelongsToThePipelineOfItsLastRun) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  const auto owner = [&] {
    auto reading = ledger->read();
    const auto found = select_owner(**reading);
    return found && *found ? (*found)->name : "nobody";
  };
  EXPECT_EQ(owner(), "nobody");
  ASSERT_FALSE(ledger->begin_run(run_named("killed"), {}));
  EXPECT_EQ(owner(), "nobody") << "an older docket's run without a report";
  ASSERT_FALSE(ledger->begin_run(run_named("older"), {}));
  ASSERT_FALSE(ledger->end_run(0, R"({"pipeline": {"name": "p1"}})"));
  EXPECT_EQ(owner(), "p1");
  LedgerRun newer = run_named("newer");
  newer.pipeline_name = "p2";
  ASSERT_FALSE(ledger->begin_run(newer, {}));
  EXPECT_EQ(owner(), "p2");
  Pipeline pipeline;
  pipeline.name = "p2";
  auto reading = ledger->read();
  EXPECT_FALSE(check_owner(**reading, pipeline));
  pipeline.name = "p3";
  EXPECT_NE(check_owner(**reading, pipeline)->message.find("'p2' (/p/pipeline.yaml), not to 'p3'"),
            std::string::npos);
}

TEST(Ledger, KeepsADocumentWithItsStagesOverRuns) {
  const TempDir dir;
  LedgerStage stage;
  stage.stage = "classify";
  stage.state = StageResult::State::held;
  stage.ran = true;
  stage.why = "new";
  stage.key = "k";
  stage.configuration = "c";
  stage.input = "{}";
  stage.reasons = {"doubtful \xff fields"};
  stage.held = "no cloud backend";
  stage.error = Error{ErrorClass::content, "no JSON"};
  stage.usage.calls = 2;
  stage.usage.nano_dollars = 7;
  LedgerDocument written = document_at("a");
  written.outcome = Outcome::failed;
  written.error = Error{ErrorClass::damaged, "broken"};
  written.error_stage = "extract";
  written.held = "why";
  written.attempts = 2;
  written.parked = true;
  written.in_input = true;
  written.run = 1;
  {
    const auto ledger = open(dir.path());
    ASSERT_FALSE(ledger->begin_run(run_named("r"), {{"c", "classify", "{}"}}));
    ledger->document_ended(written, {stage}, "{\"a\":1}");
  }
  const auto ledger = open(dir.path());
  const auto found = document_in(*ledger, "a");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(**found, written);
  const auto stages = select_stages(**ledger->read(), "a");
  ASSERT_TRUE(stages);
  ASSERT_EQ(stages->size(), 1u);
  EXPECT_EQ(stages->front().state, StageResult::State::held);
  EXPECT_EQ(stages->front().reasons, std::vector<std::string>{"doubtful \xef\xbf\xbd fields"});
  EXPECT_EQ(stages->front().held, "no cloud backend");
  EXPECT_EQ(stages->front().error, stage.error);
  EXPECT_EQ(stages->front().usage, stage.usage);
  EXPECT_EQ(*ledger->configuration("c"), "{}");
  EXPECT_FALSE(document_in(*ledger, "b")->has_value());
}

TEST(Ledger, FindsAResultOnceItIsCommitted) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  auto text = std::make_shared<Text>();
  text->pages.push_back({595, 842, "Total 119,00", {{{1, 2, 3, 4}, 0, 5}, {{5, 2, 9, 4}, 6, 6}}});
  StoredResult result;
  result.key = "key1";
  result.stage = "extract";
  result.output = {{"pages", 1}};
  result.text = text;
  result.text_digest = text_digest(*text);
  result.media_type = "application/pdf";
  result.usage.output_tokens = 3;
  std::promise<bool> committed;
  ledger->keep(result, [&](const std::optional<Error>& failed) { committed.set_value(!failed); });
  ASSERT_TRUE(committed.get_future().get());
  const auto found = ledger->result("key1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->output, result.output);
  EXPECT_EQ(*(*found)->text, *text);
  EXPECT_EQ((*found)->media_type, "application/pdf");
  EXPECT_EQ((*found)->usage, result.usage);
  EXPECT_FALSE(ledger->result("key2")->has_value());
}

TEST(Ledger, KeepsALongTextOnceAndWhole) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  auto text = std::make_shared<Text>();
  for (int page = 0; page < 300; ++page) {
    text->pages.push_back({595, 842, std::string(10'000, static_cast<char>('a' + page % 26)), {}});
    text->pages.back().words = {{{1, 2, 3, static_cast<float>(page)}, 0, 5000}};
  }
  StoredResult result;
  result.text = text;
  result.text_digest = text_digest(*text);
  for (const char* key : {"key1", "key2"}) {
    result.key = key;
    ledger->keep(result);
  }
  ASSERT_FALSE(ledger->flush());
  for (const char* key : {"key1", "key2"}) {
    const auto found = ledger->result(key);
    ASSERT_TRUE(found && *found) << key;
    EXPECT_EQ((*found)->text_digest, result.text_digest);
    EXPECT_EQ(*(*found)->text, *text);
  }
  auto other = LedgerDatabase::open(Ledger::file_in(dir.path()), LedgerDatabase::Access::write);
  EXPECT_EQ((*other)->number("SELECT count(*) FROM texts").value(), 1);
  ASSERT_FALSE((*other)->execute("UPDATE texts SET content = zeroblob(2000000)"));
  EXPECT_FALSE(ledger->result("key1")->has_value());
}

TEST(Ledger, AResultWhoseTextIsGoneOrBrokenIsNotKnown) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  StoredResult result;
  result.key = "key1";
  result.text = std::make_shared<Text>();
  result.text_digest = text_digest(*result.text);
  ledger->keep(result);
  ASSERT_FALSE(ledger->flush());
  ASSERT_TRUE(ledger->result("key1")->has_value());
  auto other = LedgerDatabase::open(Ledger::file_in(dir.path()), LedgerDatabase::Access::write);
  ASSERT_FALSE((*other)->execute("UPDATE texts SET content = x'ff'"));
  EXPECT_FALSE(ledger->result("key1")->has_value());
  ASSERT_FALSE((*other)->execute("DELETE FROM texts"));
  EXPECT_FALSE(ledger->result("key1")->has_value());
}

TEST(Ledger, AnAnswerIsThereWhenItsCallerHears) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  std::promise<bool> found;
  ledger->call_ended(
      call_for("a", 12), StoredAnswer{"request1", "large", {{"label", "invoice"}}, {}},
      [&](const std::optional<Error>& failed) {
        const auto answer = ledger->answer("request1");
        found.set_value(!failed && answer && *answer && (*answer)->answer["label"] == "invoice");
      });
  EXPECT_TRUE(found.get_future().get());
}

TEST(Ledger, ForgetsADocumentButNotWhatItCost) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  ledger->document_ended(document_at("a"), {LedgerStage{}}, "{}");
  ledger->call_ended(call_for("a", 12), std::nullopt, {});
  ledger->forget_document("a");
  ASSERT_FALSE(ledger->flush());
  EXPECT_FALSE(document_in(*ledger, "a")->has_value());
  auto reader = LedgerReader::open(dir.path());
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->stages("a")->size(), 0u);
  EXPECT_EQ(reader->calls("a")->size(), 1u);
}

TEST(Ledger, ATouchedFileKeepsAllButItsStamp) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ledger->document_ended(document_at("a"), {}, "{}");
  ledger->document_seen("a", {5, 444, 555, 666}, true);
  ASSERT_FALSE(ledger->flush());
  const auto document = document_in(*ledger, "a");
  EXPECT_EQ((*document)->stamp, (FileStamp{5, 444, 555, 666}));
  EXPECT_EQ((*document)->sha256, "abc");
}

TEST(Ledger, KeepsWhatACallTookAndWhetherItsPriceIsKnown) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  LedgerCall call = call_for("a", 0);
  std::int64_t amount = 3;
  for (const UsageMember& member : usage_members)
    if (member.kind == UsageMember::Kind::amount) call.usage.*member.value = amount++;
  call.usage.nano_dollars = 12;
  call.message = "busy";
  ledger->call_ended(call, std::nullopt, {});
  LedgerCall unpriced = call;
  unpriced.usage.nano_dollars = 0;
  unpriced.usage.unpriced_calls = 1;
  ledger->call_ended(unpriced, std::nullopt, {});
  ASSERT_FALSE(ledger->flush());
  auto reader = LedgerReader::open(dir.path());
  ASSERT_TRUE(reader);
  const auto calls = reader->calls("a");
  ASSERT_TRUE(calls);
  ASSERT_EQ(calls->size(), 2u);
  EXPECT_EQ((*calls)[0].usage, call.usage);
  EXPECT_EQ((*calls)[0].message, "busy");
  EXPECT_EQ((*calls)[1].usage, unpriced.usage);
}

TEST(Ledger, GetsTheColumnOfAMemberOfUsageThatItLacks) {
  const TempDir dir;
  {
    const auto ledger = open(dir.path());
    ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
    ledger->call_ended(call_for("a", 12), std::nullopt, {});
  }
  auto older = LedgerDatabase::open(Ledger::file_in(dir.path()), LedgerDatabase::Access::write);
  ASSERT_FALSE((*older)->execute("ALTER TABLE calls DROP COLUMN input_tokens"));
  EXPECT_EQ(LedgerReader::open(dir.path()).error().message,
            "the ledger " + Ledger::file_in(dir.path()).string() +
                " is from an older docket: the next run upgrades it");
  const auto ledger = open(dir.path());
  ASSERT_TRUE(ledger);
  auto reader = LedgerReader::open(dir.path());
  ASSERT_TRUE(reader);
  const auto calls = reader->calls("a");
  ASSERT_TRUE(calls && calls->size() == 1);
  EXPECT_EQ(calls->front().usage.input_tokens, 0);
  EXPECT_EQ(calls->front().usage.nano_dollars, 12);
}

TEST(Ledger, RefusesWhatIsNoLedger) {
  const TempDir dir;
  dir.write(".docket/ledger.db", std::string(5000, 'x'));
  const std::string file = Ledger::file_in(dir.path()).string();
  auto damaged = Ledger::open(dir.path());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error(),
            (Error{ErrorClass::output, "the ledger " + file +
                                           " is damaged (file is not a database): move it away and run again "
                                           "to compute everything again"}));
  std::filesystem::remove(file);
  auto foreign = LedgerDatabase::open(file, LedgerDatabase::Access::write);
  ASSERT_FALSE((*foreign)->execute("CREATE TABLE bookmarks (url TEXT)"));
  auto refused = Ledger::open(dir.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            file + " is not a docket ledger: move it away, or use another output folder");
}

TEST(Ledger, RefusesOneOfANewerVersion) {
  const TempDir dir;
  open(dir.path());
  const std::string file = Ledger::file_in(dir.path()).string();
  {
    auto newer = LedgerDatabase::open(file, LedgerDatabase::Access::write);
    ASSERT_FALSE((*newer)->execute("PRAGMA user_version = 99"));
  }
  const std::string message =
      "the ledger " + file +
      " has version 99, this docket supports versions up to 1: use the newer docket that "
      "made it, or another output folder";
  const auto refused = Ledger::open(dir.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, message);
  const auto reader = LedgerReader::open(dir.path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().message, message);
}

TEST(Ledger, SaysWhereItCannotBeMade) {
  const TempDir dir;
  std::filesystem::create_directories(Ledger::file_in(dir.path()));
  const auto refused = Ledger::open(dir.path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(),
            (Error{ErrorClass::output,
                   "cannot write the ledger " + Ledger::file_in(dir.path()).string() + ": Is a directory"}));
  EXPECT_EQ(Ledger::open("/proc/docket").error().error_class, ErrorClass::output);
}

TEST(Ledger, ADamagedPageIsAnErrorAndNoCrash) {
  const TempDir dir;
  {
    const auto ledger = open(dir.path());
    for (int i = 0; i < 2000; ++i)
      ledger->document_ended(document_at("document " + std::to_string(i)), {}, std::string(200, 'r'));
  }
  std::string bytes = TempDir::read(Ledger::file_in(dir.path()));
  ASSERT_GT(bytes.size(), 400'000u);
  for (std::size_t i = 200'000; i < bytes.size(); i += 7)  // Behind the schema: the ledger can be opened.
    bytes[i] = static_cast<char>(i * 31);
  dir.write(".docket/ledger.db", bytes);
  const auto ledger = open(dir.path());
  ASSERT_TRUE(ledger);
  int failed = 0;
  for (int i = 0; i < 2000; ++i)
    failed += document_in(*ledger, "document " + std::to_string(i)).has_value() ? 0 : 1;
  EXPECT_GT(failed, 0);
  ledger->document_ended(document_at("document 7"), {}, "{}");
  static_cast<void>(ledger->flush());
}

TEST(LedgerReader, TellsOfARunThatIsGoingOn) {
  const TempDir dir;
  EXPECT_EQ(LedgerReader::open(dir.path()).error().message,
            "there is no ledger " + Ledger::file_in(dir.path()).string() + ": no run has written to " +
                dir.path().string() + " yet");
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("first"), {}));
  ASSERT_FALSE(ledger->end_run(3, "{\"run\":1}"));
  ASSERT_FALSE(ledger->begin_run(run_named("second"), {}));
  LedgerStage stage;
  stage.stage = "extract";
  stage.state = StageResult::State::done;
  ledger->document_ended(document_at("b"), {stage}, "{\"b\":1}");
  LedgerDocument failed = document_at("a");
  failed.outcome = Outcome::failed;
  failed.error = Error{ErrorClass::damaged, "broken"};
  failed.parked = true;
  stage.state = StageResult::State::failed;
  ledger->document_ended(failed, {stage}, "{\"a\":1}");
  ASSERT_FALSE(ledger->flush());

  auto reader = LedgerReader::open(dir.path());
  ASSERT_TRUE(reader);
  const auto status = reader->status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->done, 1);
  EXPECT_EQ(status->failed, 1);
  EXPECT_EQ(status->parked, 1);
  ASSERT_EQ(status->stages.size(), 2u);
  EXPECT_EQ(status->stages[0].stage, "extract");
  ASSERT_TRUE(status->last_run);
  EXPECT_EQ(status->last_run->name, "second");
  EXPECT_FALSE(status->last_run->exit_code);
  EXPECT_EQ(*reader->report(), "{\"run\":1}");
  EXPECT_EQ(*reader->report("first"), "{\"run\":1}");
  EXPECT_EQ(*reader->report("second"), std::nullopt);

  std::string records, unfinished;
  EXPECT_FALSE(
      reader->for_each_record([&](auto path, auto record) { records += std::string(path) += record; }));
  EXPECT_EQ(records, "a{\"a\":1}b{\"b\":1}");
  EXPECT_FALSE(reader->for_each_unfinished([&](const LedgerDocument& one) { unfinished += one.path; }));
  EXPECT_EQ(unfinished, "a");

  ledger->document_ended(document_at("c"), {stage}, "{}");  // The reader does not stop the writer,
  ASSERT_FALSE(ledger->flush());
  EXPECT_EQ(reader->status()->done, 2);  // and sees what came later.
}

TEST(LedgerDocs, EveryQueryRuns) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  ASSERT_FALSE(ledger->begin_run(run_named("r"), {}));
  ledger->document_ended(document_at("a"), {LedgerStage{}}, "{\"classify\":{\"label\":\"invoice\"}}");
  ledger->document_ended(document_at("b"), {}, "{}");
  ledger->call_ended(call_for("a", 12), std::nullopt, {});
  ASSERT_FALSE(ledger->flush());
  auto database = ledger->read();
  const std::string docs = TempDir::read(std::string(SOURCE_DIR) + "/docs/ledger.md");
  const std::regex block("```sql\n([^`]*)```");
  int queries = 0;
  for (std::sregex_iterator match(docs.begin(), docs.end(), block), end; match != end; ++match, ++queries) {
    const auto failed = (*database)->execute((*match)[1]);
    EXPECT_FALSE(failed) << (*match)[1] << failed->message;
  }
  EXPECT_EQ(queries, 10);
}

TEST(LedgerDocs, NamesEveryTable) {
  const TempDir dir;
  const auto ledger = open(dir.path());
  auto database = ledger->read();
  const std::string docs = TempDir::read(std::string(SOURCE_DIR) + "/docs/ledger.md");
  int tables = 0;
  EXPECT_FALSE((*database)->run(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", {},
      [&](const LedgerRow& row) {
        ++tables;
        EXPECT_NE(docs.find("| `" + std::string(row.text(0)) + "` |"), std::string::npos) << row.text(0);
      }));
  EXPECT_EQ(tables, 12);
}

}  // namespace
}  // namespace docket
