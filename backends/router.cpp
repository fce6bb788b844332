// The one backend that a run sees: it hands each request to the backend that the request names.
#include <map>

#include "backends/backends.h"
#include "backends/extract_pool.h"

namespace docket::backends {
namespace {

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
    if (found != backends_.end()) return found->second->submit(std::move(request), std::move(done));
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
