#include "backends/protocols/error_reply.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t now = 1'792'567'680;  // 2026-10-21 07:28:00 UTC

std::optional<std::chrono::milliseconds> hint(std::map<std::string, std::string, std::less<>> headers) {
  return retry_hint({429, std::move(headers), ""}, now);
}

TEST(RetryHint, ReadsSecondsMillisecondsAndDates) {
  EXPECT_EQ(hint({{"retry-after", "7"}}), 7s);
  EXPECT_EQ(hint({{"retry-after", "1.5"}}), 1500ms);
  EXPECT_EQ(hint({{"retry-after", "Wed, 21 Oct 2026 07:29:00 GMT"}}), 60s);
  EXPECT_EQ(hint({{"retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"}}), 0s);
  EXPECT_EQ(hint({{"retry-after-ms", "12"}, {"retry-after", "7"}}), 12ms);
  EXPECT_EQ(hint({}), std::nullopt);
}

TEST(RetryHint, NonsenseIsNone) {
  for (const char* text : {"-1", "soon", "nan", "inf", "", "7 s", "Wed, 41 Oct 2026 07:29:00 GMT"})
    EXPECT_EQ(hint({{"retry-after", text}}), std::nullopt) << text;
  EXPECT_GT(hint({{"retry-after", "1e300"}}), 24h);  // More than anybody waits; see Retry.
}

TEST(RetryHint, OfCountersOnlyWhatIsUsedUpCounts) {
  EXPECT_EQ(hint({{"x-ratelimit-remaining-requests", "0"},
                  {"x-ratelimit-reset-requests", "6m0s"},
                  {"x-ratelimit-remaining-tokens", "5"},
                  {"x-ratelimit-reset-tokens", "1h"}}),
            6min);
  EXPECT_EQ(hint({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "12ms"}}), 12ms);
  EXPECT_EQ(hint({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "1h2m3.5s"}}),
            1h + 2min + 3500ms);
  EXPECT_EQ(hint({{"anthropic-ratelimit-tokens-remaining", "0"},
                  {"anthropic-ratelimit-tokens-reset", "2026-10-21T07:28:30Z"}}),
            30s);
  for (const char* text : {"nan", "nans", "infs", "-1s", "1x", "s", ""})
    EXPECT_EQ(hint({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", text}}), std::nullopt)
        << text;
}

TEST(ServerError, IsFoundInEveryShape) {
  EXPECT_EQ(server_error(R"({"error":"model 'x' not found"})").message, "model 'x' not found");
  const ServerError openai = server_error(R"({"error":{"message":"no","type":"t","param":null,"code":"c"}})");
  EXPECT_EQ(openai.message + openai.type + openai.code + openai.param, "notc");
  EXPECT_EQ(server_error(R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})").type,
            "overloaded_error");
  const ServerError llama = server_error(
      R"({"error":"{\"error\":{\"code\":400,\"message\":\"long\",\"n_prompt_tokens\":9,\"n_ctx\":8}}"})");
  EXPECT_EQ(llama.message + llama.code, "long400");
  ASSERT_TRUE(llama.excess);
  EXPECT_EQ(llama.excess->tokens, 9);
  EXPECT_EQ(llama.excess->window, 8);
}

TEST(ServerError, OfOtherTextIsItsBeginningOnOneLine) {
  EXPECT_EQ(server_error("<html>\n\x1b[31mno").message, "<html>  [31mno");
  EXPECT_EQ(server_error("\xc3\x28").message, "");
  EXPECT_LT(server_error(std::string(5000, 'x')).message.size(), 400U);
  EXPECT_EQ(server_error(R"({"error":[1]})").message, "[1]");
  const std::string deep = R"({"error":)" + std::string(1'000'000, '[');
  EXPECT_TRUE(server_error(deep).message.starts_with(R"({"error":[[[)"));
}

TEST(ErrorReply, SaysHowLongToWaitAndWhoMustSlowDown) {
  const Reply busy = error_reply({.status = 503, .headers = {{"retry-after", "3"}}, .body = "busy"});
  EXPECT_EQ(busy.answer.error(), (Error{ErrorClass::transient, "the server answered 503: busy"}));
  EXPECT_TRUE(busy.overloaded);
  EXPECT_EQ(busy.retry_after, 3s);
  EXPECT_FALSE(error_reply({500, {}, ""}).overloaded);
  const Reply shared = error_reply(
      {.status = 500, .headers = {}, .body = R"({"error":{"message":"Context size has been exceeded."}})"});
  EXPECT_EQ(shared.answer.error().error_class, ErrorClass::transient);  // Not too long alone.
  EXPECT_TRUE(shared.overloaded);
}

}  // namespace
}  // namespace docket::backends
