#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/result.h"
#include "pipeline/text.h"
#include "pipeline/usage.h"

namespace docket {

class Condition;

/// Read a file: media type, identity, text, pages, metadata. Answered by the pool of extraction workers.
struct ExtractQuestion {
  std::filesystem::path file;
  std::string password;                     ///< UTF-8; empty: none.
  std::chrono::milliseconds time_limit{0};  ///< CPU time; 0: what the pool of workers sets.
  std::int64_t memory_limit = 0;            ///< Bytes; 0: the same.
};

/// One label of a closed set.
struct Label {
  std::string name;
  std::string description;
  std::vector<std::string> keywords;
};

/// Which of the labels fits the text?
struct ClassifyQuestion {
  std::shared_ptr<const Text> text;
  std::shared_ptr<const std::vector<Label>> labels;
};

/// A named jq condition over the fields of an answer that must be true, e.g. `totals add up`.
struct Check {
  std::string name;
  std::shared_ptr<const Condition> condition;
};

/// Which values does the text give for the properties of the schema?
struct FieldsQuestion {
  std::shared_ptr<const Text> text;
  std::shared_ptr<const nlohmann::json> schema;  ///< JSON Schema of an object; its properties are the fields.
  std::shared_ptr<const std::vector<Check>> checks;
};

using Question = std::variant<ExtractQuestion, ClassifyQuestion, FieldsQuestion>;

/// What a stage wants to know, and whom it asks.
struct Request {
  std::string backend;  ///< A name from the pipeline's `backends:`, or `extraction_workers`.
  Question question;
};

/// The internal backend that answers every ExtractQuestion.
inline constexpr std::string_view extraction_workers = "docket-extract";

/// An answer to
///  - ExtractQuestion: `text`, and `value` {pages, characters, grade, metadata, embedded_files, …}: see
///    worker/README.md; what the file is stands in Reply::file
///  - ClassifyQuestion: `value` {label: string or null, confidence: 0..1, scores: {label: 0..1}}
///  - FieldsQuestion: `value` {fields: {name: value or null},
///    details: {name: {evidence: {page, quote, box?}, signals: {…}} or {problem: string}}}
struct Answer {
  nlohmann::json value;
  std::shared_ptr<const Text> text;
};

/// What a file is, whatever its content turns out to be worth.
struct FileFacts {
  std::string sha256;  ///< Hex.
  std::int64_t bytes = 0;
  std::string media_type;  ///< From content.
};

struct Reply {
  Result<Answer> answer = Error{ErrorClass::bug, "no reply"};
  Usage usage;              ///< Counted even when the call failed.
  std::int64_t cpu_ns = 0;  ///< CPU time that the answer took, in this process or another.
  /// ExtractQuestion only: known even when the content could not be read.
  std::optional<FileFacts> file = std::nullopt;
};

/// Answers requests, some time later, from any thread. Owned by the run; outlives every request.
class Backend {
 public:
  using Done = std::function<void(Reply)>;
  virtual ~Backend() = default;
  /// Never throws and never waits; calls `done` exactly once per request, perhaps before it returns.
  virtual void submit(Request request, Done done) noexcept = 0;
};

}  // namespace docket
