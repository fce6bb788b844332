#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/sqlite.h"

namespace docket {

/// A ledger to look at: for the verbs that tell of earlier runs. Works while a run writes, and changes
/// nothing. For one thread at a time.
class LedgerReader {
 public:
  /// The Error (class `output`) says when there is no ledger.
  static Result<LedgerReader> open(const std::filesystem::path& output_folder);

  struct StageCount {
    std::string stage;
    StageResult::State state = StageResult::State::pending;
    std::int64_t documents = 0;
  };
  struct Status {
    std::int64_t done = 0, held = 0, failed = 0, cancelled = 0;  ///< Documents.
    std::int64_t parked = 0;                                     ///< Of those that failed.
    std::vector<StageCount> stages;                              ///< In the order of stages.
    std::map<std::string, VerdictCounts> verdicts;               ///< Of documents that are done, by stage.
    std::optional<LedgerRun> last_run;
  };
  Result<Status> status();

  /// Documents that are not done, in the order of their paths.
  std::optional<Error> for_each_unfinished(const std::function<void(const LedgerDocument&)>& each);
  /// Documents that are done and still to be looked at, with their verdicts, in the order of their paths.
  std::optional<Error> for_each_doubtful(
      const std::function<void(const std::string& path, const nlohmann::json& verdicts)>& each);
  /// Paths and records of all documents, in the order of their paths.
  std::optional<Error> for_each_record(
      const std::function<void(std::string_view path, std::string_view record)>& each);

  /// Of one document, as a line.
  Result<std::string> record(std::string_view path);
  Result<std::optional<LedgerDocument>> document(std::string_view path);
  Result<std::vector<LedgerStage>> stages(std::string_view path);
  Result<std::vector<LedgerCall>> calls(std::string_view path);
  Result<std::int64_t> count_egress_documents(const EgressFilter& filter) const;
  std::optional<Error> for_each_egress(const EgressFilter& filter,
                                       const std::function<void(const EgressRow&)>& each);
  Result<std::string> configuration(std::string_view digest);
  Result<std::optional<StoredResult>> result(std::string_view key);
  LedgerDatabase& database() { return *database_; }
  /// report.json of a run by its name, or of the last that has one; none: there is no such run.
  Result<std::optional<std::string>> report(std::string_view run = {});

 private:
  Result<Status> status_now();
  explicit LedgerReader(std::unique_ptr<LedgerDatabase> database) : database_(std::move(database)) {}
  std::unique_ptr<LedgerDatabase> database_;
};

}  // namespace docket
