#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct CircuitBreakerOptions {
  std::string name = {};  ///< For messages: "backend 'local'".
  int failures = 5;       ///< Calls in a row that ended without an answer, all their attempts used up.
  std::chrono::milliseconds rest{30'000};  ///< How long it is left alone then.
};

/// Stops using a backend that is of no use, with one clear message instead of ten thousand slow ones.
///  - After the first answer of class `unavailable` (key refused, no such model, bill not paid) everything is
///    answered with that, for good.
///  - After a call of class `unreachable`, and after some in a row of class `transport` or `transient`,
///    everything is answered with `unavailable` for a while; then one request is let through, and decides.
/// Class `unreachable` becomes `unavailable`. So do the other two once a second document has failed in them
/// and no call of the run has had an answer: then it is the server, not a document that is too much for it.
/// So does, from the first document on, a bad answer of a model that makes no sense of docket's own questions
/// either (Reply::makes_no_sense), if it has answered nothing else or is left alone by now: one cause, one
/// class.
std::unique_ptr<Backend> make_circuit_breaker(std::unique_ptr<Backend> inner, CircuitBreakerOptions options,
                                              Timer& timer);

}  // namespace docket::backends
