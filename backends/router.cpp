// The one backend that a run sees: it hands each request to the backend that the request names.
#include <functional>
#include <map>
#include <stop_token>
#include <thread>

#include "backends/backends.h"
#include "backends/calls/budget.h"
#include "backends/calls/fallback.h"
#include "backends/calls/local_models.h"
#include "backends/calls/model_backend.h"
#include "backends/calls/reading_backend.h"
#include "backends/extraction/pool.h"
#include "backends/protocols/model_type.h"
#include "backends/rules/rules.h"
#include "pipeline/support/stopwatch.h"

namespace docket::backends {
namespace {

/// A backend that answers on the spot, as the rules tier does, uses the CPU of the thread that asks.
Backend::Done counting_cpu(Backend::Done done) {
  return [done = std::move(done), begin = thread_cpu_ns(), asking = std::this_thread::get_id()](Reply reply) {
    if (std::this_thread::get_id() == asking) reply.cpu_ns += thread_cpu_ns() - begin;
    done(std::move(reply));
  };
}

class Router final : public Backend {
 public:
  Router(const Pipeline& pipeline, const Options& options, std::unique_ptr<Trace> trace,
         std::unique_ptr<Budget> budget)
      : secrets_(secrets_of(pipeline)),
        trace_(std::move(trace)),
        budget_(std::move(budget)),
        models_(pipeline, options.answers, options.warmed, options.warn, options.activity),
        forward_hard_stop_(options.hard_stop, [this] { end_calls_.request_stop(); }),
        loop_(end_calls_.get_token(), options.stop) {
    for (const BackendConfig& backend : pipeline.backends)
      add(backend, pipeline, options);
    ExtractPoolOptions pool;
    pool.workers = options.jobs;
    pool.no_worker = options.no_worker;
    pool.warn = options.warn;
    backends_[std::string(extraction_workers)] = make_extract_pool(pool, options.hard_stop);
  }

  ~Router() override {
    stop_warming();
    models_.let_go();
  }

  void submit(Request request, Done done) noexcept override {
    models_.begin();  // So a run with nothing to ask loads nothing.
    const auto found = backends_.find(request.backend);
    if (found == backends_.end())
      return done({Error{ErrorClass::bug, "there is no backend '" + request.backend + "'"}});
    found->second->submit(std::move(request), counting_cpu(std::move(done)));
  }

  void document_ended(const std::string& path) noexcept override {
    if (budget_) budget_->document_ended(path);
  }

  void finish() noexcept override { stop_warming(); }

 private:
  /// A model that is still being loaded is needed no more.
  void stop_warming() {
    end_calls_.request_stop();
    models_.finish();
  }

  /// A backend after the one that it falls back on: a plan has no circles of them.
  void add(const BackendConfig& backend, const Pipeline& pipeline, const Options& options) {
    if (backends_.contains(backend.name)) return;
    const ResponseCacheOptions memory =
        memory_for(backend, pipeline, options.answers, options.models, options.reuse_answers);
    if (backend.type->reads_files) {
      backends_[backend.name] =
          make_reading_backend(backend, secrets_, options.offline, memory, loop_, trace_.get());
      return;
    }
    if (!backend.type->answers_prompts()) {
      backends_[backend.name] = make_rules_backend();
      return;
    }
    CallOptions calls;
    calls.purse = budget_.get();
    calls.redacted = redacted_kinds(pipeline);
    calls.health.warn = options.warn;
    calls.models = &models_;
    if (options.activity != nullptr) calls.activity = &options.activity->of(backend.name);
    std::unique_ptr<Backend> made =
        make_model_backend(backend, secrets_, options.offline, memory, loop_, trace_.get(), std::move(calls));
    const BackendConfig* second = pipeline.backend(backend.settings.text("fallback"));
    if (second != nullptr) {
      add(*second, pipeline, options);
      FallbackOptions fallback;
      fallback.name = second->name;
      if (const std::int64_t window = window_of(*second); window > 0)
        fallback.window = [window] { return window; };
      made = make_fallback(std::move(made), *backends_[second->name], std::move(fallback));
    }
    backends_[backend.name] = std::move(made);
  }

  /// 0: not known.
  static std::int64_t window_of(const BackendConfig& backend) {
    return backend.type->answers_prompts() ? backend.settings.integer("context") : 0;
  }

  const std::shared_ptr<const Secrets> secrets_;
  const std::unique_ptr<Trace> trace_;
  const std::unique_ptr<Budget> budget_;  ///< Null: there is none.
  LocalModels models_;
  std::stop_source end_calls_;
  const std::stop_callback<std::function<void()>> forward_hard_stop_;
  HttpLoop loop_;  ///< Before those who use it, so that it goes after them.
  std::map<std::string, std::unique_ptr<Backend>, std::less<>> backends_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make(const Pipeline& pipeline, const Options& options) {
  std::unique_ptr<Trace> trace;
  if (!options.trace.empty()) {
    auto opened = Trace::open(options.trace, secrets_of(pipeline));
    if (!opened) return opened.error();
    trace = std::move(*opened);
  }
  auto budget = budget_of(limits_of(pipeline, options.max_cost), options.answers);
  if (!budget) return budget.error();
  return std::unique_ptr<Backend>(
      std::make_unique<Router>(pipeline, options, std::move(trace), std::move(*budget)));
}

}  // namespace docket::backends
