#include "pipeline/config/condition_mistake.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

struct Refused {
  const char* expression;
  const char* jq;
  std::size_t at;
  const char* words;  ///< Said, in part.
};

TEST(ConditionMistake, IsSaidInWordsThatMendIt) {
  const Refused rows[] = {
      {R"(.a.label == 'x')", "syntax error, unexpected character", 12, "write \"x\""},
      {".a.label == \u201cx\u201d", "syntax error, unexpected character", 12, "straight double quotes"},
      {R"(.a.b == "&&" && .c)", "syntax error, unexpected character", 13, "write 'and'"},
      {R"(.a.label == letter)", "letter/0 is not defined", 12, "write \"letter\""},
      {R"(a.label == "x")", "a/0 is not defined", 0, "write .a"},
      {R"(.b-c.label)", "c/0 is not defined", 3, "write .b_c"},
      {R"(.a | lenght > 3)", "lenght/0 is not defined", 5, "did you mean 'length'?"},
      {R"(.a | nope)", "nope/0 is not defined", 5, "manual of jq"},
      {R"(nope(.a))", "nope/1 is not defined", 0, "manual of jq"},
      {R"(.a == True)", "True/0 is not defined", 6, "write true"},
      {R"(.a is "x")", "syntax error, unexpected name", 3, "write == for is"},
      {R"([.a, (.b])", "the brackets do not match", 8, "nothing is open that this ']' closes"},
      {R"([.a, .b)", "the brackets do not match", 0, "this '[' is not closed"},
      {R"([.a, .b)", "something else", 0, "something else"},
      {R"(.a ==)", "syntax error, unexpected end of the expression", 5, "ends too early"},
  };
  for (const Refused& row : rows) {
    const ConditionMistake mistake = explain_jq(row.expression, row.jq, {"a", "b_c"});
    EXPECT_EQ(mistake.at, row.at) << row.expression << ": " << mistake.message;
    EXPECT_NE(mistake.message.find(row.words), std::string::npos)
        << row.expression << ": " << mistake.message;
  }
}

TEST(ConditionMistake, SurvivesAnything) {
  for (const char* text : {"", "\"", "\"\\", "'", "%", "1%", "-", "a", "\xe2\x80", "(", ")", "a-b", ".-b"})
    EXPECT_FALSE(explain_jq(text, "b/0 is not defined", {}).message.empty()) << text;
}

}  // namespace
}  // namespace docket
