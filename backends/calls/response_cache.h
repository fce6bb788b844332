#pragma once
#include <memory>
#include <string>

#include "pipeline/answer_store.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

/// What is done with answers of earlier runs.
struct ResponseCacheOptions {
  AnswerStore* store = nullptr;  ///< Null: nothing is remembered.
  std::string model = {};  ///< What tells the server's model from another; empty: the pipeline's name for it.
  bool reuse = true;       ///< Not: every request is sent, and its answer takes the place of the old one.
  std::string place = {};  ///< See place_apart.
};
/// Those of a backend, by which a run and its plan find the same answers. `models`: see ResponseCacheOptions.
ResponseCacheOptions memory_for(const BackendConfig& backend, const Pipeline& pipeline, AnswerStore* store,
                                const ModelDigests& models, bool reuse);

/// A backend that sends no request twice to the same model: the answer is taken from the store. What `inner`
/// (one submit is one attempt) is asked gets a row in the store, failed or not, and no answer is handed on
/// before it is on disk: what was paid for is never lost.
std::unique_ptr<Backend> make_response_cache(std::unique_ptr<Backend> inner, const BackendConfig& config,
                                             const ResponseCacheOptions& memory);

/// Which request it is, to which model (see ResponseCacheOptions): where the model stands and how it is
/// reached is no part of it, unless that alone tells it from another. Empty for a question that is no Prompt,
/// and when nobody knows which model will answer.
std::string request_key(const BackendConfig& config, const ResponseCacheOptions& memory,
                        const Request& request);

}  // namespace docket::backends
