// What answers the requests of a run that only wants to know what it would ask: files are read and the rules
// tier answers as in a run; models are not asked.
#include <map>

#include "backends/backends.h"
#include "backends/calls/egress_guard.h"
#include "backends/calls/response_cache.h"
#include "backends/extraction/pool.h"
#include "backends/protocols/message.h"
#include "backends/rules/rules.h"
#include "pipeline/json/sample_answer.h"
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"

namespace docket::backends {
namespace {

// Bytes of a prompt to one of its tokens: usually, and in the worst case, as the budget has it.
constexpr std::int64_t usual_bytes_per_token = 4, least_bytes_per_token = 2;
constexpr std::int64_t frame_tokens = 200;  ///< Roles, marks, what a server adds.

/// In place of a model: its answers are of the right shape and have nothing to support them, so every tier's
/// turn comes. `Reply::spent` has the most that the call would have taken.
class RehearsedModel final : public Backend {
 public:
  explicit RehearsedModel(const BackendConfig& config) : config_(config) {}

  void submit(Request request, Done done) noexcept override {
    const auto* prompt = std::get_if<Prompt>(&request.question);
    if (prompt == nullptr) return done({Error{ErrorClass::bug, "a model was asked what is no prompt"}});
    const std::int64_t bytes = bytes_of(*prompt);
    Reply reply;
    if (const std::int64_t window = config_.settings.integer("context"); window > 0)
      reply.excess = excess_of(bytes / usual_bytes_per_token, window, *prompt);
    if (reply.excess) {
      reply.answer = Error{ErrorClass::too_long, "the document is too long for '" + config_.name + "'"};
      return done(std::move(reply));
    }
    const bool thinks = config_.settings.boolean("think");
    Usage most;
    most.calls = 1;
    most.input_tokens = frame_tokens + bytes / least_bytes_per_token;
    most.output_tokens = prompt->most_output_tokens + (thinks ? room_for_thinking : 0);
    reply.spent.add({config_.name, config_.settings.text("model"), most});
    Answer answer;
    answer.value = prompt->schema ? sample_answer(prompt->schema->document()) : nlohmann::json("?");
    reply.answer = std::move(answer);
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
};

class Rehearsal final : public Backend {
 public:
  Rehearsal(const Pipeline& pipeline, const Options& options) {
    for (const BackendConfig& backend : pipeline.backends)
      backends_[backend.name] =
          backend.type->answers_prompts() ? model(backend, pipeline, options) : make_rules_backend();
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
  /// What is withheld, and what was answered before, is so here too.
  static std::unique_ptr<Backend> model(const BackendConfig& backend, const Pipeline& pipeline,
                                        const Options& options) {
    ResponseCacheOptions memory{options.answers, {}, options.reuse_answers, place_apart(backend, pipeline)};
    if (const auto model = options.models.find(backend.name); model != options.models.end())
      memory.model = model->second;
    std::unique_ptr<Backend> made =
        make_response_cache(std::make_unique<RehearsedModel>(backend), backend, memory);
    return make_egress_guard(std::move(made), backend.name, location_of(backend), options.offline);
  }

  std::map<std::string, std::unique_ptr<Backend>, std::less<>> backends_;
};

}  // namespace

std::unique_ptr<Backend> make_rehearsal(const Pipeline& pipeline, const Options& options) {
  return std::make_unique<Rehearsal>(pipeline, options);
}

}  // namespace docket::backends
