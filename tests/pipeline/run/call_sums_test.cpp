#include "pipeline/run/call_sums.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

nlohmann::ordered_json latencies(const std::vector<std::int64_t>& walls) {
  CallSums sums;
  for (const std::int64_t wall_ms : walls) {
    LedgerCall call;
    call.outcome = "ok";
    call.wall_ms = wall_ms + 1000;
    call.queued_ms = 1000;
    sums.add(call);
  }
  nlohmann::ordered_json json;
  sums.add_to(json);
  return json["latency_ms"];
}

TEST(CallSums, PercentilesAreThoseOfTheSortedRow) {
  EXPECT_EQ(latencies({}).dump(), R"({"p50":null,"p90":null,"p99":null})");
  EXPECT_EQ(latencies({7}).dump(), R"({"p50":7,"p90":7,"p99":7})");
  EXPECT_EQ(latencies({30, 10, 20, 40}).dump(), R"({"p50":20,"p90":40,"p99":40})");
  std::vector<std::int64_t> many;
  for (std::int64_t i = 1000; i > 0; --i)
    many.push_back(i);
  EXPECT_EQ(latencies(many).dump(), R"({"p50":500,"p90":900,"p99":990})");
}

TEST(CallSums, AnswersThatWereKnownAreNoCalls) {
  CallSums sums;
  LedgerCall call;
  call.outcome = "ok";
  call.wire_ms = 5;
  call.usage = {.calls = 2, .output_tokens = 3};
  sums.add(call);
  call.attempt = 2;
  call.outcome = "transient";
  call.paused_ms = 70;
  sums.add(call);
  LedgerCall known;
  known.attempt = 0;
  known.outcome = known_answer;
  known.queued_ms = 11;
  known.reused = {.calls = 1, .output_tokens = 9};
  sums.add(known);
  nlohmann::ordered_json json;
  sums.add_to(json);
  EXPECT_EQ(json["calls"], 1);
  EXPECT_EQ(json["attempts"], 2);
  EXPECT_EQ(json["retries"], 1);
  EXPECT_EQ(json["cache_hits"], 1);
  EXPECT_EQ(json["queued_ms"], 11);
  EXPECT_EQ(json["paused_ms"], 70);
  EXPECT_EQ(json["wire_ms"], 10);
  EXPECT_EQ(json["usage"]["calls"], 4) << "requests: of each attempt";
  EXPECT_EQ(json["usage"]["output_tokens"], 6);
  EXPECT_EQ(sums.known().output_tokens, 9);
}

}  // namespace
}  // namespace docket
