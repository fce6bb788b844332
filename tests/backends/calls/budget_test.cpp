#include "backends/calls/budget.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "pipeline/ledger/ledger.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

constexpr std::int64_t dollar = 1'000'000'000;

/// What became of a reservation.
struct Told {
  bool told = false;
  std::optional<Error> refused;

  bool is_granted() const { return told && !refused; }
};

/// A budget, and the day that it takes for today.
struct Spender {
  explicit Spender(Budget::Limits limits, Budget::Before before = {})
      : budget(limits, before, [this] { return today; }) {}

  void reserve(const Caller& caller, std::int64_t most, Told& outcome) {
    budget.reserve(caller, most, [&outcome](std::optional<Error> refused) {
      EXPECT_FALSE(outcome.told) << "told twice";
      outcome = {true, std::move(refused)};
    });
  }
  /// A call that is over before the next one.
  Told spend(const Caller& caller, std::int64_t most, std::int64_t cost) {
    Told outcome;
    reserve(caller, most, outcome);
    if (outcome.is_granted()) budget.settle(caller, most, cost);
    return outcome;
  }

  std::string today = "2026-11-26";
  Budget budget;
};

Caller caller(const std::string& document, const std::string& stage = "s") { return {document, stage}; }

TEST(Budget, WhatIsReservedCannotBeSpentByOthers) {
  Spender run({.run = 2 * dollar});
  Told a, b, c;
  run.reserve(caller("a"), dollar, a);
  run.reserve(caller("b"), dollar, b);
  run.reserve(caller("c"), dollar, c);
  EXPECT_TRUE(a.is_granted() && b.is_granted());
  EXPECT_FALSE(c.told) << "it waits: the others may need less";
  run.budget.settle(caller("a"), dollar, dollar / 10);
  EXPECT_FALSE(c.told) << "1.10 and 1.00 are more than 2";
  run.budget.settle(caller("b"), dollar, dollar / 10);
  EXPECT_TRUE(c.is_granted());
}

TEST(Budget, WhoCanNeverFitIsRefusedAtOnceAndWhoWaitedInVainLater) {
  Spender run({.run = 2 * dollar});
  Told huge, a, b;
  run.reserve(caller("huge"), 3 * dollar, huge);
  ASSERT_TRUE(huge.refused);
  EXPECT_EQ(*huge.refused, (Error{ErrorClass::withheld, "budget: the run's limit is reached",
                                  "$0.00 of $2.00 are spent, and a call can cost up to $3.00"}));
  run.reserve(caller("a"), 2 * dollar, a);
  run.reserve(caller("b"), dollar, b);
  EXPECT_FALSE(b.told);
  run.budget.settle(caller("a"), 2 * dollar, 2 * dollar);
  ASSERT_TRUE(b.refused);
  EXPECT_EQ(b.refused->detail, "$2.00 of $2.00 are spent, and a call can cost up to $1.00");
}

TEST(Budget, EachLimitHasItsOwnAccountAndWords) {
  const struct {
    const char* owner;
    Budget::Limits limits;
    Caller other;
    bool other_may;
  } cases[] = {
      {"run", {.run = dollar}, caller("b", "t"), false},
      {"document", {.document = dollar}, caller("b", "s"), true},
      {"document", {.document = dollar}, caller("a", "t"), false},
      {"stage", {.stages = {{"s", dollar}}}, caller("b", "s"), false},
      {"stage", {.stages = {{"s", dollar}}}, caller("a", "t"), true},
      {"day", {.day = dollar}, caller("b", "t"), false},
      {"month", {.month = dollar}, caller("b", "t"), false},
  };
  for (const auto& [owner, limits, other, other_may] : cases) {
    SCOPED_TRACE(owner);
    Spender fixture(limits);
    EXPECT_TRUE(fixture.spend(caller("a"), dollar / 2, dollar / 2).is_granted());
    const Told again = fixture.spend(caller("a"), dollar, dollar);
    ASSERT_TRUE(again.refused);
    EXPECT_EQ(again.refused->message, std::string("budget: the ") + owner + "'s limit is reached");
    EXPECT_EQ(fixture.spend(other, dollar, dollar).is_granted(), other_may);
  }
}

TEST(Budget, ForgetsADocumentThatHasEnded) {
  Spender run({.run = 10 * dollar, .document = dollar});
  EXPECT_TRUE(run.spend(caller("a"), dollar, dollar).is_granted());
  EXPECT_TRUE(run.spend(caller("b"), dollar, dollar / 2).is_granted());
  EXPECT_TRUE(run.spend(caller("a"), dollar, dollar).refused);
  run.budget.document_ended("a");
  run.budget.document_ended("never asked");
  EXPECT_TRUE(run.spend(caller("a"), dollar, 9 * dollar / 10).is_granted()) << "it is kept no longer";
  EXPECT_TRUE(run.spend(caller("b"), dollar, dollar).refused);
}

TEST(Budget, WhatIsNoDocumentsHasNoDocumentsLimit) {
  Spender run({.run = 3 * dollar, .document = dollar});
  EXPECT_TRUE(run.spend(caller("", "warm_up"), 2 * dollar, 2 * dollar).is_granted());
  EXPECT_TRUE(run.spend(caller("a"), dollar, dollar).is_granted());
  EXPECT_EQ(run.spend(caller("", "warm_up"), 1, 1).refused->message, "budget: the run's limit is reached");
}

