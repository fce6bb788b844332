#pragma once
#include <utility>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

/// Time that a request spends in docket's own queues counts against nothing: its deadline moves on by it.
inline void prolong(Request& request, Timer::Clock::duration wait) {
  if (request.deadline != Timer::Clock::time_point::max()) request.deadline += wait;
}

/// The same, once a request has waited for so long; its reply will say so.
inline void end_wait(Request& request, Backend::Done& done, Timer::Clock::duration wait) {
  prolong(request, wait);
  done = [wait, done = std::move(done)](Reply reply) {
    reply.queued += wait;
    done(std::move(reply));
  };
}

}  // namespace docket::backends
