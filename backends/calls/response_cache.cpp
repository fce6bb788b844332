#include "backends/calls/response_cache.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "backends/calls/queue_wait.h"
#include "backends/calls/written_down.h"
#include "backends/http/address.h"
#include "pipeline/answer_settings.h"
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/stopwatch.h"

namespace docket::backends {
namespace {

using nlohmann::json;

json to_json(const Answer& answer) {
  json probabilities = json::object();
  for (const auto& [pointer, probability] : answer.probabilities) {
    json& entry = probabilities[pointer];
    entry = {{"least", probability.least}, {"joint", probability.joint}};
    if (probability.margin) entry["margin"] = *probability.margin;
  }
  return {{"value", answer.value}, {"probabilities", std::move(probabilities)}};
}

/// Nothing for what a damaged store says.
std::optional<Answer> answer_from(const json& stored) {
  try {
    Answer answer;
    answer.value = stored.at("value");
    for (const auto& [pointer, entry] : stored.at("probabilities").items()) {
      TokenProbability& probability = answer.probabilities[pointer];
      probability.least = entry.at("least");
      probability.joint = entry.at("joint");
      if (entry.contains("margin")) probability.margin = entry["margin"].get<double>();
    }
    return answer;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::int64_t whole_ms(WallClock::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

class ResponseCache final : public Backend {
 public:
  ResponseCache(std::unique_ptr<Backend> inner, const BackendConfig& config,
                const ResponseCacheOptions& memory)
      : config_(config),
        memory_(memory),
        leaves_(location_of(config) == Location::cloud),
        costs_(price_of(config).has_value()),
        inner_(std::move(inner)) {}

  void submit(Request request, Done done) noexcept override {
    const std::string key = request_key(config_, memory_, request);
    if (!memory_.reuse || key.empty()) return ask(key, std::move(request), std::move(done));
    {
      const std::lock_guard lock(mutex_);
      const auto [found, is_first] = under_way_.try_emplace(key);
      if (!is_first) {
        found->second.push_back({std::move(request), std::move(done), WallClock::now()});
        return;
      }
    }
    const Result<std::optional<StoredAnswer>> known = memory_.store->answer(key);
    std::optional<Answer> answer = known && *known ? answer_from((*known)->answer) : std::nullopt;
    if (known && !answer)
      return ask(key, std::move(request), [this, key, done = std::move(done)](Reply reply) {
        share(key, reply, model_of(reply));
        done(std::move(reply));
      });
    Reply reply;
    if (answer) {
      note_known(key, request, (*known)->model, (*known)->usage, {});
      reply.answer = std::move(*answer);
      reply.reused = (*known)->usage;
    } else {
      reply.answer = known.error();  // To ask again might cost.
    }
    share(key, reply, answer ? (*known)->model : "");
    done(std::move(reply));
  }

 private:
  /// A request like one that is under way.
  struct Waiting {
    Request request;
    Done done;
    WallClock::time_point since;
  };

  LedgerCall row_of(const std::string& key, const Request& request) const {
    LedgerCall call;
    call.document = request.asked_by.document;
    call.stage = request.asked_by.stage;
    call.backend = config_.name;
    call.kind = config_.type->name;
    call.request = key;
    return call;
  }

  /// An answer that cost nothing now. The row is no condition of its use.
  void note_known(const std::string& key, const Request& request, const std::string& model,
                  const Usage& reused, WallClock::duration waited) {
    LedgerCall call = row_of(key, request);
    call.model = model;
    call.location = in_ledger;
    call.attempt = 0;
    call.outcome = known_answer;
    call.wall_ms = call.queued_ms = whole_ms(waited);
    call.reused = reused;
    memory_.store->call_ended(std::move(call), std::nullopt, {});
  }

  void ask(const std::string& key, Request request, Done done) noexcept {
    LedgerCall call = row_of(key, request);
    call.location = name(location_of(config_));
    call.attempt = request.tries.before + 1;
    call.paused_ms = whole_ms(request.tries.paused);
    if (leaves_) note_what_leaves(request.sent, call);
    if (const auto* prompt = std::get_if<Prompt>(&request.question)) {
      call.prompt_bytes = bytes_of(*prompt);
      for (const PromptPart& part : prompt->document)
        call.document_bytes += bytes_of(part);
    }
    if (leaves_ || costs_) request.before_sending = written_down_first(*memory_.store, call);
    auto ended = [this, call = std::move(call), judge = std::move(request.judge), begin = WallClock::now(),
                  done = std::move(done)](Reply reply) mutable {
      if (reply.answer && judge)
        if (auto refused = judge(*reply.answer)) reply.answer = std::move(*refused);
      call.wall_ms = whole_ms(WallClock::now() - begin);
      call.queued_ms = whole_ms(reply.queued);
      call.wire_ms = whole_ms(reply.wire);
      take_down(std::move(call), std::move(reply), std::move(done));
    };
    inner_->submit(std::move(request), std::move(ended));
  }

  void note_what_leaves(const Sent& sent, LedgerCall& call) const {
    for (const std::string& url : config_.settings.texts("url")) {
      const Result<Address> address = parse_address(url);
      if (address && call.host.find(address->host) == std::string::npos)
        call.host += (call.host.empty() ? "" : " ") + address->host;
    }
    call.sent = {
        {"what", sent.what}, {"pages", sent.pages}, {"fields", sent.fields}, {"reasons", sent.reasons}};
    call.redactions = json(sent.redactions);
    if (sent.redactions.empty()) call.redactions = json::object();
  }

  /// Answers those who wait for the same; without an answer the next of them asks.
  void share(const std::string& key, const Reply& reply, const std::string& model) noexcept {
    std::vector<Waiting> waiting;
    {
      const std::lock_guard lock(mutex_);
      const auto found = under_way_.find(key);
      waiting = std::move(found->second);
      under_way_.erase(found);
    }
    for (Waiting& one : waiting) {
      const auto waited = WallClock::now() - one.since;
      end_wait(one.request, one.done, waited);
      if (!reply.answer) {
        submit(std::move(one.request), std::move(one.done));
        continue;
      }
      Reply same;
      same.answer = *reply.answer;
      same.reused = reply.reused;
      same.reused += reply.spent.total();
      note_known(key, one.request, model, same.reused, waited);
      one.done(std::move(same));
    }
  }

  /// Empty: none was asked.
  static std::string model_of(const Reply& reply) {
    return reply.spent.by_model().empty() ? "" : reply.spent.by_model().front().model;
  }

  /// Has the attempt written down; then the reply is of use.
  void take_down(LedgerCall call, Reply reply, Done done) {
    call.usage = reply.spent.total();
    if (call.usage.calls == 0) {  // Nothing was sent.
      reply.place.reset();
      return done(std::move(reply));
    }
    call.model = model_of(reply);
    if (reply.billing.tier == ServiceTier::batch) call.service_tier = batch_tier;
    if (!reply.answer) {
      call.outcome = name(reply.answer.error().error_class);
      call.message = reply.answer.error().message;
      memory_.store->call_ended(std::move(call), std::nullopt, let_go(reply.place));
      return done(std::move(reply));
    }
    call.outcome = "ok";
    std::optional<StoredAnswer> answer;
    if (!call.request.empty()) answer = {call.request, call.model, to_json(*reply.answer), call.usage};
    const auto kept = std::make_shared<Reply>(std::move(reply));
    memory_.store->call_ended(
        std::move(call), std::move(answer),
        [kept, done = std::move(done), begin = WallClock::now()](const std::optional<Error>& lost) {
          if (lost) kept->answer = *lost;
          kept->queued += WallClock::now() - begin;
          kept->place.reset();  // Only now may another call be made in its place.
          done(std::move(*kept));
        });
  }

  /// Of an answer that is of no use: nobody waits until the note is written, but the next call does.
  static std::function<void(const std::optional<Error>&)> let_go(std::shared_ptr<void>& place) {
    if (place.use_count() == 0) return {};  // A place points to nothing.
    return [place = std::exchange(place, nullptr)](const std::optional<Error>&) mutable { place.reset(); };
  }

  const BackendConfig& config_;
  const ResponseCacheOptions memory_;
  const bool leaves_, costs_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Waiting>> under_way_;  ///< By key: who waits for it. Guarded by mutex_.
  const std::unique_ptr<Backend> inner_;                   ///< Last: ends before what its answers need.
};

}  // namespace

ResponseCacheOptions memory_for(const BackendConfig& backend, const Pipeline& pipeline, AnswerStore* store,
                                const ModelDigests& models, bool reuse) {
  ResponseCacheOptions memory{store, {}, reuse, place_apart(backend, pipeline)};
  if (const auto model = models.find(backend.name); model != models.end()) memory.model = model->second;
  return memory;
}

std::string request_key(const BackendConfig& config, const ResponseCacheOptions& memory,
                        const Request& request) {
  const std::string& model = memory.model;
  const auto* prompt = std::get_if<Prompt>(&request.question);
  if (prompt == nullptr) return {};
  if (model.empty() && config.settings.text("model").empty()) return {};
  const auto another = [](const std::string&) { return json(); };  // Whom else it asks is no part of it.
  json settings = answer_settings(config.type->fields, config.settings.resolved(), another);
  if (prompt->think) settings["think"] = *prompt->think;
  json document = json::array();
  for (const PromptPart& part : prompt->document)
    document.push_back(part.image ? json{{"image", sha256_hex(part.image->bytes)}} : json(part.text));
  json whole = {{"type", config.type->name},
                {"model", model},
                {"settings", std::move(settings)},
                {"system", prompt->system},
                {"document", std::move(document)},
                {"task", prompt->task},
                {"complaint", prompt->diagnostic},
                {"schema", prompt->schema ? prompt->schema->document() : json()},
                {"most_output_tokens", prompt->most_output_tokens}};
  if (!memory.place.empty()) whole["place"] = memory.place;
  return short_digest(json_to_text(whole));
}

std::unique_ptr<Backend> make_response_cache(std::unique_ptr<Backend> inner, const BackendConfig& config,
                                             const ResponseCacheOptions& memory) {
  if (memory.store == nullptr) return inner;
  return std::make_unique<ResponseCache>(std::move(inner), config, memory);
}

}  // namespace docket::backends
