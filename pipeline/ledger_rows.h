#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/price.h"
#include "pipeline/record.h"
#include "pipeline/usage.h"

namespace docket {

/// The rows of a ledger in the program's words; docs/ledger.md says what each is for. Those of documents are
/// in pipeline/ledger/document_row.h.

struct LedgerRun {
  std::string name;             ///< Of the run, as in its report.
  std::string pipeline;         ///< The pipeline file.
  std::string pipeline_digest;  ///< Digest of what all stages are told to do.
  std::string version;          ///< Of docket.
  std::string host;
  std::int64_t pid = 0;
  std::string started;                                   ///< ISO 8601, UTC.
  std::optional<std::string> finished = std::nullopt;    ///< None: still running, or killed.
  std::optional<std::int64_t> exit_code = std::nullopt;  ///< Likewise.
  std::string pipeline_name = {};  ///< Whose output it is; empty: an older docket's run.
};

/// What a stage was told to do.
struct LedgerConfiguration {
  std::string digest;
  std::string stage;
  std::string content;  ///< JSON.
};

/// How one stage of a document last ended.
struct LedgerStage {
  std::string stage;
  StageResult::State state = StageResult::State::pending;
  bool ran = false;  ///< Not: its stored result was taken, or it was not reached.
  std::string why;   ///< What made it run.
  std::string key;
  std::string configuration;  ///< Digest.
  std::string input;          ///< JSON: digests of what it read.
  std::vector<std::string> reasons;
  std::optional<std::string> held;
  std::optional<Error> error;
  std::int64_t wall_ns = 0;
  Usage usage;
  std::int64_t run = 0;
};

/// A validated success, whatever document it was made for.
struct StoredResult {
  std::string key;
  std::string stage;
  StageResult::State state = StageResult::State::done;  ///< Or held.
  nlohmann::json output;
  std::vector<std::string> reasons;
  std::optional<std::string> held;
  std::shared_ptr<const Text> text;  ///< Of the stage that reads the file.
  std::string text_digest;           ///< Likewise; Document::text_digest.
  std::string media_type;            ///< Likewise.
  Usage usage;                       ///< What it took.
  std::int64_t run = 0;              ///< That made it.
};

/// One attempt to ask a model, or an answer that was known.
struct LedgerCall {
  std::string document, stage, backend, kind, model;
  std::string location;      ///< local or cloud; `in_ledger`: nobody was asked.
  std::int64_t attempt = 1;  ///< At the question; 0: nobody was asked.
  std::string outcome;       ///< ok, `known_answer`, `unknown_end`, or the class of the error.
  std::optional<std::string> message;
  std::string request;         ///< Key of the answer.
  std::int64_t wall_ms = 0;    ///< From question to answer, all that follows but `paused_ms` included.
  std::int64_t queued_ms = 0;  ///< Of that, in docket's own queues.
  std::int64_t wire_ms = 0;    ///< Of that, with the server.
  std::int64_t paused_ms = 0;  ///< Before it, since the last attempt: what the server asked for, or docket's.
  std::int64_t prompt_bytes = 0;    ///< See bytes_of(Prompt).
  std::int64_t document_bytes = 0;  ///< Of these, of the document, or of the piece of it that it is about.
  std::string service_tier = {};    ///< At which of its prices the server served it: `batch_tier`, or usual.
  Usage usage;
  Usage reused;  ///< What a known answer had cost in its time.
  // Of a call that may have left this machine:
  std::string host = {};           ///< Where it went; of several addresses all, with blanks between.
  nlohmann::json sent = {};        ///< {what, pages, fields, reasons}: see Sent. Null: it did not leave.
  nlohmann::json redactions = {};  ///< {kind: count}. Null likewise.
  /// Of a call that is written down before it is sent: its row, 0 until there is one; the store's alone.
  /// Null: it is written down once, when it ends.
  std::shared_ptr<std::int64_t> row = nullptr;
};

/// Of LedgerCall::service_tier: see ServiceTier::batch.
inline constexpr std::string_view batch_tier = "batch";
inline CallTerms terms_of(const LedgerCall& call) {
  return {.tier = call.service_tier == batch_tier ? ServiceTier::batch : ServiceTier::standard};
}

/// Not: no connection was made. Of an older docket's call nobody knows.
inline bool may_have_left(const LedgerCall& call) {
  return call.location == "cloud" && (call.usage.sent_bytes > 0 || !call.sent.is_object());
}

/// A call to a model in the cloud, for who asks what has left this machine.
struct EgressRow {
  std::string time;  ///< When it ended, or began if nobody knows how it ended; ISO 8601, UTC.
  std::string run;   ///< Its name.
  LedgerCall call;
};

/// Which of them. What is empty chooses nothing.
struct EgressFilter {
  std::string since = {}, before = {};  ///< Times or days, of which only the second one is left out.
};

/// Of LedgerCall: an answer that was taken from the ledger.
inline constexpr std::string_view known_answer = "known";
inline constexpr std::string_view in_ledger = "ledger";
/// The stage of a question that loads a model before documents need it. It has no document.
inline constexpr std::string_view warm_up_stage = "warm_up";
/// The outcome of a call that was being sent, or on its way, when docket ended. What it may have cost is
/// counted.
inline constexpr std::string_view unknown_end = "unknown";

/// What a model answered to a request.
struct StoredAnswer {
  std::string request;  ///< Hash of model and request.
  std::string model;
  nlohmann::json answer;
  Usage usage;
};

std::string_view name(StageResult::State state);
std::optional<StageResult::State> stage_state(std::string_view name);
std::optional<Outcome> outcome_named(std::string_view name);
/// The class of that name; `bug` for a name that is none.
ErrorClass error_class_named(std::string_view name);

/// On one line, members sorted, what is no UTF-8 replaced: equal values have equal texts.
std::string json_to_text(const nlohmann::json& value);
/// All members of a usage, in integers; and back.
std::string usage_to_text(const Usage& usage);
Usage usage_from_text(std::string_view text);
std::string texts_to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_from_json(std::string_view json);

}  // namespace docket
