#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/schema.h"
#include "pipeline/ledger/sqlite.h"
#include "pipeline/ledger_rows.h"

namespace docket {

/// Rows into tables and back: one statement each, from one list of columns for each table. What a row of a
/// damaged ledger says that makes no sense reads as if it were not there.

/// Columns of these tables that the first version of the ledger may lack.
std::vector<AddedColumn> added_columns();

std::optional<Error> insert(LedgerDatabase& database, const LedgerConfiguration& configuration);
std::optional<Error> insert(LedgerDatabase& database, const LedgerRun& run);
std::optional<Error> upsert_model(LedgerDatabase& database, const std::string& server,
                                  const std::string& model);
std::optional<Error> upsert(LedgerDatabase& database, const LedgerDocument& document);
std::optional<Error> upsert(LedgerDatabase& database, const std::string& path, std::size_t position,
                            const LedgerStage& stage);
std::optional<Error> upsert_record(LedgerDatabase& database, const std::string& path,
                                   const std::string& record);
std::optional<Error> insert_attempt(LedgerDatabase& database, const LedgerDocument& document);
/// With its text, where it has one.
std::optional<Error> upsert(LedgerDatabase& database, const StoredResult& result);
/// In place of the row that the call has, if it has one. LedgerCall::row then says which it has now.
std::optional<Error> upsert(LedgerDatabase& database, const LedgerCall& call, std::int64_t run);
std::optional<Error> upsert(LedgerDatabase& database, const StoredAnswer& answer, std::int64_t run);
std::optional<Error> remove_document(LedgerDatabase& database, const std::string& path);

/// None: there was no run.
Result<std::optional<LedgerRun>> select_last_run(LedgerDatabase& database);
/// Whose runs the ledger has.
struct LedgerOwner {
  std::string name;  ///< Of the pipeline.
  std::string file;  ///< Where it was then.
};
/// Of the last run that says so; none: there was no such run.
Result<std::optional<LedgerOwner>> select_owner(LedgerDatabase& database);
Result<std::optional<LedgerDocument>> select_document(LedgerDatabase& database, std::string_view path);
/// The documents that are inside of one, as it was when it was last read; in the order in which they stand
/// there.
Result<std::vector<LedgerDocument>> select_members(LedgerDatabase& database, std::string_view outer);
/// The document has these members, and no others: rows are made for those that have none (see
/// `is_only_listed`), and what others had is kept, but for `listed`.
std::optional<Error> list_members(LedgerDatabase& database, const std::string& outer,
                                  const std::vector<LedgerDocument>& members);
/// Those that are not done, in the order of their paths.
std::optional<Error> select_unfinished(LedgerDatabase& database,
                                       const std::function<void(const LedgerDocument&)>& each);
/// Documents that are done, and what they say of their answers (`verdicts_of`), as far as one of these is not
/// good; in the order of their paths.
std::optional<Error> select_doubtful(
    LedgerDatabase& database,
    const std::function<void(const std::string& path, const nlohmann::json& verdicts)>& each);
/// How documents that are not done have ended, and how many: rows in which only what `attention_of` and
/// `is_acknowledged` look at is set.
std::optional<Error> select_unfinished_kinds(
    LedgerDatabase& database,
    const std::function<void(const LedgerDocument& kind, std::int64_t documents)>& each);
/// Of all documents, in the order of their paths.
using EachRecord = std::function<void(std::string_view path, std::string_view record)>;
std::optional<Error> select_records(LedgerDatabase& database, const EachRecord& each);
/// One document's; empty: there is none.
Result<std::string> select_record(LedgerDatabase& database, std::string_view path);
/// Paths of all documents, or only of those that a run's whole input named, in their order.
enum class DocumentSet { all, in_input };
Result<std::int64_t> count_in_input(LedgerDatabase& database);
Result<std::vector<std::string>> select_paths(LedgerDatabase& database, DocumentSet set);
/// The same, with what tells where a member comes from: only these members are filled in.
Result<std::vector<LedgerDocument>> select_places(LedgerDatabase& database, DocumentSet set);
/// Of all documents; only `name` and the sizes of the files are filled in.
std::optional<Error> select_files(LedgerDatabase& database,
                                  const std::function<void(const LedgerDocument&)>& each);
/// All that is known of a document; null: nothing.
Result<std::shared_ptr<const LedgerHistory>> select_history(LedgerDatabase& database, std::string_view path);
Result<std::vector<LedgerStage>> select_stages(LedgerDatabase& database, std::string_view path);
Result<std::optional<StoredResult>> select_result(LedgerDatabase& database, std::string_view key);
Result<std::optional<StoredAnswer>> select_answer(LedgerDatabase& database, std::string_view request);
Result<std::vector<LedgerCall>> select_calls(LedgerDatabase& database, std::string_view path);
struct CallOfRun {
  LedgerCall call;
  std::string time;                  ///< When it ended, or began if nobody knows how it ended.
  std::optional<std::string> label;  ///< Of the document.
  /// The document failed in this stage with the class of this outcome; or, where this is a bad answer that
  /// proves nothing against the document, as if it had none.
  bool is_why_failed = false;
};
/// By document (bytes of the path), then in the order in which they were written down: when they were sent if
/// they may cost or leave this machine, else when they ended.
std::optional<Error> select_calls_of_run(LedgerDatabase& database, std::int64_t run,
                                         const std::function<void(const CallOfRun&)>& each);
/// Calls to models in the cloud, in the order in which they were sent.
std::optional<Error> select_egress(LedgerDatabase& database, const EgressFilter& filter,
                                   const std::function<void(const EgressRow&)>& each);
/// How many documents these calls were about, as far as they may have left this machine.
Result<std::int64_t> count_egress_documents(LedgerDatabase& database, const EgressFilter& filter);
/// See AnswerStore.
Result<std::int64_t> select_spent_since(LedgerDatabase& database, std::string_view time);
/// Empty: not known.
Result<std::string> select_model(LedgerDatabase& database, std::string_view server);
Result<std::string> select_configuration(LedgerDatabase& database, std::string_view digest);

}  // namespace docket
