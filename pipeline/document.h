#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/members.h"
#include "pipeline/severity.h"
#include "pipeline/support/file_stamp.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"
#include "pipeline/usage.h"

namespace docket {

struct LedgerHistory;

/// What one stage did with one document.
struct StageResult {
  enum class State {
    pending,  ///< Not reached: an earlier stage failed, or the run was stopped.
    skipped,  ///< Its `when` was false.
    done,
    held,  ///< Flagged, but may not or cannot be answered by the model it needs. `held` says why.
    failed,
  };
  State state = State::pending;
  nlohmann::json output;  ///< The stage's member of the record; null: no member.
  /// An answer that takes the place of an earlier stage's in the record.
  struct Replacement {
    std::string stage;  ///< Whose.
    nlohmann::json answer;
  };
  std::optional<Replacement> replaces;
  std::vector<std::string> reasons;  ///< Names of the conditions that made it run, or that flag the document.
  std::optional<std::string> held;   ///< Set with State::held. The same text for all documents held for it.
  std::string held_detail;           ///< What is particular to this document, such as amounts; may be empty.
  bool withheld = false;             ///< A model was not asked since the question may not leave this machine.
  bool withheld_for_now = false;     ///< Not because of the policy: another run may ask.
  bool put_aside = false;            ///< A stage with a cap, pending until the run has chosen its documents.
  std::optional<Severity> severity;  ///< Where a stage with a cap wants to ask.
  bool takes_place = false;          ///< Under the stage's cap: its own model was asked, or failed to answer.
  bool left_out = false;             ///< The run does not ask for the stage (--until).
  std::optional<Error> error;        ///< Set with State::failed.
  Spending spent;
  Usage reused;  ///< What answers from the ledger had cost: not spent in this run.
  /// What the ledger knows of the result; empty without one.
  struct Origin {
    bool taken = false;  ///< The result was known: the stage did not run.
    std::string key;     ///< Under which the result is kept; empty: under none.
    std::string input;   ///< JSON: what the stage reads of the document.
    std::string digest;  ///< Of `output`.
    std::string why;     ///< For people: why it ran.
  };
  Origin origin;
  std::int64_t wall_ns = 0;  ///< From the first call of the stage to its end, waiting included.
  std::int64_t cpu_ns = 0;   ///< Spent in the stage, in built-in backends and in workers.
};

/// Whether a stage with a cap (see Stage::cap) may ask about a document.
enum class Permission { undecided, granted, refused };

/// What a stage did before the document was put aside, in the same run.
struct EarlierWork {
  bool ran = false;
  std::string why;
  std::int64_t wall_ns = 0;
  Spending spent;
};

/// One input on its way through the stages.
///
/// Stages that run in parallel write only their own entry of `stages` and read only entries of stages that
/// come before them in the graph, so no member needs a lock. The extract stage alone sets `text`, `sha256`,
/// `bytes` and `media_type`, or a known result in its place; every other stage comes after it.
struct Document {
  std::size_t number = 0;             ///< Position in the input, from 0.
  std::string path;                   ///< As the record names it: relative where that is possible.
  std::filesystem::path file;         ///< What to open.
  std::optional<MemberPlace> inside;  ///< Of a member: where in `file` it is. None: it is the file.
  std::string sha256;                 ///< Hex, of the content.
  std::int64_t bytes = 0;
  std::string media_type;
  std::shared_ptr<const Text> text;
  std::string text_digest;  ///< Set where there is a ledger.
  FileStamp stamp;  ///< Of the file when `sha256` was read from it; unknown: it may have changed since.
  std::string why;  ///< For people: why it is run.
  std::shared_ptr<const LedgerHistory> history;  ///< How it ended before; null: not known.
  std::vector<StageResult> stages;               ///< One per stage of the plan, in its order.
  // Of a document that was put aside, by position of the stage; else empty.
  std::vector<Permission> permissions;
  std::vector<EarlierWork> earlier;
  std::optional<Error> unwritten;  ///< Why its files are not in the output.
};
using DocumentPtr = std::shared_ptr<Document>;

/// Identity of a document: the first 16 hex digits of the SHA-256 of its `path`. Stable over runs and
/// machines, different for the same content under two paths.
std::string document_id(const Document& document);
std::string document_id(std::string_view path);

/// The result of the stage at `position` was known before: nothing that this run did with the document has
/// made it. Not one that was made before the document was put aside, and then taken from the ledger.
bool was_known(const Document& document, std::size_t position);
/// By the stage at `position` in this run, before the document was put aside too.
Spending spent_in_run(const Document& document, std::size_t position);

}  // namespace docket
