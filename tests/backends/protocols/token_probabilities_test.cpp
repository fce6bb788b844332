#include "backends/protocols/token_probabilities.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backends/protocols/json_leaves.h"

namespace docket::backends {
namespace {

Token token(std::string bytes, double probability, std::vector<std::pair<std::string, double>> others = {}) {
  Token made{std::move(bytes), std::log(probability)};
  for (auto& [text, of_it] : others)
    made.alternatives.push_back({std::move(text), std::log(of_it)});
  return made;
}

std::string content_of(const std::vector<Token>& tokens) {
  std::string content;
  for (const Token& each : tokens)
    content += each.bytes;
  return content;
}

std::map<std::string, TokenProbability> found(const std::vector<Token>& tokens,
                                              const EnumValues& enums = {}) {
  return token_probabilities(content_of(tokens), tokens, enums);
}

TEST(TokenProbabilities, StructureDoesNotCount) {
  const auto of = found({token("{", 0.1), token("\"", 0.1), token("total", 0.1), token("\":", 0.1),
                         token(" ", 0.1), token("11", 0.5), token("9", 0.8), token("}", 0.1)});
  ASSERT_EQ(of.size(), 1U);
  EXPECT_DOUBLE_EQ(of.at("/total").least, 0.5);
  EXPECT_DOUBLE_EQ(of.at("/total").joint, 0.4);
  EXPECT_FALSE(of.at("/total").margin);
}

TEST(TokenProbabilities, TokensThatStraddleStructureCountForTheValuesTheyTouch) {
  const auto of = found({token("{\"a", 0.1), token("\":\"x", 0.9), token("y\",\"b\":", 0.8),
                         token("1,\"c\":2", 0.7), token("}", 0.1)});
  EXPECT_DOUBLE_EQ(of.at("/a").joint, 0.9 * 0.8);
  EXPECT_DOUBLE_EQ(of.at("/b").joint, 0.7);
  EXPECT_DOUBLE_EQ(of.at("/c").joint, 0.7);
}

TEST(TokenProbabilities, CharactersMaySplitOverTokens) {
  const auto of = found({token("{\"name\":\"", 0.1), token("Caf\xc3", 0.9), token("\xa9 \xe2\x82", 0.6),
                         token("\xac", 0.7), token("\"}", 0.1)});
  EXPECT_DOUBLE_EQ(of.at("/name").least, 0.6);
  EXPECT_NEAR(of.at("/name").joint, 0.9 * 0.6 * 0.7, 1e-12);
}

TEST(TokenProbabilities, NestedValuesAndOddNames) {
  const auto of = found({token("[{\"a/b\":", 1), token("null", 0.5), token(",\"c~\\n\":[", 1), token("\"", 1),
                         token("\\\"", 0.4), token("\",{},[],", 1), token("false", 0.3), token("]}]", 1)});
  ASSERT_EQ(of.size(), 3U);
  EXPECT_DOUBLE_EQ(of.at("/0/a~1b").least, 0.5);
  EXPECT_DOUBLE_EQ(of.at("/0/c~0\n/0").least, 0.4);
  EXPECT_DOUBLE_EQ(of.at("/0/c~0\n/3").least, 0.3);
}

TEST(TokenProbabilities, AnEmptyStringWasChosenByItsSecondQuote) {
  const auto of = found({token("{\"a\":", 0.1), token("\"", 0.2), token("\"", 0.6), token("}", 0.1)});
  EXPECT_DOUBLE_EQ(of.at("/a").least, 0.6);
}

TEST(TokenProbabilities, WhatServersWriteForImpossibleIsZero) {
  for (const double logprob : {-3.4028234663852886e38, -9999.0, -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
    const auto of = found({token("{\"a\":", 1), {"1", logprob}, {"2", logprob}, token("}", 1)});
    EXPECT_EQ(of.at("/a").least, 0);
    EXPECT_EQ(of.at("/a").joint, 0);
  }
  EXPECT_EQ(found({token("[", 1), {"1", 0.001}, token("]", 1)}).at("/0").joint, 1);
}

TEST(TokenProbabilities, TokensThatDoNotAddUpGiveNothing) {
  const std::vector<Token> tokens = {token("{\"a\":", 1), token("1", 0.5), token("}", 1)};
  EXPECT_TRUE(token_probabilities("{\"a\":2}", tokens, {}).empty());
  EXPECT_TRUE(token_probabilities("{\"a\":1", tokens, {}).empty());
  EXPECT_TRUE(token_probabilities("{\"a\":1}", {}, {}).empty());
  EXPECT_TRUE(token_probabilities("", {}, {}).empty());
  EXPECT_TRUE(token_probabilities("no JSON", {token("no JSON", 1)}, {}).empty());
  EXPECT_TRUE(token_probabilities("{\"a\":x}", {token("{\"a\":x}", 1)}, {}).empty());
}

TEST(TokenProbabilities, BlanksAroundAndTheTokenOfTheEndAreAllowed) {
  const std::vector<Token> tokens = {token("\n\n", 1), token("{\"a\":", 1), token("1", 0.5), token("}\n", 1),
                                     token("<|im_end|>", 1)};
  EXPECT_DOUBLE_EQ(token_probabilities("{\"a\":1}", tokens, {}).at("/a").least, 0.5);
}

TEST(TokenProbabilities, ACodeFenceIsPassedOver) {
  EXPECT_DOUBLE_EQ(
      found({token("```json\n", 1), token("{\"a\":", 1), token("1", 0.5), token("}\n```", 1)}).at("/a").least,
      0.5);
}

const EnumValues labels = {{"/label", {"\"invoice\"", "\"inquiry\"", "\"contract\"", "null"}}};

TEST(TokenProbabilities, TheMarginIsAmongTheAllowedValues) {
  const auto of =
      found({token("{\"label\":", 1), token(" \"", 0.3, {{" \"", 0.3}, {" null", 0.1}, {" The", 0.5}}),
             token("inv", 0.02, {{"inv", 0.02}, {"con", 0.01}, {"Hello", 0.9}}),
             token("oice", 0.5, {{"oke", 0.5}}), token("\"}", 1)},
            labels);
  // 0.3 of 0.4 for a string at all; then "inquiry" was not told, and can have 0.01 as the least that was:
  // 0.02 of 0.04; after "inv" nothing else is left.
  ASSERT_TRUE(of.at("/label").margin);
  EXPECT_NEAR(*of.at("/label").margin, 0.75 * 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(of.at("/label").least, 0.02);
}

TEST(TokenProbabilities, ValuesWithACommonBeginningArePartedLater) {
  const auto of =
      found({token("{\"label\":\"", 1), token("in", 0.6, {{"contract", 0.2}}),
             token("voice", 0.5, {{"voice", 0.5}, {"v", 0.2}, {"quiry\"}", 0.3}}), token("\"}", 1)},
            labels);
  // Another way to write the chosen value counts for it.
  EXPECT_NEAR(*of.at("/label").margin, 0.75 * 0.7, 1e-12);
}

TEST(TokenProbabilities, WhatWasNotToldCannotBeMoreThanWhatIsLeft) {
  // Nothing was told but the chosen token: contract and inquiry share the other tenth.
  EXPECT_NEAR(
      *found({token("{\"label\":\"", 1), token("invoice", 0.9), token("\"}", 1)}, labels).at("/label").margin,
      0.9, 1e-12);
}

TEST(TokenProbabilities, ACodeFenceThatWasCutOffTheContentIsPassedOver) {
  const std::vector<Token> tokens = {token("```", 1), token("json", 1), token("{\"a\":", 1), token("1", 0.5),
                                     token("} ```", 1)};
  EXPECT_DOUBLE_EQ(token_probabilities("{\"a\":1}", tokens, {}).at("/a").least, 0.5);
}

TEST(TokenProbabilities, AMarginNeedsTheChosenValueAmongTheAllowedOnes) {
  EXPECT_FALSE(found({token("{\"label\":\"other\"}", 1)}, labels).at("/label").margin);
  const double impossible = -3.4028234663852886e38;
  EXPECT_FALSE(found({token("{\"label\":\"", 1), {"invoice", impossible}, token("\"}", 1)}, labels)
                   .at("/label")
                   .margin);
}

TEST(TokenProbabilities, ANumberThatBeginsAnotherIsNotIt) {
  const EnumValues sizes = {{"/0", {"1", "12"}}};
  EXPECT_NEAR(*found({token("[", 1), token("1", 1), token("]", 0.6, {{"2", 0.4}})}, sizes).at("/0").margin, 1,
              1e-12);
  EXPECT_NEAR(*found({token("[", 1), token("1]", 0.6, {{"12", 0.2}, {"13", 0.2}})}, sizes).at("/0").margin,
              0.75, 1e-12);
}

TEST(TokenProbabilities, BooleansHaveAMargin) {
  EXPECT_NEAR(*found({token("[", 1), token("true", 0.6, {{"false", 0.2}, {"null", 0.2}}), token("]", 1)})
                   .at("/0")
                   .margin,
              0.75, 1e-12);
}

TEST(JsonLeaves, DeepNestingEnds) {
  EXPECT_FALSE(json_leaves(std::string(10'000, '[')));
  EXPECT_FALSE(json_leaves(std::string(10'000, '[') + std::string(10'000, ']')));
  EXPECT_TRUE(json_leaves(std::string(60, '[') + std::string(60, ']')));
}

TEST(JsonLeaves, WhatIsNotJsonHasNone) {
  for (const char* text : {"", "{", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"\\x\":1}",
                           "[\"a", "[\"a\\", "[01]", "[nul]"})
    EXPECT_FALSE(json_leaves(text)) << text;
}

}  // namespace
}  // namespace docket::backends
