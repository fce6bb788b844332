#include "pipeline/ledger/writer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "pipeline/support/fault_point.h"

namespace docket {
namespace {

/// How long a change may wait for others to share its commit. A document touches pages all over the ledger,
/// and each is written once per commit: with 5 ms half of a bulk run's writes were the same pages again.
constexpr std::chrono::milliseconds group_time{50};
/// What waits beyond this is committed at once.
constexpr std::size_t group_bytes = std::size_t{1} << 20;
/// Beyond this no new document should be begun: the disk is slower than the run.
constexpr std::size_t most_bytes = std::size_t{16} << 20;

}  // namespace

LedgerWriter::LedgerWriter(std::unique_ptr<LedgerDatabase> database)
    : database_(std::move(database)), thread_([this](const std::stop_token& stop) { loop(stop); }) {}

LedgerWriter::~LedgerWriter() {
  thread_.request_stop();
  thread_.join();
  static_cast<void>(
      database_->empty_log());  // What stays in the log is not lost, and nobody could do better.
}

void LedgerWriter::submit(Change change, std::size_t bytes, Urgency urgency, Committed committed) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(change), urgency, std::move(committed)});
    bytes_ += bytes;
    urgent_ = urgent_ || urgency == Urgency::durable || bytes_ >= group_bytes;
  }
  changed_.notify_one();
}

std::optional<Error> LedgerWriter::flush() {
  std::promise<std::optional<Error>> done;
  std::future<std::optional<Error>> error = done.get_future();
  submit([](LedgerDatabase&) { return std::nullopt; }, 0, Urgency::durable,
         [&done](const std::optional<Error>& failed) { done.set_value(failed); });
  return error.get();
}

void LedgerWriter::wait_for_room() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return bytes_ < most_bytes || failure_; });
}

std::optional<Error> LedgerWriter::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void LedgerWriter::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, stop, [&] { return !waiting_.empty(); });
    if (waiting_.empty()) return;  // Stopped, and all is committed.
    changed_.wait_for(lock, stop, group_time, [&] { return urgent_; });
    std::vector<Waiting> group = std::exchange(waiting_, {});
    bytes_ = 0;
    urgent_ = false;
    std::optional<Error> failed = failure_;
    lock.unlock();
    if (!failed) failed = commit(group);
    if (failed) {
      lock.lock();
      failure_ = failed;
      lock.unlock();
    }
    room_.notify_all();
    for (const Waiting& one : group)
      if (one.committed) one.committed(failed);
    group.clear();  // Not with the lock held: closures may own anything.
    lock.lock();
  }
}

std::optional<Error> LedgerWriter::commit(std::vector<Waiting>& group) {
  const bool durable =
      std::ranges::any_of(group, [](const Waiting& one) { return one.urgency == Urgency::durable; });
  // In WAL mode FULL syncs the log at each commit, NORMAL only before its content moves into the database.
  if (auto failed = database_->run(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"))
    return failed;
  fault_point("ledger.begin");
  if (auto failed = database_->run("BEGIN IMMEDIATE")) return failed;
  std::optional<Error> failed = apply(group);
  fault_point("ledger.commit");
  if (!failed) failed = database_->run("COMMIT");
  fault_point("ledger.committed");
  if (failed) static_cast<void>(database_->run("ROLLBACK"));
  return failed;
}

std::optional<Error> LedgerWriter::apply(const std::vector<Waiting>& group) {
  for (const Waiting& one : group) {
    if (auto failed = one.change(*database_)) return failed;
    fault_point("ledger.change");
  }
  return std::nullopt;
}

}  // namespace docket
