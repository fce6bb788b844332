// The one backend that a run sees: it hands each request to the backend that the request names.
#include <map>
#include <thread>

#include "backends/backends.h"
#include "backends/extract_pool.h"
#include "pipeline/stopwatch.h"

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
  Router(const Plan& plan, const Options& options) : plan_(plan) {
    for (const BackendPlan& backend : plan.backends) {
      if (backend.kind->make != nullptr) backends_[backend.name] = backend.kind->make(backend);
    }
    ExtractPoolOptions pool;
    pool.workers = options.jobs;
    pool.worker = options.extract_worker;
    backends_[std::string(extraction_workers)] = make_extract_pool(pool, options.hard_stop);
  }

  void submit(Request request, Done done) noexcept override {
    const auto found = backends_.find(request.backend);
    if (found != backends_.end())
      return found->second->submit(std::move(request), counting_cpu(std::move(done)));
    const BackendPlan* backend = plan_.backend(request.backend);
    const std::string type = backend != nullptr ? " (" + std::string(backend->kind->type) + ")" : "";
    done({Error{ErrorClass::unavailable, "backend '" + request.backend + "'" + type +
                                             " is not available yet: this version answers by its rules only"},
          {}});
  }

 private:
  const Plan& plan_;
  std::map<std::string, std::unique_ptr<Backend>, std::less<>> backends_;
};

}  // namespace

std::unique_ptr<Backend> make(const Plan& plan, const Options& options) {
  return std::make_unique<Router>(plan, options);
}

}  // namespace docket::backends
