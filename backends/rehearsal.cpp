// What answers the requests of a run that only wants to know what it would ask: files are read and the rules
// tier answers as in a run; models are not asked.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "backends/backends.h"
#include "backends/calls/egress_guard.h"
#include "backends/calls/redaction.h"
#include "backends/calls/response_cache.h"
#include "backends/extraction/pool.h"
#include "backends/protocols/message.h"
#include "backends/rules/rules.h"
#include "pipeline/json/sample_answer.h"
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"

namespace docket::backends {
namespace {

/// A sample need not be valid by the schema.
Answer sample_for(const Schema* schema) {
  Answer answer;
  answer.value = schema != nullptr ? sample_answer(schema->document()) : nlohmann::json("?");
  return answer;
}

/// In place of a model: its answers are of the right shape and have nothing to support them, so every tier's
/// turn comes. `Reply::spent` has the most that the call would have taken.
class MeasuredModel final : public Backend {
 public:
  explicit MeasuredModel(const BackendConfig& config) : config_(config) {
    target_.think = config.settings.boolean("think");
  }

  void submit(Request request, Done done) noexcept override {
    const auto* prompt = std::get_if<Prompt>(&request.question);
    if (prompt == nullptr) return done({Error{ErrorClass::bug, "a model was asked what is no prompt"}});
    const std::int64_t bytes = bytes_of(*prompt);
    Reply reply;
    if (const std::int64_t window = config_.settings.integer("context"); window > 0)
      reply.excess = excess_of(usual_tokens(bytes), window, *prompt);
    if (reply.excess) {
      reply.answer = Error{ErrorClass::too_long, "the document is too long for '" + config_.name + "'"};
      return done(std::move(reply));
    }
    Usage most;
    most.calls = 1;
    most.sent_bytes = bytes;
    const ImageTokens images = image_tokens(*prompt);
    most.input_tokens = most_prompt_tokens(bytes - images.usual * usual_bytes_per_token) + images.most;
    most.output_tokens = room_for_answer(*prompt, target_);
    reply.spent.add({config_.name, config_.settings.text("model"), most});
    reply.answer = sample_for(prompt->schema.get());
    if (prompt->takes_all_words)  // What stands on a page nobody can make up.
      reply.answer =
          Error{ErrorClass::unsupported, "is to be seen by '" + config_.name + "', which only a run asks"};
    done(std::move(reply));
  }

 private:
  /// As servers say it: what is left of the window when the answer has its room.
  static std::optional<Excess> excess_of(std::int64_t tokens, std::int64_t window, const Prompt& prompt) {
    const std::int64_t left = window - std::min(prompt.most_output_tokens, window / 2);
    if (tokens <= left) return std::nullopt;
    return Excess{tokens, left};
  }

  const BackendConfig& config_;
  Target target_;  ///< As far as the room for an answer hangs on it.
};

/// Redaction judges answers, which is not for samples.
class Unjudged final : public Backend {
 public:
  explicit Unjudged(std::unique_ptr<Backend> inner) : inner_(std::move(inner)) {}

  void submit(Request request, Done done) noexcept override {
    const auto* prompt = std::get_if<Prompt>(&request.question);
    std::shared_ptr<const Schema> schema = prompt != nullptr ? prompt->schema : nullptr;
    inner_->submit(std::move(request), [schema = std::move(schema), done = std::move(done)](Reply reply) {
      if (!reply.answer && reply.answer.error().error_class == ErrorClass::content)
        reply.answer = sample_for(schema.get());
      done(std::move(reply));
    });
  }

 private:
  const std::unique_ptr<Backend> inner_;
};

/// In place of a server that reads files: what it would make of one nobody knows.
class UnaskedReader final : public Backend {
 public:
  void submit(Request request, Done done) noexcept override {
    done({Error{ErrorClass::unsupported,
                "is to be read by '" + request.backend + "', which only a run asks"}});
  }
};

class Rehearsal final : public Backend {
 public:
  Rehearsal(const Pipeline& pipeline, const Options& options) {
    for (const BackendConfig& backend : pipeline.backends)
      backends_[backend.name] = backend.type->answers_prompts() ? model(backend, pipeline, options)
                                : backend.type->reads_files     ? std::make_unique<UnaskedReader>()
                                                                : make_rules_backend();
    ExtractPoolOptions pool;
    pool.workers = options.jobs;
    backends_[std::string(extraction_workers)] = make_extract_pool(pool, options.hard_stop);
  }

  void submit(Request request, Done done) noexcept override {
    const auto found = backends_.find(request.backend);
    if (found == backends_.end())
      return done({Error{ErrorClass::bug, "there is no backend '" + request.backend + "'"}});
    found->second->submit(std::move(request), std::move(done));
  }

 private:
  /// What is withheld, what is redacted, and what was answered before, is so here too. As in a run, known
  /// answers are found by the words that are sent.
  static std::unique_ptr<Backend> model(const BackendConfig& backend, const Pipeline& pipeline,
                                        const Options& options) {
    const ResponseCacheOptions memory =
        memory_for(backend, pipeline, options.answers, options.models, options.reuse_answers);
    std::unique_ptr<Backend> made =
        make_response_cache(std::make_unique<MeasuredModel>(backend), backend, memory);
    made = make_redaction(std::move(made), location_of(backend), redacted_kinds(pipeline));
    made = std::make_unique<Unjudged>(std::move(made));
    return make_egress_guard(std::move(made), backend.name, location_of(backend), options.offline);
  }

  std::map<std::string, std::unique_ptr<Backend>, std::less<>> backends_;
};

}  // namespace

std::unique_ptr<Backend> make_rehearsal(const Pipeline& pipeline, const Options& options) {
  return std::make_unique<Rehearsal>(pipeline, options);
}

}  // namespace docket::backends
