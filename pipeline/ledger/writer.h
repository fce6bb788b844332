#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// The one thread that writes to a ledger. It takes all changes that wait and commits them together, so that
/// many share the price of one commit.
///
/// The first Error ends it: what waits and what comes later gets the same Error, and nothing of the group
/// that failed is in the ledger.
class LedgerWriter {
 public:
  /// Makes its changes with `run`; called by the writer's thread.
  using Change = std::function<std::optional<Error>(LedgerDatabase&)>;
  /// Called once by the writer's thread when the change is committed, or is lost for the Error. Must return
  /// soon; may submit.
  using Committed = std::function<void(const std::optional<Error>&)>;
  enum class Urgency {
    grouped,  ///< Within milliseconds. Survives the death of the process, perhaps not that of the machine.
    durable,  ///< At once, and on disk (fsync) before `Committed` is called.
  };

  explicit LedgerWriter(std::unique_ptr<LedgerDatabase> database);
  ~LedgerWriter();  ///< Commits what waits, and empties the log of the database.
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  /// Never waits; any thread. `bytes` is about what the change holds in memory.
  void submit(Change change, std::size_t bytes, Urgency urgency, Committed committed = {});

  /// Waits until everything submitted before is committed.
  std::optional<Error> flush();
  /// Waits until what is submitted takes less memory than a fixed bound. For the thread that lists documents.
  void wait_for_room();
  /// The Error that ended it.
  std::optional<Error> failure() const;

 private:
  struct Waiting {
    Change change;
    Urgency urgency;
    Committed committed;
  };
  void loop(const std::stop_token& stop);
  std::optional<Error> commit(std::vector<Waiting>& group);
  std::optional<Error> apply(const std::vector<Waiting>& group);

  const std::unique_ptr<LedgerDatabase> database_;  ///< Of the writer's thread.
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;  ///< Something to commit, at once or at all.
  std::condition_variable_any room_;     ///< Less waits than before.
  // Guarded by mutex_:
  std::vector<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool urgent_ = false;
  std::optional<Error> failure_;
  std::jthread thread_;  ///< Last: ends before the rest goes.
};

}  // namespace docket
