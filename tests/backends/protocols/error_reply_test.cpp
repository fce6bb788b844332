#include "backends/protocols/error_reply.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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
  EXPECT_EQ(server_error("<html>\n<b>\x1b[31mno</b>  luck").message, "a web page: no luck");
  EXPECT_EQ(server_error("<HTML><TITLE>502 Bad Gateway</TITLE><h1>no").message,
            "a web page: 502 Bad Gateway");
  EXPECT_EQ(server_error(R"(data: a\u001b[2Jb\u0007c\u009dd \u00e9 C:\u00)").message,
            R"(data: ab c d \u00e9 C:\u00)");
  EXPECT_EQ(server_error(R"({"detail":[{"loc":["a\u001b[31mb"],"msg":"c\u0007d"}]})").message,
            R"(["ab"]: c d)");
  EXPECT_EQ(server_error(R"({"error":{"code":7,"odd":"a\u001b[2J\u000ab"}})").message,
            R"({"code":7,"odd":"a\nb"})");
  EXPECT_EQ(server_error("\xc3\x28").message, "\uFFFD(");
  EXPECT_LT(server_error(std::string(5000, 'x')).message.size(), 400U);
  EXPECT_EQ(server_error(R"({"error":[1]})").message, "[1]");
  const std::string deep = R"({"error":)" + std::string(1'000'000, '[');
  EXPECT_TRUE(server_error(deep).message.starts_with(R"({"error":[[[)"));
}

TEST(ServerError, IsFoundInShapesOfGatewaysToo) {
  EXPECT_EQ(server_error(R"([{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}])").type,
            "INVALID_ARGUMENT");
  EXPECT_EQ(server_error(R"({"detail":"no"})").message, "no");
  EXPECT_EQ(server_error(R"({"detail":[{"loc":["body","seed"],"msg":"no"}]})").message,
            R"(["body","seed"]: no)");
  EXPECT_EQ(server_error(R"({"object":"error","message":"no","code":400})").message, "no");
  EXPECT_EQ(server_error(R"({"error":{"message":"no","code":502}})").status, 502);
  EXPECT_EQ(server_error(R"({"error":{"message":"no","code":"rate"}})").status, 0);
  const std::string huge(300'000, 'x');
  for (const char* member : {"message", "type", "code", "param"}) {
    const ServerError error = server_error(R"({"error":{")" + std::string(member) + R"(":")" + huge + "\"}}");
    EXPECT_LT((error.message + error.type + error.code + error.param).size(), 1500U) << member;
  }
}

/// The class and how it is known, in a word.
std::string meaning(int status, const std::string& message, const std::string& type = "",
                    const std::string& code = "") {
  const nlohmann::json error = {{"error", {{"message", message}, {"type", type}, {"code", code}}}};
  const Reply reply = error_reply({status, {}, error.dump()});
  return std::string(name(reply.answer.error().error_class)) + (reply.unproven ? "?" : "");
}

TEST(ErrorReply, OfAnAccountIsBelievedByStatusTypeAndCode) {
  EXPECT_EQ(meaning(401, "no"), "unavailable");
  EXPECT_EQ(meaning(402, "no"), "unavailable");
  EXPECT_EQ(meaning(200, "no", "", "401"), "unavailable");
  for (const char* type : {"billing_error", "insufficient_quota", "authentication_error", "invalid_api_key",
                           "account_deactivated", "spend_limit_reached", "model_not_found"})
    EXPECT_EQ(meaning(400, "no", type), "unavailable") << type;
  EXPECT_EQ(meaning(429, "no", "", "insufficient_quota"), "unavailable");
  EXPECT_EQ(meaning(500, "the model requires more system memory than is available"), "unavailable");
  EXPECT_EQ(meaning(500, "model runner has failed to load"), "unavailable");
}

TEST(ErrorReply, WordsOfAnAccountAreAGuess) {
  for (const char* message :
       {"This organization has been disabled.", "API key not valid. Please pass a valid API key.",
        "Your credit balance is too low", "Budget has been exceeded! Current cost: 10, Max budget: 5",
        "USAGE LIMIT REACHED", "workspace suspended", "Your trial has expired", "No credits left",
        "The API usage limits of your organization are exhausted until 2031-01-02.",
        "the model requires more system memory (9 GiB) than is available", "model 'm' not found"})
    EXPECT_EQ(meaning(400, message), "unavailable?") << message;
  EXPECT_EQ(meaning(404, "model 'm' not found"), "unavailable?");
  EXPECT_EQ(meaning(404, "nothing here"), "unavailable?");
}

TEST(ErrorReply, WordsThatMaySpeakOfADocumentAreNotOfAnAccount) {
  for (const char* message :
       {"Blocked: a credit card was found", "The text names an account that is suspended",
        "invalid input: balance 12.50, limit reached", "Request denied by the content policy",
        "The language of this text is not available in the model", "found a bank account number: blocked",
        "This document breaks the terms of your account", "personal data: payment details, blocked",
        "refused \"account closed, limit reached\"", "Your plan is limited to 20000 characters: exceeded",
        "<html><title>Account suspended</title>"})
    for (const int status : {400, 403, 422})
      EXPECT_EQ(meaning(status, message), "rejected?") << status << " " << message;
  EXPECT_EQ(meaning(400, "no", "dlp", "credit_card_blocked"), "rejected?");
  EXPECT_EQ(meaning(403, "no access to this beta", "permission_error"), "rejected?");
}

TEST(ErrorReply, OfUnknownWordsProvesNothing) {
  for (const int status : {400, 409 + 9, 422, 204})
    EXPECT_EQ(meaning(status, "Nein."), "rejected?") << status;
  EXPECT_EQ(meaning(200, "Nein."), "rejected?");
  EXPECT_EQ(meaning(403, "flagged"), "rejected?");
  EXPECT_EQ(meaning(403, "permission denied"), "rejected?");
  EXPECT_EQ(meaning(404, "no endpoint has these parameters"), "rejected?");
  EXPECT_EQ(meaning(400, R"(invalid text: "the account of the late Mr X was closed, limit reached")"),
            "rejected?")
      << "what it quotes may be the document";
  EXPECT_EQ(meaning(400, "no", "", "content_filter"), "rejected");
}

TEST(ErrorReply, KnowsAWindowThatIsTooSmall) {
  for (const char* message :
       {"input and `max_tokens` are over the context limit: 7200 + 900 > 8000",
        "The input token count (45000) exceeds the maximum number of tokens allowed (32768).",
        "maximum prompt length is 131072 but the request contains 200000 tokens",
        "`inputs` tokens + `max_new_tokens` must be <= 4096", "the prompt is too large",
        "Please reduce the length of the messages"})
    EXPECT_EQ(meaning(400, message), "too_long?") << message;
  EXPECT_EQ(meaning(500, "input is too large to process. increase the physical batch size"), "too_long?");
  EXPECT_EQ(meaning(400, "no", "", "context_length_exceeded"), "too_long");
  EXPECT_EQ(meaning(413, "no"), "too_long");
  for (const char* message : {"token usage of your plan exceeded", "max_tokens exceeds 4096 output tokens"})
    EXPECT_EQ(meaning(400, message).find("too_long"), std::string::npos) << message;
  EXPECT_EQ(meaning(500, "timeout exceeded while writing tokens"), "transient");
  EXPECT_EQ(meaning(429, "tokens per minute exceeded"), "transient");
}

TEST(ErrorReply, KnowsAnAnswerThatTheServerItselfRefused) {
  EXPECT_EQ(meaning(400, "no", "", "json_validate_failed"), "content");
  for (const char* message :
       {"Failed to generate JSON", "see 'failed_generation'", "The model did not generate valid JSON"})
    EXPECT_EQ(meaning(400, message), "content") << message;
}

TEST(ErrorReply, UnderStatus200SaysItself) {
  EXPECT_EQ(meaning(200, "Provider returned error", "", "502"), "transient");
  EXPECT_EQ(meaning(200, "internal error"), "transient");
  EXPECT_EQ(meaning(200, "no", "", "401"), "unavailable");
  EXPECT_EQ(meaning(200, "context length exceeded"), "too_long?");
}

TEST(ErrorReply, ObeysWhatTheServerSaysOfComingBack) {
  EXPECT_EQ(error_reply({400, {{"x-should-retry", "true"}}, "no"}).answer.error().error_class,
            ErrorClass::transient);
  EXPECT_TRUE(error_reply({429, {{"x-should-retry", "false"}}, "no"}).unproven);
  EXPECT_FALSE(error_reply({429, {}, "no"}).unproven);
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

TEST(MayHaveWorked, WhatServersSayOfThemselvesIsFreeAndWhatGatewaysSayIsNot) {
  const std::string json = R"({"error": {"message": "overloaded"}})", page = "<html>no upstream</html>";
  for (const std::string& body : {json, page, std::string()}) {
    for (const int status : {302, 400, 401, 403, 404, 413, 422, 429, 500, 501, 503, 521, 529})
      EXPECT_FALSE(may_have_worked({status, {}, body})) << status << body;
    for (const int status : {200, 504, 524})
      EXPECT_TRUE(may_have_worked({status, {}, body})) << status << body;
  }
  for (const int status : {502, 520}) {
    EXPECT_FALSE(may_have_worked({status, {}, json})) << status;
    EXPECT_TRUE(may_have_worked({status, {}, page})) << status;
    EXPECT_TRUE(may_have_worked({status, {}, ""})) << status;
  }
}

}  // namespace
}  // namespace docket::backends
