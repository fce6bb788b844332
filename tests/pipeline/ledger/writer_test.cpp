#include "pipeline/ledger/writer.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>

#include "pipeline/ledger/schema.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

using Urgency = LedgerWriter::Urgency;
using Access = LedgerDatabase::Access;

std::unique_ptr<LedgerDatabase> new_database(const TempDir& dir) {
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  EXPECT_TRUE(database);
  EXPECT_FALSE((*database)->execute("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER, text TEXT)"));
  return std::move(*database);
}

LedgerWriter::Change add(std::int64_t number, const std::string& text = {}) {
  return [=](LedgerDatabase& database) {
    return database.run("INSERT INTO t VALUES (?, ?)", {number, text});
  };
}

std::int64_t count(const TempDir& dir) {
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  return *(*database)->number("SELECT count(*) FROM t");
}

TEST(LedgerWriter, CommitsFromManyThreadsInOrder) {
  const TempDir dir;
  constexpr int threads = 8, each = 500;
  std::atomic<int> committed = 0;
  {
    LedgerWriter writer(new_database(dir));
    std::vector<std::jthread> callers;
    for (int thread = 0; thread < threads; ++thread) {
      callers.emplace_back([&, thread] {
        for (int i = 0; i < each; ++i) {
          writer.submit(add(thread * each + i), 100, i % 100 == 0 ? Urgency::durable : Urgency::grouped,
                        [&](const std::optional<Error>& failed) { committed += failed ? 0 : 1; });
        }
      });
    }
  }
  EXPECT_EQ(committed, threads * each);
  EXPECT_EQ(count(dir), threads * each);
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM t AS a JOIN t AS b ON b.rowid > a.rowid AND b.n < a.n"
                                 " AND a.n / 500 = b.n / 500"),
            0);
}

TEST(LedgerWriter, SharesACommitAmongThoseWhoWait) {
  const TempDir dir;
  LedgerWriter writer(new_database(dir));
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  writer.submit(
      [gone](LedgerDatabase&) {
        gone.wait();
        return std::nullopt;
      },
      0, Urgency::durable);
  int committed = 0;  // Read by `flush` after all callbacks before its own.
  for (int i = 0; i < 1000; ++i)
    writer.submit(add(i), 0, Urgency::durable, [&](const auto&) { ++committed; });
  go.set_value();
  ASSERT_FALSE(writer.flush());
  EXPECT_EQ(committed, 1000);
}

TEST(LedgerWriter, LosesTheWholeGroupWithItsFirstErrorAndSaysSo) {
  const TempDir dir;
  LedgerWriter writer(new_database(dir));
  std::vector<std::string> heard;
  const auto hear = [&](const std::optional<Error>& failed) {
    heard.push_back(failed ? failed->message : "");
  };
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  writer.submit(
      [gone](LedgerDatabase&) {
        gone.wait();
        return std::nullopt;
      },
      0, Urgency::durable);
  writer.when_failed([&] { heard.push_back("ended"); });
  writer.submit(add(1), 0, Urgency::grouped, hear);
  writer.submit(
      [](LedgerDatabase&) {
        return Error{ErrorClass::output, "no room"};
      },
      0, Urgency::grouped, hear);
  go.set_value();
  EXPECT_EQ(writer.flush()->message, "no room");
  writer.submit(add(2), 0, Urgency::durable, hear);
  EXPECT_EQ(writer.flush()->message, "no room");
  EXPECT_EQ(writer.failure()->message, "no room");
  EXPECT_EQ(heard, (std::vector<std::string>{"ended", "no room", "no room", "no room"}));
  EXPECT_EQ(count(dir), 0);
}

TEST(LedgerWriter, AFullDiskIsOneClearErrorAndTheLedgerStaysWhole) {
  const TempDir dir;
  auto database = new_database(dir);
  ASSERT_FALSE(database->execute("PRAGMA max_page_count = 20"));
  {
    LedgerWriter writer(std::move(database));
    for (int i = 0; i < 10; ++i) {
      writer.submit(add(i, std::string(1000, 'x')), 0, Urgency::grouped);
      ASSERT_FALSE(writer.flush());
    }
    for (int i = 0; i < 1000; ++i)
      writer.submit(add(i, std::string(1000, 'x')), 0, Urgency::grouped);
    EXPECT_EQ(writer.flush(),
              (Error{ErrorClass::output, "cannot write the ledger " + (dir.path() / "l.db").string() +
                                             ": No space left on device"}));
    writer.wait_for_room();  // Does not wait for what never comes.
  }
  EXPECT_GE(count(dir), 10);
  auto again = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  std::string check;
  ASSERT_FALSE(
      (*again)->run("PRAGMA integrity_check", {}, [&](const LedgerRow& row) { check = row.text(0); }));
  EXPECT_EQ(check, "ok");
}

TEST(LedgerWriter, MayBeSubmittedToByItsOwnCallback) {
  const TempDir dir;
  std::promise<void> done;
  {
    LedgerWriter writer(new_database(dir));
    writer.submit(add(1), 0, Urgency::grouped, [&](const auto&) {
      writer.submit(add(2), 0, Urgency::durable, [&](const auto&) { done.set_value(); });
    });
    done.get_future().wait();
  }
  EXPECT_EQ(count(dir), 2);
}

TEST(LedgerSchema, MigratesStepByStepAndOnlyWhatIsMissing) {
  const TempDir dir;
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  const LedgerMigration all[] = {"CREATE TABLE a (x)",
                                 "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)",
                                 "INSERT INTO a VALUES (3, 4)"};
  ASSERT_FALSE(migrate(**database, std::span(all, 1)));
  ASSERT_FALSE(migrate(**database, all));
  ASSERT_FALSE(migrate(**database, all));
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM a WHERE y IS NOT NULL"), 2);
  EXPECT_EQ(*(*database)->number("PRAGMA user_version"), 3);
}

TEST(LedgerSchema, AStepThatFailsLeavesTheVersionBefore) {
  const TempDir dir;
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  const LedgerMigration broken[] = {"CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"};
  EXPECT_TRUE(migrate(**database, broken));
  EXPECT_EQ(*(*database)->number("PRAGMA user_version"), 1);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(LedgerSchema, AddsColumnsThatAnOlderLedgerLacks) {
  const TempDir dir;
  auto database = LedgerDatabase::open(dir.path() / "l.db", Access::write);
  ASSERT_FALSE(migrate(**database));
  ASSERT_FALSE((*database)->execute("INSERT INTO models VALUES ('s', 'm')"));
  const AddedColumn columns[] = {{"models", "model", "TEXT NOT NULL"},
                                 {"models", "size", "INTEGER NOT NULL DEFAULT 7"},
                                 {"runs", "word", "TEXT"}};
  EXPECT_TRUE(check_version(**database, columns));
  EXPECT_FALSE(check_version(**database, std::span(columns, 1)));
  ASSERT_FALSE(add_missing(**database, columns));
  ASSERT_FALSE(add_missing(**database, columns));
  EXPECT_FALSE(check_version(**database, columns));
  EXPECT_EQ(*(*database)->number("SELECT size FROM models"), 7);
  EXPECT_EQ(*(*database)->number("PRAGMA user_version"), 1);
  EXPECT_TRUE(add_missing(**database, std::array{AddedColumn{"models", "x", "INTEGER NOT NULL"}}));
  EXPECT_FALSE((*database)->execute("BEGIN")) << "a transaction was left open";
}

}  // namespace
}  // namespace docket
