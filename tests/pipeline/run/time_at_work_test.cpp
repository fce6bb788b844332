#include "pipeline/run/time_at_work.h"

#include <gtest/gtest.h>

#include <vector>

namespace docket {
namespace {

using std::chrono::seconds;

TEST(TimeAtWork, CountsWhatIsNotSpentInAQueueAndNothingTwice) {
  const struct {
    const char* title;
    std::vector<std::pair<int, int>> questions;  ///< Answered after so many seconds, and queued for so many.
    int expected;
  } rows[] = {
      {"nothing was asked", {}, 0},
      {"no queue", {{5, 0}}, 5},
      {"a queue", {{65, 60}}, 5},
      {"nothing but a queue, such as of a call that was cancelled there", {{60, 60}}, 0},
      {"longer in it than there was time, by another clock", {{60, 61}}, 0},
      {"two at the same time", {{5, 0}, {5, 0}}, 5},
      {"one after the other", {{5, 0}, {10, 5}}, 10},
      {"in any order", {{10, 5}, {5, 0}}, 10},
      {"half beside each other", {{5, 0}, {8, 3}}, 8},
      {"one within the other", {{9, 0}, {5, 2}}, 9},
      {"others' calls between them", {{5, 0}, {25, 20}}, 10},
      {"a hundred pieces behind each other, and a queue first",
       [] {
         std::vector<std::pair<int, int>> pieces;
         for (int i = 0; i < 100; ++i)
           pieces.emplace_back(60 + 5 * (i + 1), 60 + 5 * i);
         return pieces;
       }(),
       500},
  };
  const WallClock::time_point asked{seconds(1000)};
  for (const auto& row : rows) {
    std::vector<AnsweredQuestion> questions;
    for (const auto& [at, queued] : row.questions)
      questions.push_back({asked + seconds(at), seconds(queued)});
    EXPECT_EQ(time_at_work(asked, questions), seconds(row.expected)) << row.title;
  }
}

}  // namespace
}  // namespace docket
