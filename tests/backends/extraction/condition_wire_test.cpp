#include "backends/extraction/condition_wire.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(ConditionWire, GivesBackWhatWasSent) {
  const std::vector<std::string> texts = {"", ".a == 1", "Zoë"};
  EXPECT_EQ(*decode_texts(encode_texts(texts)), texts);

  const std::vector<ConditionQuestion> questions = {
      {"{\"a\":1}", {{0, Quantifier::first}, {2, Quantifier::all}}},
      {"null", {}},
      {"", {{1, Quantifier::any}}}};
  const auto back = decode_questions(encode(questions));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), 3U);
  EXPECT_EQ((*back)[0].value, "{\"a\":1}");
  EXPECT_EQ((*back)[0].asked[1].condition, 2U);
  EXPECT_EQ((*back)[0].asked[1].quantifier, Quantifier::all);
  EXPECT_EQ((*back)[2].asked.size(), 1U);

  const auto verdicts =
      decode_verdicts(encode(std::vector<Verdict>{
                          {Verdict::Kind::yes, {}}, {Verdict::Kind::no, {}}, {Verdict::Kind::error, "why"}}),
                      3);
  ASSERT_TRUE(verdicts);
  EXPECT_TRUE(*(*verdicts)[0]);
  EXPECT_FALSE(*(*verdicts)[1]);
  EXPECT_EQ((*verdicts)[2].error(), (Error{ErrorClass::condition, "why"}));
}

TEST(ConditionWire, BelievesNothingThatAWorkerSays) {
  const std::string one = encode(std::vector<Verdict>{{Verdict::Kind::yes, "x"}});
  EXPECT_FALSE(decode_verdicts(one, 2)) << "too few";
  EXPECT_FALSE(decode_verdicts(one + one, 1)) << "too many";
  EXPECT_FALSE(decode_verdicts(one.substr(0, one.size() - 1), 1)) << "cut off";
  EXPECT_FALSE(decode_verdicts(std::string(12, '\xff'), 1));
  const auto odd =
      decode_verdicts(encode(std::vector<Verdict>{{Verdict::Kind::error, "a\xff\nb\x1b[2J"}}), 1);
  ASSERT_TRUE(odd);
  EXPECT_EQ((*odd)[0].error().message.find_first_of("\n\x1b\xff"), std::string::npos);
  EXPECT_EQ(
      (*decode_verdicts(encode(std::vector<Verdict>{{Verdict::Kind::error, ""}}), 1))[0].error().message,
      "jq says no more");
  EXPECT_FALSE(decode_texts(std::string(8, '\x7f')));
  EXPECT_FALSE(decode_questions(std::string(8, '\x7f')));

  const auto bytes = [](Dying dying) {
    return std::string(reinterpret_cast<const char*>(&dying), sizeof dying);
  };
  EXPECT_EQ(decode_dying(bytes({Dying::Reason::time, 0, 1}), 2)->position, 1U);
  EXPECT_FALSE(decode_dying(bytes({Dying::Reason::time, 0, 2}), 2)) << "more than was asked";
  EXPECT_FALSE(decode_dying(bytes({static_cast<Dying::Reason>(9), 0, 0}), 2));
  EXPECT_FALSE(decode_dying("short", 2));
}

}  // namespace
}  // namespace docket
