#include "pipeline/ledger/cursor.h"

#include <gtest/gtest.h>

#include <random>

#include "pipeline/ledger/ledger.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

std::string path_of(int number) {
  std::string digits = std::to_string(number);
  return "inbox/" + std::string(6 - digits.size(), '0') + digits + ".txt";
}

/// A ledger of the even numbers below `count`, the number as inode.
std::unique_ptr<Ledger> ledger_of_even(const TempDir& dir, int count) {
  auto ledger = Ledger::open(dir.path());
  EXPECT_TRUE(ledger);
  for (int i = 0; i < count; i += 2) {
    LedgerDocument document;
    document.path = path_of(i);
    document.pipeline_digest = i % 4 == 0 ? "p" : "old";
    document.outcome = Outcome::done;
    document.settled = true;
    document.stamp = {1, 2, 3, i};
    (*ledger)->document_ended(document, {}, "");
  }
  EXPECT_FALSE((*ledger)->flush());
  return std::move(*ledger);
}

void expect_right(LedgerCursor& cursor, int number, int count) {
  const Result<const LedgerGlance*> found = cursor.find(path_of(number));
  ASSERT_TRUE(found);
  if (number % 2 != 0 || number >= count) {
    EXPECT_EQ(*found, nullptr) << number;
    return;
  }
  ASSERT_NE(*found, nullptr) << number;
  EXPECT_EQ((*found)->stamp.inode, number);
  EXPECT_EQ((*found)->same_pipeline, number % 4 == 0);
  EXPECT_EQ((*found)->outcome, Outcome::done);
  EXPECT_TRUE((*found)->settled);
}

TEST(LedgerCursor, FindsWhatIsThereInOrder) {
  const TempDir dir;
  const auto ledger = ledger_of_even(dir, 5000);
  auto database = ledger->read();
  LedgerCursor cursor(**database, {"p"});
  for (int i = 0; i < 5100; ++i)
    expect_right(cursor, i, 5000);
}

TEST(LedgerCursor, FindsWhatIsThereInAnyOrder) {
  const TempDir dir;
  const auto ledger = ledger_of_even(dir, 3000);
  auto database = ledger->read();
  LedgerCursor cursor(**database, {"p"});
  std::mt19937 random(17);
  for (int i = 0; i < 3000; ++i)
    expect_right(cursor, static_cast<int>(random() % 3100), 3000);
}

TEST(LedgerCursor, OfAnEmptyLedgerFindsNothing) {
  const TempDir dir;
  const auto ledger = ledger_of_even(dir, 0);
  auto database = ledger->read();
  LedgerCursor cursor(**database, {"p"});
  EXPECT_EQ(*cursor.find(""), nullptr);
  EXPECT_EQ(*cursor.find("x"), nullptr);
}

}  // namespace
}  // namespace docket
