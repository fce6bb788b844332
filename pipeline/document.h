#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/result.h"
#include "pipeline/text.h"
#include "pipeline/usage.h"

namespace docket {

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
  nlohmann::json output;             ///< The stage's member of the record; null: no member.
  std::vector<std::string> reasons;  ///< Names of the conditions that made it run, or that flag the document.
  std::optional<std::string> held;   ///< Set with State::held.
  std::optional<Error> error;        ///< Set with State::failed.
  Spending spent;
  nlohmann::json notes;      ///< What the stage remembers from turn to turn; not kept.
  std::int64_t wall_ns = 0;  ///< From the first call of the stage to its end, waiting included.
  std::int64_t cpu_ns = 0;   ///< Spent in the stage, in built-in backends and in workers.
};

/// One input on its way through the stages.
///
/// Stages that run in parallel write only their own entry of `stages` and read only entries of stages that
/// come before them in the graph, so no member needs a lock. The extract stage alone sets `text`, `sha256`,
/// `bytes` and `media_type`; every other stage comes after it.
struct Document {
  std::size_t number = 0;      ///< Position in the input, from 0.
  std::string path;            ///< As the record names it: relative where that is possible.
  std::filesystem::path file;  ///< What to open.
  std::string sha256;          ///< Hex, of the content.
  std::int64_t bytes = 0;
  std::string media_type;
  std::shared_ptr<const Text> text;
  std::vector<StageResult> stages;  ///< One per stage of the plan, in its order.
};
using DocumentPtr = std::shared_ptr<Document>;

/// Identity of a document: the first 16 hex digits of the SHA-256 of its `path`. Stable over runs and
/// machines, different for the same content under two paths.
std::string document_id(const Document& document);

}  // namespace docket
