#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "pipeline/activity.h"
#include "pipeline/answer_store.h"
#include "pipeline/backend.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/pipeline.h"
#include "pipeline/registry.h"
#include "pipeline/warm_up.h"

namespace docket::backends {

/// Every backend type that a pipeline may name. A new backend is one new file and one line in all.cpp.
std::span<const BackendType> all();

/// Evaluates the conditions of one pipeline in processes of their own.
std::unique_ptr<ConditionEngine> condition_engine();

/// What tells a server's model from another under the same name, by backend: those of this machine's network,
/// and those whose model the pipeline does not name. Asks all at once and waits for them, seconds at most;
/// who does not answer is missing. `offline`: the cloud is not asked.
ModelDigests find_models(const Pipeline& pipeline, bool offline, const std::stop_token& stop);

struct Options {
  int jobs = 1;                                 ///< Extraction workers.
  std::function<void(const Error&)> no_worker;  ///< See ExtractPoolOptions.
  std::stop_token stop;                         ///< No call is begun any more.
  std::stop_token hard_stop;                    ///< Ends calls that are on their way.
  bool offline = false;                         ///< No question leaves this machine.
  std::filesystem::path trace;                  ///< Folder for requests and replies; empty: none are kept.
  AnswerStore* answers = nullptr;               ///< Outlives the backend. Null: answers are not remembered.
  ModelDigests models;                          ///< Answers of other models are not reused.
  bool reuse_answers = true;  ///< Not: models are asked again what they have answered before.
  /// Told by any thread what people should know of a server, such as a setting that it refuses; empty:
  /// nobody.
  std::function<void(const std::string&)> warn = {};
  std::function<void(const WarmUp&)> warmed = {};  ///< Told of models that were loaded ahead; empty: nobody.
  Activity* activity = nullptr;  ///< Told what the backends do; null: nobody is. Outlives the backend.
  std::optional<std::int64_t> max_cost = {};  ///< Nano-dollars that the run may spend; none: the budget's.
};

/// The one backend of a run: hands each request to the backend that it names, and those for
/// `extraction_workers` to the pool. A backend that cannot be used answers with ErrorClass::unavailable.
/// `pipeline` and those who are told must outlive it: when it goes, servers let go of models where the
/// pipeline says so. The Error is of class `config`, or that of `answers`.
Result<std::unique_ptr<Backend>> make(const Pipeline& pipeline, const Options& options);

/// The one backend of a run that asks no model and reaches no server. Files are read, the rules tier answers,
/// policy and `offline` withhold, personal data is redacted, and `answers` are reused, all as in a run. Every
/// other prompt gets an answer of the right shape that nothing supports; `Reply::spent` then has the tokens
/// for which a budget would keep money, and as `sent_bytes` those of the prompt. Prompts that do not fit a
/// backend's `context` are too long. `answers` is told of these calls and must not believe it.
std::unique_ptr<Backend> make_rehearsal(const Pipeline& pipeline, const Options& options);

}  // namespace docket::backends
