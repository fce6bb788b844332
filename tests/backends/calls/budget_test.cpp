#include "backends/calls/budget.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/held_backend.h"

namespace docket::backends {
namespace {

constexpr std::int64_t dollar = 1'000'000'000;

/// What became of a reservation.
struct Told {
  bool told = false;
  std::optional<Error> refused;
};

void reserve(Budget& budget, const std::string& document, std::int64_t most, Told& outcome) {
  budget.reserve(document, most, [&outcome](std::optional<Error> refused) {
    EXPECT_FALSE(outcome.told) << "told twice";
    outcome = {true, std::move(refused)};
  });
}

TEST(Budget, WhatIsReservedCannotBeSpentByOthers) {
  Budget budget({2 * dollar, std::nullopt});
  Told a, b, c;
  reserve(budget, "a", dollar, a);
  reserve(budget, "b", dollar, b);
  reserve(budget, "c", dollar, c);
  EXPECT_TRUE(a.told && b.told);
  EXPECT_FALSE(a.refused || b.refused);
  EXPECT_FALSE(c.told) << "it waits: the others may need less";
  budget.settle("a", dollar, dollar / 10);
  EXPECT_FALSE(c.told) << "1.10 and 1.00 are more than 2";
  budget.settle("b", dollar, dollar / 10);
  EXPECT_TRUE(c.told);
  EXPECT_FALSE(c.refused);
}

TEST(Budget, WhoCanNeverFitIsRefusedAtOnceAndWhoWaitedInVainLater) {
  Budget budget({2 * dollar, std::nullopt});
  Told huge, a, b;
  reserve(budget, "huge", 3 * dollar, huge);
  ASSERT_TRUE(huge.refused);
  EXPECT_EQ(huge.refused->error_class, ErrorClass::withheld);
  EXPECT_EQ(huge.refused->message, "budget: the run has spent $0.00 of its $2.00, and a call can cost $3.00");
  reserve(budget, "a", 2 * dollar, a);
  reserve(budget, "b", dollar, b);
  EXPECT_FALSE(b.told);
  budget.settle("a", 2 * dollar, 2 * dollar);
  ASSERT_TRUE(b.refused);
  EXPECT_EQ(b.refused->message, "budget: the run has spent $2.00 of its $2.00, and a call can cost $1.00");
}

TEST(Budget, ADocumentHasOneOfItsOwn) {
  Budget budget({std::nullopt, dollar});
  Told first, second, other;
  reserve(budget, "a", dollar, first);
  reserve(budget, "b", dollar, other);
  EXPECT_TRUE(first.told && other.told);
  budget.settle("a", dollar, dollar / 2);
  reserve(budget, "a", dollar, second);
  ASSERT_TRUE(second.refused);
  EXPECT_NE(second.refused->message.find("the document has spent $0.50"), std::string::npos);
}

TEST(Budget, ACallThatBrokeOffCountsAsPaidInFull) {
  Budget budget({dollar, std::nullopt});
  HeldCalls calls;
  const Price price{.tokens = {.input = 1'000'000'000, .output = 1'000'000'000}};  // $1 per million tokens
  const auto backend = make_budgeted(std::make_unique<HeldBackend>(calls), budget, price, 0);
  const auto ask = [&](Reply reply) {
    Request request{"m", Prompt{}};
    std::get<Prompt>(request.question).most_output_tokens = 400'000;  // $0.40, and a little for the prompt
    std::optional<Reply> got;
    backend->submit(std::move(request), [&](Reply one) { got = std::move(one); });
    if (!got) calls.answer(std::move(reply));
    return got;
  };
  Usage one_call;
  one_call.calls = 1;
  Reply broken{Error{ErrorClass::transport, "reset"}};
  Usage unknown = one_call;
  unknown.unpriced_calls = 1;
  broken.spent.add({"m", "m", unknown});
  Reply busy{Error{ErrorClass::transient, "429"}};
  busy.spent.add({"m", "m", one_call});
  ask(busy);  // Costs nothing.
  ask(broken);
  ask(broken);
  const auto third = ask(busy);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->answer.error().error_class, ErrorClass::withheld);
  EXPECT_EQ(calls.seen(), 3);
}

TEST(Budget, TheMostThatAPromptCanCost) {
  Prompt prompt;
  prompt.system = std::string(1000, 'x');
  prompt.document = {{PromptPart::Kind::text, std::string(600, 'x')}};
  prompt.most_output_tokens = 50;
  // (200 + 800) tokens at the dearest input price of 4, and 150 at 10 USD per million.
  const Price price{.tokens = {3'000'000'000, 300'000'000, 4'000'000'000, 10'000'000'000}};
  EXPECT_EQ(most_cost(prompt, price, 100), 4'000'000 + 1'500'000);
}

TEST(Budget, OnceAnAnswerCostMoreThanReservedAllAreExpectedToCostAsMuch) {
  for (const std::int64_t cost : {dollar, 2 * dollar, 4 * dollar}) {
    Budget budget({10 * dollar, std::nullopt});
    std::int64_t spent = 0, dearest = 0;
    std::deque<Told> calls;
    int in_flight = 0;
    // Three at a time, until no more is let through.
    while (calls.empty() || (calls.back().told && !calls.back().refused)) {
      Told& call = calls.emplace_back();
      reserve(budget, "d" + std::to_string(calls.size()), dollar / 10, call);
      if (!call.told || call.refused) break;
      if (++in_flight < 3) continue;
      budget.settle("x", dollar / 10, cost);
      --in_flight;
      spent += cost;
      dearest = std::max(dearest, cost);
    }
    EXPECT_LE(spent + in_flight * cost, 10 * dollar + 2 * dearest) << "those in flight when it came out";
    EXPECT_GE(spent + in_flight * cost, 10 * dollar - dearest) << "what is left is spent";
  }
}

TEST(Budget, ADearAnswerIsHeldAgainstItsOwnDocument) {
  Budget budget({std::nullopt, dollar});
  Told first, again, other;
  reserve(budget, "a", dollar / 10, first);
  budget.settle("a", dollar / 10, dollar * 6 / 10);
  reserve(budget, "a", dollar / 10, again);
  ASSERT_TRUE(again.refused);
  EXPECT_EQ(again.refused->message,
            "budget: the document has spent $0.60 of its $1.00, and a call can cost $0.60");
  reserve(budget, "b", dollar / 10, other);
  EXPECT_FALSE(other.refused);
}

TEST(Budget, AnAnswerWithinItsReservationChangesNothing) {
  Budget budget({dollar, std::nullopt});
  Told big, small;
  reserve(budget, "a", dollar * 9 / 10, big);
  budget.settle("a", dollar * 9 / 10, dollar * 9 / 10);
  reserve(budget, "b", dollar / 10, small);
  EXPECT_TRUE(small.told && !small.refused);
}

}  // namespace
}  // namespace docket::backends
