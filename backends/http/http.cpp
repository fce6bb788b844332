#include "backends/http/http.h"

#include "backends/http/engine.h"

namespace docket::backends {

HttpLoop::HttpLoop(std::stop_token hard_stop, std::stop_token stop)
    : engine_(std::make_unique<Engine>(std::move(hard_stop), std::move(stop))) {}
HttpLoop::~HttpLoop() = default;

void HttpLoop::send(HttpRequest request, Done done) noexcept {
  engine_->add({.request = std::move(request), .done = std::move(done)});
}

void HttpLoop::after(std::chrono::milliseconds delay, std::function<void()> then) noexcept {
  engine_->add({.when = now() + delay, .then = std::move(then)});
}

bool HttpLoop::stopped() const noexcept { return engine_->stopped(); }

}  // namespace docket::backends