TEST(Budget, TheLimitThatLastsLongestIsNamed) {
  Spender all({.run = 0, .document = 0, .day = 0, .month = 0, .stages = {{"s", 0}}});
  EXPECT_EQ(all.spend(caller("a"), 1, 1).refused->message, "budget: the month's limit is reached");
  Spender some({.run = 0, .document = 0, .stages = {{"s", 0}}});
  EXPECT_EQ(some.spend(caller("a"), 1, 1).refused->message, "budget: the run's limit is reached");
}

TEST(Budget, OfNothingLetsThroughWhatCostsNothing) {
  for (const Budget::Limits& limits : {Budget::Limits{.run = 0}, Budget::Limits{.document = 0},
                                       Budget::Limits{.day = 0}, Budget::Limits{.stages = {{"s", 0}}}}) {
    Spender none(limits);
    EXPECT_TRUE(none.spend(caller("a"), 0, 0).is_granted());
    EXPECT_TRUE(none.spend(caller("a"), 1, 1).refused);
  }
}

TEST(Budget, WhatEarlierRunsSpentCounts) {
  Spender day({.day = dollar, .month = 3 * dollar}, {.day = dollar / 2, .month = 2 * dollar});
  EXPECT_TRUE(day.spend(caller("a"), dollar / 2, dollar / 2).is_granted());
  EXPECT_EQ(day.spend(caller("a"), 1, 1).refused->message, "budget: the day's limit is reached");
}

TEST(Budget, BeginsANewDayAndANewMonth) {
  Spender fixture({.day = dollar, .month = 2 * dollar}, {.day = dollar, .month = dollar});
  EXPECT_TRUE(fixture.spend(caller("a"), 1, 1).refused);
  fixture.today = "2026-11-25";  // The clock was set back.
  EXPECT_TRUE(fixture.spend(caller("a"), 1, 1).refused);
  fixture.today = "2026-11-27";
  EXPECT_TRUE(fixture.spend(caller("a"), dollar, dollar).is_granted());
  EXPECT_EQ(fixture.spend(caller("a"), dollar, dollar).refused->message,
            "budget: the month's limit is reached");
  fixture.today = "2026-12-01";
  EXPECT_TRUE(fixture.spend(caller("a"), dollar, dollar).is_granted());
  fixture.today = "2027-12-01";
  EXPECT_TRUE(fixture.spend(caller("a"), dollar, dollar).is_granted());
}

TEST(Budget, WhatIsInFlightAtMidnightCountsForBothDays) {
  Spender fixture({.day = dollar});
  Told late, early, next;
  fixture.reserve(caller("a"), dollar, late);
  fixture.today = "2026-11-27";
  fixture.reserve(caller("b"), dollar / 2, early);
  EXPECT_FALSE(early.told) << "the new day may have to pay for it";
  fixture.budget.settle(caller("a"), dollar, dollar / 2);
  EXPECT_TRUE(early.is_granted());
  fixture.reserve(caller("c"), 1, next);
  EXPECT_FALSE(next.told);
}

TEST(Budget, SumsDoNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Spender fixture({.run = 1'000'000'000 * dollar});
  EXPECT_TRUE(fixture.spend(caller("a"), most, 0).refused);
  EXPECT_TRUE(fixture.spend(caller("a"), dollar, most).is_granted());
  EXPECT_TRUE(fixture.spend(caller("a"), 0, 0).refused);
  EXPECT_TRUE(fixture.spend(caller("a"), most, 0).refused);
}

/// `cost`: none: nobody knows, but `at_most` so much.
struct EarlierCall {
  std::string time;
  std::optional<std::int64_t> cost;
  std::int64_t at_most = 0;
};

TEST(Budget, LedgerTellsWhatCountsSinceADay) {
  const TempDir dir;
  auto ledger = Ledger::open(dir.path());
  ASSERT_TRUE(ledger);
  LedgerRun run;
  run.name = "r1";
  ASSERT_FALSE((*ledger)->begin_run(run, {}));
  const EarlierCall calls[] = {{"2026-10-31T23:59:59Z", 1},
                               {"2026-11-01T00:00:00Z", 10},
                               {"2026-11-25T12:00:00Z", std::nullopt, 100},
                               {"2026-11-26T00:00:01Z", 1000},
                               {"2026-11-26T12:00:00Z", std::nullopt, 10'000}};
  for (const EarlierCall& earlier : calls) {
    LedgerCall call;
    call.document = earlier.time;
    call.usage = {.calls = 1,
                  .nano_dollars = earlier.cost.value_or(0),
                  .unpriced_calls = earlier.cost ? 0 : 1,
                  .uncertain_nano_dollars = earlier.at_most};
    (*ledger)->call_ended(call, std::nullopt, {});
  }
  ASSERT_FALSE((*ledger)->end_run(0, "{}"));
  {
    auto database = LedgerDatabase::open(Ledger::file_in(dir.path()), LedgerDatabase::Access::write);
    ASSERT_TRUE(database);
    ASSERT_FALSE(
        (*database)->execute("UPDATE calls SET time = document;"
                             "UPDATE runs SET finished = '2026-11-26T12:00:01Z'"));
  }
  for (const auto& [since, sum] :
       {std::pair("2026-11-26", 11'000), {"2026-11", 11'110}, {"2026-10", 11'111}, {"2026-11-27", 0}})
    EXPECT_EQ((*ledger)->spent_since(since).value(), sum) << since;
}

}  // namespace
}  // namespace docket::backends
