#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct HealthCheckOptions {
  std::function<void(const std::string&)> warn = {};  ///< Empty: nobody is told.
  std::chrono::milliseconds stays_healthy{60'000};    ///< After an answer.
  std::size_t long_prompt = 4000;                     ///< Bytes; a shorter one fits every model.
};

/// Finds out whose fault a refusal is that does not say so (Reply::unproven): asks the server at one address
/// a small question of docket's own, with no word of a document in it and no optional setting, once for all
/// calls that want to know. Until it is answered no other call is sent.
///  - It is refused too: the server is `unavailable`, for good, with the words of the refusal. So is what
///    comes after any other answer of class `unavailable`.
///  - It is answered: the call is sent once more as it was, then without what is optional; what helped is
///    done to all later calls of the stage. If nothing helps, the document is at fault: `too_long` if it is
///    longer than all that were answered, so that it may be asked about in pieces, else `rejected`.
///  - There is no answer, or no money to ask: nobody knows, and the calls end as that question did.
/// A call that is refused in words which were no fault of the server before is sent once more first: others
/// that are answered meanwhile prove as much as the question. Words of an account (class `unavailable`) are
/// believed without it of a server that has answered nothing yet.
///
/// A second bad answer (`content`) to a prompt is the document's fault if the model repeated itself, or the
/// server has given another a good one since it was sent, or gives one then: to the small question, or, if it
/// makes nothing sensible of that, to one that wants a JSON object as calls do. Else it stays unproven. What
/// the questions cost is counted for the call that was in doubt first.
std::unique_ptr<Backend> make_health_check(std::unique_ptr<Backend> inner, HealthCheckOptions options,
                                           Timer& timer);

}  // namespace docket::backends
