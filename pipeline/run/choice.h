#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/support/result.h"

namespace docket {

struct StageConfig;

// A stage with a cap (`at_most`) asks about the worst documents of a run, so it has to see all of them before
// it asks about one. In the flow it puts aside what it wants to ask about. When the input has come to its
// end, those documents are taken through the flow again, the worst first, with permission to ask as long as
// the cap allows; the others are held. What stages before had found is in the ledger by then, so that nothing
// is asked or computed twice, and no more is kept of a document than what it takes to begin again.

/// A document that was put aside.
struct WaitingDocument {
  std::size_t number = 0;
  std::string path;
  std::filesystem::path file;
  std::optional<MemberPlace> inside;
  std::string sha256;
  std::int64_t bytes = 0;
  FileStamp stamp;
  std::string why;
  Severity severity;
  std::vector<Permission> permissions;
  std::vector<EarlierWork> earlier;
};

/// All documents that are put aside. Not for two threads at once.
class PutAside {
 public:
  /// True: a stage has put the document aside, and it is kept here. Not one that a stage beside it has
  /// failed.
  bool keep(const Document& document);
  /// What waits for the choice of the stage at `position`.
  std::deque<WaitingDocument> take(std::size_t position);
  void put_back(std::size_t position, std::deque<WaitingDocument> documents);

 private:
  std::map<std::size_t, std::deque<WaitingDocument>> waiting_;  ///< By the stage's position.
};

/// Positions of the stages that have a cap.
std::vector<std::size_t> stages_with_caps(std::span<const StageConfig> stages);

/// Hands out the documents that wait for one stage: the worst first, those of equal severity in the order of
/// the input. A document takes a place under the cap only if the stage's own model is asked about it: not
/// when the policy, the budget or --offline refuse it, whatever was summarized before, nor when its answer is
/// known already. So it waits with the next one while those on their way may still take all places.
class Choice {
 public:
  using History = std::function<Result<std::shared_ptr<const LedgerHistory>>(const std::string& path)>;

  /// `allowed`: places. `history`: reads what earlier runs know of a document.
  Choice(std::size_t position, std::deque<WaitingDocument> waiting, std::int64_t allowed, History history);

  /// Null: there are no more, the stop was requested, or `failure`. Waits; one thread at a time.
  DocumentPtr next(const std::stop_token& stop);
  /// A document comes back from the flow. True: a stop cut it short, and it is part of the rest. Any thread.
  bool takes_back(const Document& document);

  /// What was not handed out, or was taken back; once the flow has ended.
  std::deque<WaitingDocument> rest();
  const std::optional<Error>& failure() const { return failure_; }

 private:
  const std::size_t position_;
  const std::int64_t allowed_;
  const History history_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable_any changed_;
  std::deque<WaitingDocument> waiting_;
  std::vector<WaitingDocument> returned_;
  std::int64_t taken_ = 0;   ///< Places.
  std::int64_t on_way_ = 0;  ///< Documents that may take a place.
  std::optional<Error> failure_;
};

/// A document that ends without having been looked at again.
DocumentPtr unfinished(WaitingDocument waiting, std::size_t stages);

}  // namespace docket
