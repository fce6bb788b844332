// A ledger whose process is killed between any two steps of a commit.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <future>

#include "pipeline/ledger/ledger.h"
#include "pipeline/support/fault_point.h"
#include "tests/temp_dir.h"

namespace {

/// Which passage of which point kills the process. Only ever set in a child.
const char* fatal_point = nullptr;
int passages_left = 0;

}  // namespace

extern "C" void docket_fault_point(const char* name) {
  if (fatal_point == nullptr || std::strcmp(name, fatal_point) != 0) return;
  if (--passages_left == 0) kill(getpid(), SIGKILL);
}

namespace docket {
namespace {

/// Asks and stores until it is killed; says on `told` which answers its caller was told to be durable.
[[noreturn]] void ask_until_killed(const std::filesystem::path& folder, int told) {
  auto ledger = Ledger::open(folder);
  if (!ledger) _exit(2);
  for (int i = 0; i < 50; ++i) {
    LedgerCall call;
    call.document = "document " + std::to_string(i);
    call.request = "request " + std::to_string(i);
    call.usage.nano_dollars = 5;
    std::promise<void> durable;
    (*ledger)->call_ended(call, StoredAnswer{call.request, "m", {{"number", i}}, {}},
                          [&](const auto& failed) {
                            if (!failed && write(told, &i, sizeof i) == sizeof i) durable.set_value();
                          });
    durable.get_future().wait();
    LedgerDocument document;
    document.path = call.document;
    (*ledger)->document_ended(document, {LedgerStage{}}, "{}");
  }
  _exit(0);
}

/// The numbers of the answers that were told to be durable before the process died.
std::vector<int> kill_at(const std::filesystem::path& folder, const char* point, int passage) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    fatal_point = point;
    passages_left = passage;
    ask_until_killed(folder, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  std::vector<int> told;
  int number = 0;
  while (::read(pipe_ends[0], &number, sizeof number) == sizeof number)
    told.push_back(number);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << point << " " << passage;
  return told;
}

void expect_consistent(const std::filesystem::path& folder, const std::vector<int>& told) {
  auto ledger = Ledger::open(folder);
  ASSERT_TRUE(ledger) << ledger.error().message;
  for (const int number : told) {
    const auto answer = (*ledger)->answer("request " + std::to_string(number));
    ASSERT_TRUE(answer && *answer) << number << " was told to be durable";
    EXPECT_EQ((*answer)->answer["number"], number);
  }
  auto database = (*ledger)->read();
  std::string check;
  EXPECT_FALSE(
      (*database)->run("PRAGMA integrity_check", {}, [&](const LedgerRow& row) { check = row.text(0); }));
  EXPECT_EQ(check, "ok");
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM calls"),
            *(*database)->number("SELECT count(*) FROM answers"));
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM documents"),
            *(*database)->number("SELECT count(DISTINCT path) FROM document_stages"));
}

TEST(LedgerCrash, LosesNothingThatItsCallerWasToldOf) {
  for (const char* point : {"ledger.begin", "ledger.change", "ledger.commit", "ledger.committed"}) {
    for (const int passage : {1, 2, 3, 7, 30}) {
      const TempDir dir;
      const std::vector<int> told = kill_at(dir.path(), point, passage);
      expect_consistent(dir.path(), told);
    }
  }
}

}  // namespace
}  // namespace docket
