#include "backends/calls/reading_backend.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "backends/calls/circuit_breaker.h"
#include "backends/calls/egress_guard.h"
#include "backends/calls/gate.h"
#include "backends/calls/retry.h"
#include "backends/calls/shared_backend.h"
#include "backends/protocols/model_type.h"
#include "backends/protocols/tika.h"

namespace docket::backends {
namespace {

using std::chrono::milliseconds;

/// A file that takes the server down does so each time.
constexpr int reading_attempts = 3;

/// One address.
class ReadingServer final : public Backend, public std::enable_shared_from_this<ReadingServer> {
 public:
  ReadingServer(const BackendConfig& config, Target target, HttpLoop& loop, Trace* trace)
      : config_(config), target_(std::move(target)), loop_(loop), trace_(trace) {}

  void submit(Request request, Done done) noexcept override {
    const auto* question = std::get_if<ExtractQuestion>(&request.question);
    if (question == nullptr)
      return done(
          {Error{ErrorClass::bug, "'" + config_.name + "' reads files and was asked something else"}});
    const auto left = std::chrono::floor<milliseconds>(request.deadline - Timer::Clock::now());
    if (left.count() <= 0)
      return done({Error{ErrorClass::transport, "no time is left to ask " + target_.url}});
    HttpRequest http = ask_tika(config_, target_, *question);
    http.limits.total = std::min(http.limits.total, left);
    if (!request.before_sending) return send(std::move(http), std::move(done));
    const BeforeSending before = request.before_sending;
    const Sending sending{.model = {}, .sent_bytes = bytes_that_leave(http), .most_nano_dollars = 0};
    before(sending, [self = shared_from_this(), http = std::move(http),
                     done = std::move(done)](const std::optional<Error>& lost) mutable {
      if (lost) return done({*lost});
      self->send(std::move(http), std::move(done));
    });
  }

 private:
  std::int64_t bytes_that_leave(const HttpRequest& http) const {
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(http.body_file, unknown);
    return target_.location == Location::cloud && !unknown ? static_cast<std::int64_t>(bytes) : 0;
  }

  void send(HttpRequest http, Done done) noexcept {
    Usage usage;
    usage.calls = 1;
    usage.sent_bytes = bytes_that_leave(http);
    const std::int64_t number = trace_ != nullptr ? trace_->request(target_.backend, http) : 0;
    loop_.send(std::move(http), [self = shared_from_this(), usage, number, done = std::move(done),
                                 begin = Timer::Clock::now()](Result<HttpReply> reply) {
      reply = self->target_.secrets->erased(std::move(reply), SecretIn::answer);
      if (self->trace_ != nullptr) self->trace_->reply(number, self->target_.backend, reply);
      Reply read;
      if (reply)
        read = read_tika(*reply, tika_api(self->config_), self->target_.backend);
      else
        read.answer = of_transport(reply.error());
      const bool was_sent = reply || reply.error().error_class != ErrorClass::unreachable;
      if (was_sent) read.spent.add({self->target_.backend, "", usage});
      read.wire = Timer::Clock::now() - begin;
      done(std::move(read));
    });
  }

  /// More text than fits is no fault of an answer.
  static Error of_transport(Error error) {
    if (error.error_class == ErrorClass::content) error.error_class = ErrorClass::output_limit;
    return error;
  }

  const BackendConfig& config_;
  const Target target_;
  HttpLoop& loop_;
  Trace* const trace_;
};

}  // namespace

std::unique_ptr<Backend> make_reading_backend(const BackendConfig& config,
                                              const std::shared_ptr<const Secrets>& secrets, bool offline,
                                              const ResponseCacheOptions& memory, HttpLoop& loop,
                                              Trace* trace) {
  GateOptions gate;
  gate.width = static_cast<std::size_t>(config.settings.integer("max_concurrent"));
  RetryOptions retry;
  retry.attempts = reading_attempts;
  retry.patience = gate.patience = config.settings.duration("deadline");
  CircuitBreakerOptions breaker;
  breaker.name = "backend '" + config.name + "'";
  std::vector<std::unique_ptr<Backend>> addresses;
  for (Target& target : server_targets(config, secrets))
    addresses.push_back(std::make_unique<SharedBackend>(
        std::make_shared<ReadingServer>(config, std::move(target), loop, trace)));
  std::unique_ptr<Backend> backend = make_gate(std::move(addresses), gate, loop);
  backend = make_response_cache(std::move(backend), config, memory);
  backend = make_retry(std::move(backend), retry, loop);
  backend = make_circuit_breaker(std::move(backend), breaker, loop);
  return make_egress_guard(std::move(backend), config.name, location_of(config), offline);
}

}  // namespace docket::backends
