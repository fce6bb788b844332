#include "cli/exit_code.h"

#include <gtest/gtest.h>

#include "pipeline/run/run.h"

namespace docket {
namespace {

using State = RunOutcome::State;

TEST(ExitCode, OfARunThatIsToFailOnMore) {
  RunOutcome outcome;
  outcome.unsure = 2;
  EXPECT_EQ(exit_code(outcome), exit_up_to_date);
  EXPECT_EQ(exit_code(outcome, {.unsure = true}), exit_failed);
  EXPECT_EQ(exit_code(outcome, {.held = true}), exit_up_to_date);
  outcome.held = 1;
  EXPECT_EQ(exit_code(outcome), exit_held);
  EXPECT_EQ(exit_code(outcome, {.unsure = true}), exit_failed) << "1 goes before 3";
  EXPECT_EQ(exit_code(outcome, {.held = true}), exit_failed);
  outcome.unsure = 0;
  EXPECT_EQ(exit_code(outcome, {.unsure = true}), exit_held);
  outcome.signal = 15;
  EXPECT_EQ(exit_code(outcome, {.held = true}), exit_terminated);
}

TEST(ExitCode, OfARun) {
  const struct {
    const char* what;
    void (*set)(RunOutcome& outcome);
    int code;
  } rows[] = {
      {"all done", [](RunOutcome&) {}, exit_up_to_date},
      {"held", [](RunOutcome& run) { run.held = 1; }, exit_held},
      {"failed before held", [](RunOutcome& run) { run.held = run.failed = 1; }, exit_failed},
      {"a record was not written", [](RunOutcome& run) { run.write_error = Error{}; }, exit_failed},
      {"the report was not written",
       [](RunOutcome& run) {
         run.held = 1;
         run.report_unwritten = Error{};
       },
       exit_failed},
      {"unavailable before failed",
       [](RunOutcome& run) {
         run.failed = 1;
         run.backend_unavailable = true;
       },
       exit_unavailable},
      {"the input is not whole", [](RunOutcome& run) { run.held = run.input_problems = 1; }, exit_failed},
      {"no worker, before failed",
       [](RunOutcome& run) {
         run.failed = 1;
         run.unavailable = Error{};
       },
       exit_unavailable},
      {"a signal before all these",
       [](RunOutcome& run) {
         run.failed = 1;
         run.backend_unavailable = true;
         run.signal = 2;
       },
       exit_interrupted},
      {"a signal while it waited for the output",
       [](RunOutcome& run) {
         run.state = State::stopped;
         run.signal = 15;
       },
       exit_terminated},
      {"locked", [](RunOutcome& run) { run.state = State::locked; }, exit_locked},
      {"refused, whatever the signal",
       [](RunOutcome& run) {
         run.state = State::refused;
         run.signal = 2;
       },
       exit_usage},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    RunOutcome outcome;
    row.set(outcome);
    EXPECT_EQ(exit_code(outcome), row.code);
  }
}

TEST(ExitCode, OfLostOutputHidesNothingWorse) {
  EXPECT_EQ(exit_code_of_lost_output(exit_up_to_date), exit_failed);
  EXPECT_EQ(exit_code_of_lost_output(exit_held), exit_failed);
  EXPECT_EQ(exit_code_of_lost_output(exit_usage), exit_usage);
  EXPECT_EQ(exit_code_of_lost_output(exit_interrupted), exit_interrupted);
}

}  // namespace
}  // namespace docket
