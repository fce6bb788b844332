#include "pipeline/run/run_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>

#include "tests/temp_dir.h"

namespace docket {
namespace {

TEST(RunLock, IsHeldByOneAndNamesTheHolder) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "lock";
  {
    const auto held = RunLock::take(file);
    ASSERT_TRUE(std::holds_alternative<RunLock>(held));
    const auto refused = RunLock::take(file);
    ASSERT_TRUE(std::holds_alternative<RunLock::Busy>(refused));
    const LockHolder& holder = std::get<RunLock::Busy>(refused).holder;
    EXPECT_EQ(holder.pid, getpid());
    EXPECT_FALSE(holder.host.empty());
    EXPECT_EQ(holder.started.size(), std::string("2026-11-01T12:00:00Z").size());
  }
  EXPECT_TRUE(std::holds_alternative<RunLock>(RunLock::take(file)));
}

TEST(RunLock, TellsWhoHasItWithoutTakingIt) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "lock";
  EXPECT_FALSE(RunLock::holder_of(file));
  {
    const auto held = RunLock::take(file);
    const auto holder = RunLock::holder_of(file);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, getpid());
    EXPECT_EQ(holder->host, this_host());
  }
  EXPECT_FALSE(RunLock::holder_of(file)) << "the file stays, and nobody has it";
}

TEST(RunLock, SaysWhoHoldsIt) {
  EXPECT_EQ(to_string(LockHolder{"desk", 4711, "2026-11-01T12:00:00Z"}),
            "process 4711 on desk, since 2026-11-01T12:00:00Z");
  EXPECT_EQ(to_string(LockHolder{}), "another process");
}

TEST(RunLock, SurvivesAFileThatSaysNonsense) {
  const TempDir dir;
  const std::filesystem::path file = dir.write("lock", std::string(5000, '\xff'));
  const auto held = RunLock::take(file);
  ASSERT_TRUE(std::holds_alternative<RunLock>(held));
  EXPECT_EQ(TempDir::read(file).substr(0, 1).find_first_of("123456789"), 0u);
}

TEST(RunLock, OfADeadProcessIsTaken) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "lock";
  const pid_t child = fork();
  if (child == 0) {
    const auto held = RunLock::take(file);
    raise(SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(std::holds_alternative<RunLock>(RunLock::take(file)));
}

TEST(RunLock, IsWaitedForAndGivenToWhoeverWaits) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "lock";
  auto held = std::make_unique<std::variant<RunLock, RunLock::Busy, Error>>(RunLock::take(file));
  std::promise<void> waits;
  std::stop_source stop;
  auto waiter = std::async(std::launch::async, [&] {
    const auto taken = RunLock::wait(file, stop.get_token(), [&](const LockHolder&) { waits.set_value(); });
    return std::holds_alternative<RunLock>(taken);
  });
  waits.get_future().wait();
  held.reset();
  EXPECT_TRUE(waiter.get());
}

TEST(RunLock, AStopEndsTheWait) {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "lock";
  const auto held = RunLock::take(file);
  std::stop_source stop;
  const auto taken = RunLock::wait(file, stop.get_token(), [&](const LockHolder&) { stop.request_stop(); });
  EXPECT_TRUE(std::holds_alternative<RunLock::Busy>(taken));
}

TEST(RunLock, SaysWhereItCannotBeMade) {
  const auto failed = RunLock::take("/proc/docket/lock");
  ASSERT_TRUE(std::holds_alternative<Error>(failed));
  EXPECT_EQ(std::get<Error>(failed),
            (Error{ErrorClass::output, "cannot write /proc/docket/lock: No such file or directory"}));
}

}  // namespace
}  // namespace docket
