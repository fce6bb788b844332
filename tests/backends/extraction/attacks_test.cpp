// A worker that a document has taken over tries what it must not be able to do; see tests/attacks/.
#include "tests/attacks/attacks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <vector>

#include "backends/extraction/pool.h"
#include "pipeline/support/descriptor.h"
#include "tests/temp_dir.h"
#include "worker/process/sanitizers.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;

class Attacks : public testing::Test {
 protected:
  void SetUp() override {
    if (worker::under_sanitizer) GTEST_SKIP() << "a sanitized worker is not locked in as users have it";
    ExtractPoolOptions options;
    options.worker = ATTACKED_WORKER;
    options.workers = 1;
    options.warn = [this](const std::string& warning) { warnings_.push_back(warning); };
    pool_ = make_extract_pool(options, {});
  }

  Error error_of(const std::string& attack, const ExtractLimits& limits = {}) {
    return ask("attack: " + attack + "\n", limits);
  }

  Error ask(const std::string& content, const ExtractLimits& limits = {}) {
    ExtractQuestion question{.file = folder_.write("attack", content), .limits = limits};
    std::promise<Reply> promise;
    pool_->submit({std::string(extraction_workers), std::move(question)},
                  [&](Reply reply) { promise.set_value(std::move(reply)); });
    const Reply reply = promise.get_future().get();
    return reply.answer ? Error{ErrorClass::bug, "read like any other document"} : reply.answer.error();
  }

  void expect_refused(const std::string& attack, int error_number) {
    EXPECT_EQ(error_of(attack).message,
              "attack made the parser stop (exit code " + std::to_string(error_number) + ")")
        << attack << ": expected " << std::strerror(error_number);
  }

  const TempDir folder_;
  std::unique_ptr<Backend> pool_;
  std::vector<std::string> warnings_;
};

TEST_F(Attacks, NoNetwork) {
  for (const char* kind :
       {"socket-inet", "socket-inet6", "socket-unix", "socket-netlink", "socket-packet", "io-uring"})
    expect_refused(kind, EPERM);
}

TEST_F(Attacks, NothingIsWritten) {
  const std::string file = folder_.write("victim", "keep me").string(),
                    other = (folder_.path() / "new").string();
  for (const std::string& place : {file, other, std::string("/tmp/docket-attack"), std::string("/dev/shm/x"),
                                   std::string("/proc/self/comm"), std::string("/dev/null")}) {
    expect_refused("write " + place, EPERM);
    expect_refused("append " + place, EPERM);
  }
  for (const char* change : {"truncate", "remove", "chmod"})
    expect_refused(std::string(change) + " " + file, EPERM);
  for (const char* make : {"make-folder", "link"})
    expect_refused(std::string(make) + " " + other, EPERM);
  expect_refused("temporary " + folder_.path().string(), EPERM);
  expect_refused("memory-file", EPERM);
  expect_refused("truncate-document", EPERM);
  expect_refused("write-document", EBADF);  // It is open for reading.
  EXPECT_EQ(TempDir::read(file), "keep me");
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(Attacks, NoFileIsReadThatWasNotGiven) {
  const std::string parent = "/proc/" + std::to_string(getpid());
  const char* const home = std::getenv("HOME");
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  ASSERT_EQ(write(pipe_ends[1], "secret", 6), 6);
  const Descriptor reading(pipe_ends[0]), writing(pipe_ends[1]);
  for (const std::string& file :
       {folder_.write("neighbour", "another's").string(), std::string("/etc/passwd"),
        std::string("/etc/hostname"), parent + "/environ", parent + "/mem", parent + "/maps",
        parent + "/cmdline", parent + "/fd/" + std::to_string(pipe_ends[0]),
        std::string("/proc/self/environ"), std::string("/proc/self/maps"), std::string("/proc/self/mem"),
        std::string("/proc/self/fd/1"), std::string("/proc/1/environ"), std::string("/sys/kernel/notes"),
        std::string("/dev/mem"), std::string("/dev/urandom")})
    expect_refused("read " + file, std::filesystem::exists(file) ? EACCES : ENOENT);
  for (const std::string& place : {parent, std::string("/proc"), std::string("/"), std::string("/tmp"),
                                   std::string(home == nullptr ? "/root" : home), folder_.path().string()})
    expect_refused("list " + place, EACCES);
}

TEST_F(Attacks, NoProgramAndNoProcess) {
  expect_refused("exec /bin/true", EPERM);
  expect_refused("exec /usr/bin/env", EPERM);
  expect_refused("exec-document", EPERM);
  for (const char* kind : {"fork-bomb", "vfork", "thread", "unshare"})
    expect_refused(kind, EPERM);
}

TEST_F(Attacks, NobodyElseIsTouched) {
  const std::string pid = std::to_string(getpid());
  for (const char* kind : {"ptrace", "read-memory", "kill", "kill-thread", "kill-queue", "kill-by-descriptor",
                           "pidfd", "priority", "limit-parent"})
    expect_refused(kind + (" " + pid), EPERM);
  expect_refused("kill 1", EPERM);
  expect_refused("kill-group", EPERM);
  expect_refused("traced-by", EPERM);
  expect_refused("mount " + folder_.path().string(), EPERM);
  expect_refused("chroot " + folder_.path().string(), EPERM);
}

TEST_F(Attacks, TheSandboxIsNotLeft) {
  for (const char* kind : {"outlive-parent", "dumpable", "more-memory"})
    expect_refused(kind, EPERM);
  // SIGSYS, or SIGSEGV of a kernel without 32-bit programs.
  EXPECT_EQ(error_of("old-call").error_class, ErrorClass::crash);
}

TEST_F(Attacks, NothingOfDocketIsKnown) {
  setenv("DOCKET_TEST_SECRET", "hush", 1);
  setenv("LANG", "C.UTF-8", 1);
  pool_.reset();
  SetUp();
  expect_refused("environment", ENOENT);
}

/// The processes that this one has started.
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;)
      found.push_back(child);
  }
  return found;
}

TEST_F(Attacks, AWorkerHasASessionOfItsOwn) {
  EXPECT_EQ(error_of("").error_class, ErrorClass::crash);
  EXPECT_EQ(ask("an ordinary text").error_class, ErrorClass::bug);  // Its worker waits for more.
  const std::vector<pid_t> workers = children();
  EXPECT_EQ(workers.size(), 1U);
  for (const pid_t worker : workers)
    EXPECT_EQ(getsid(worker), worker);
}

TEST_F(Attacks, LimitsHold) {
  EXPECT_EQ(error_of("allocate 400", {.memory = 100 << 20}),
            (Error{ErrorClass::memory,
                   "attack needed more than 100 MiB of memory (`limits.memory` of the extract stage)"}));
  EXPECT_EQ(error_of("spin", {.cpu_time = 100ms}),
            (Error{ErrorClass::timeout,
                   "attack took longer than 100 ms of CPU time (`limits.cpu_time` of the extract stage)"}));
  EXPECT_EQ(error_of("sleep", {.wall_time = 100ms}),
            (Error{ErrorClass::timeout,
                   "attack gave no answer within 100 ms (`limits.wall_time` of the extract stage)"}));
  expect_refused("open-without-end", EMFILE);
  EXPECT_EQ(error_of("allocate 50", {.memory = 100 << 20}).message,
            "attack made the parser stop (exit code " + std::to_string(attack_worked) + ")");
  EXPECT_TRUE(warnings_.empty()) << warnings_.front();
}

}  // namespace
}  // namespace docket::backends
