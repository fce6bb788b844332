#include "backends/protocols/repetition.h"

#include <gtest/gtest.h>

#include <string>

namespace docket::backends {
namespace {

std::string times(int count, const std::string& piece) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += piece;
  return text;
}

TEST(Repetition, TheSamePieceToTheEndIsOne) {
  const std::string begin =
      R"({"number": {"quote": "Invoice INV-7", "value": "INV-7"}, "total": {"quote": ")";
  for (const std::string piece : {"0", " ", "\\n", "the total of ", "Überweisung ", "発票", "9.",
                                  "{\"quote\": \"Shelves 100.00\", \"value\": 100.0}, "})
    EXPECT_TRUE(is_repetition(begin + times(300, piece))) << piece;
  EXPECT_TRUE(is_repetition(times(200, "!")));
  EXPECT_TRUE(is_repetition(begin + times(3, begin + times(30, "a lease of a quay house "))));
}

TEST(Repetition, InTextsThatTheSchemaEndsItIsMostOfTheAnswer) {
  std::string answer = "{";
  for (const char* field : {"seller", "buyer", "number", "date"})
    answer += "\"" + std::string(field) + "\": {\"quote\": \"" + times(40, "Ltd ") + "\", \"value\": \"" +
              times(40, "no ") + "\"}, ";
  EXPECT_TRUE(is_repetition(answer + "\"tot"));
}

TEST(Repetition, LongAnswersAreNone) {
  std::string rows = R"({"lines": [)";
  for (int i = 0; i < 200; ++i)
    rows +=
        R"({"description": "Shelf no. )" + std::to_string(i * 37) + R"(", "quantity": 1, "amount": 10.00}, )";
  EXPECT_FALSE(is_repetition(rows));
  EXPECT_FALSE(is_repetition(R"({"quote": "Total .................................... 119.00", "value": 1)"));
  EXPECT_FALSE(is_repetition(R"({"quote": "________________________________________________)"));
  EXPECT_FALSE(is_repetition(""));
  EXPECT_FALSE(is_repetition(R"({"a": null, "b": null, "c": null, "d": null, "e": null, "f": )"));
}

}  // namespace
}  // namespace docket::backends
