#pragma once
#include <memory>
#include <utility>

#include "pipeline/backend.h"

namespace docket::backends {

/// Owns a backend together with the timers that it started: these may be pending when the owner goes.
class SharedBackend final : public Backend {
 public:
  explicit SharedBackend(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}
  void submit(Request request, Done done) noexcept override {
    backend_->submit(std::move(request), std::move(done));
  }

 private:
  const std::shared_ptr<Backend> backend_;
};

}  // namespace docket::backends
