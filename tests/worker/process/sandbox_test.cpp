#include "worker/process/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

#include "tests/temp_dir.h"
#include "worker/process/sanitizers.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

/// Does `act` in a locked-in child; what it returns is the child's exit code, so at most 255.
int in_sandbox(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(lock_in().empty() ? act() : 255);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/// What a call that must not work leaves in errno; 0 when it worked.
int error_after(long result) { return result < 0 ? errno : 0; }

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (under_sanitizer) GTEST_SKIP() << "a forked child of a sanitized program does more than it is told";
  }
  const TempDir folder_;
};

TEST_F(Sandbox, ReadingAndComputingGoOn) {
  const auto file = folder_.write("a", "hello");
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(in_sandbox([&] {
              char buffer[8] = {};
              const bool can_read = ::read(descriptor, buffer, sizeof buffer) == 5;
              const std::string memory(1 << 20, 'x');
              return can_read && memory.size() == 1 << 20 ? 7 : 8;
            }),
            7);
  close(descriptor);
}

TEST_F(Sandbox, OnlyTheDataOfLibrariesIsOpened) {
  const auto file = folder_.write("a", "hello");
  std::filesystem::create_symlink(file, folder_.path() / "link");
  const char* const home = std::getenv("HOME");
  for (const std::string& path :
       {file.string(), (folder_.path() / "link").string(), folder_.path().string(),
        std::string("/etc/passwd"), std::string("/proc/self/environ"), std::string("/proc/self/maps"),
        std::string("/dev/null"), std::string("/"), std::string(home == nullptr ? "/root" : home)})
    EXPECT_EQ(in_sandbox([&] { return error_after(open(path.c_str(), O_RDONLY)); }), EACCES) << path;
  EXPECT_EQ(in_sandbox([] { return error_after(open("/usr/share/poppler/cMap", O_RDONLY | O_DIRECTORY)); }),
            0);
}

/// As in containers of old machines.
void take_landlock_away() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);
  seccomp_load(filter);
  seccomp_release(filter);
}

TEST_F(Sandbox, NothingIsOpenedWhereTheKernelCannotTellFilesApart) {
  const auto act = [](const std::function<int()>& then) {
    const pid_t child = fork();
    if (child == 0) {
      take_landlock_away();
      _exit(lock_in().empty() ? 255 : then());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
  };
  for (const char* path : {"/etc/passwd", "/usr/share/poppler/cMap", "/usr/lib"})
    EXPECT_EQ(act([path] { return error_after(open(path, O_RDONLY)); }), EPERM) << path;
  EXPECT_EQ(act([] { return decode_text(std::string_view("\xFF\xFEh\0\xE9\0", 6)) ? 7 : 8; }), 7)
      << "usual encodings are there";
}

TEST_F(Sandbox, NothingIsOpenedForWriting) {
  const auto file = folder_.write("a", "hello");
  const auto other = folder_.path() / "b";
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_RDONLY | O_CREAT, O_WRONLY | O_APPEND}) {
    EXPECT_EQ(in_sandbox([&] { return error_after(open(file.c_str(), flags, 0600)); }), EPERM) << flags;
    EXPECT_EQ(in_sandbox([&] { return error_after(open(other.c_str(), flags | O_CREAT, 0600)); }), EPERM);
  }
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(Sandbox, NothingIsRemovedRenamedOrChanged) {
  const auto file = folder_.write("a", "hello");
  const auto other = folder_.path() / "b";
  EXPECT_EQ(in_sandbox([&] { return error_after(unlink(file.c_str())); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(rename(file.c_str(), other.c_str())); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(chmod(file.c_str(), 0)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(truncate(file.c_str(), 0)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(mkdir(other.c_str(), 0700)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(symlink(file.c_str(), other.c_str())); }), EPERM);
}

TEST_F(Sandbox, NoNetwork) {
  EXPECT_EQ(in_sandbox([] { return error_after(socket(AF_INET, SOCK_STREAM, 0)); }), EPERM);
  EXPECT_EQ(in_sandbox([] { return error_after(socket(AF_UNIX, SOCK_STREAM, 0)); }), EPERM);
}

TEST_F(Sandbox, NoOtherProcess) {
  EXPECT_EQ(in_sandbox([] { return error_after(fork()); }), EPERM);
  EXPECT_EQ(in_sandbox([] {
              char program[] = "/bin/true";
              char* arguments[] = {program, nullptr};
              return error_after(execv(program, arguments));
            }),
            EPERM);
  const pid_t parent = getpid();
  EXPECT_EQ(in_sandbox([&] { return error_after(kill(parent, 0)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(tgkill(parent, parent, SIGKILL)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(fcntl(0, F_SETOWN, parent)); }), EPERM);
  EXPECT_EQ(in_sandbox([&] { return error_after(ptrace(PTRACE_ATTACH, parent, nullptr, nullptr)); }), EPERM);
  EXPECT_EQ(in_sandbox([] { return raise(SIGTERM); }), 256 + SIGTERM) << "of itself, it may make an end";
}

TEST_F(Sandbox, NoNewPrivileges) {
  EXPECT_EQ(in_sandbox([] { return error_after(setuid(0)); }), EPERM);
}

}  // namespace
}  // namespace docket::worker
