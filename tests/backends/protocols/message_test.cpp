// What several protocols make of a reply: prompts that were shortened without a word.
#include "backends/protocols/message.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += i % 12 == 11 ? "lamps\n" : "quay ";
  return text;
}

/// Whether a prompt with so many words was shortened, by the server's count of tokens.
bool is_cut(int count, std::int64_t counted, const Server& server = {}) {
  Prompt prompt;
  prompt.document = {{PromptPart::Kind::text, words(count)}};
  prompt.most_output_tokens = 100;
  Reply reply{Answer{"good"}};
  reply.spent.add({"model", "m", {.calls = 1, .input_tokens = counted}});
  const bool result = was_shortened(prompt, server, reply);
  EXPECT_EQ(result, !reply.answer);
  if (result) {
    EXPECT_EQ(reply.answer.error().error_class, ErrorClass::too_long);
    EXPECT_LT(reply.excess->window, reply.excess->tokens);
    EXPECT_GT(reply.excess->window, 0);
  }
  return result;
}

TEST(Shortened, FewerTokensThanWords) {
  EXPECT_TRUE(is_cut(12'000, 4096));
  EXPECT_TRUE(is_cut(12'000, 2051));
  EXPECT_TRUE(is_cut(3'000, 1807));
  EXPECT_FALSE(is_cut(3'000, 3'850));
  EXPECT_FALSE(is_cut(3'000, 2'990)) << "about a token for each word";
}

TEST(Shortened, AsManyTokensAsFitIntoAWindow) {
  for (const std::int64_t window : {2048, 3000, 4096, 4095, 3996, 32768})
    EXPECT_TRUE(is_cut(static_cast<int>(window * 3 / 4), window)) << window;
  EXPECT_TRUE(is_cut(2500, 3333, {.window = 3333}));
  EXPECT_TRUE(is_cut(2500, 3233, {.window = 3333})) << "with room for the answer";
  EXPECT_FALSE(is_cut(2500, 3100, {.window = 3333}));
  EXPECT_FALSE(is_cut(3000, 4096, {.window = 8192}));
}

TEST(Shortened, NotByServersThatRefuseOrCountOnlyWhatIsNew) {
  EXPECT_FALSE(is_cut(12'000, 4096, {.never_shortens = true}));
  EXPECT_FALSE(is_cut(12'000, 600, {.knows_text = true}));
  EXPECT_FALSE(is_cut(12'000, 0)) << "not told";
  EXPECT_FALSE(is_cut(12'000, 200)) << "made up";
  EXPECT_FALSE(is_cut(300, 1024)) << "many tokens for few words";
}

TEST(FewestTokens, CountsWordsOfAnyScript) {
  EXPECT_EQ(fewest_tokens("Der Vertrag über 4.711 EUR --- ...  \n\n|  |"), 5);
  EXPECT_EQ(fewest_tokens(std::string(40'000, 'x')), 1);
  EXPECT_EQ(fewest_tokens(std::string(40'000, ' ')), 0);
  std::string chinese;
  for (int i = 0; i < 800; ++i)
    chinese += "房";
  EXPECT_EQ(fewest_tokens(chinese), 101);
}

TEST(CutOff, IsToldFromARepetition) {
  Reply reply;
  cut_off(false, R"({"label": "inv)", reply);
  EXPECT_TRUE(reply.cut_off);
  for (const bool window_full : {true, false}) {
    reply = {};
    cut_off(window_full, R"({"label": ")" + std::string(500, '0'), reply);
    EXPECT_EQ(reply.answer.error().error_class, ErrorClass::content);
    EXPECT_TRUE(reply.repeats);
    EXPECT_FALSE(reply.cut_off);
  }
  reply = {};
  cut_off(false, std::string(500, '!'), reply);
  EXPECT_FALSE(reply.repeats) << "what is broken writes nothing else";
}

}  // namespace
}  // namespace docket::backends
