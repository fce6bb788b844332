#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct GateOptions {
  std::size_t width = 4;  ///< Calls at a time to each address.
  bool finds_width =
      false;  ///< By itself, from how long calls take, where `width` or find_width has it begin.
  /// Finds out the width of an address (by number) in place of `width`: called once, with its first call, and
  /// calls back once, when it likes; one call at a time is let through until then. Empty: `width` it is.
  std::function<void(std::size_t address, std::function<void(std::size_t width)>)> find_width = {};
  /// For so long the seat of a document is kept when its call has ended and more is to come.
  std::chrono::milliseconds seat{30};
  /// How long nothing is sent to an address after trouble, when the server does not say; doubles while
  /// trouble lasts.
  std::chrono::milliseconds pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};
  /// When no call has had an answer for so long, those that wait end as the last one did.
  std::chrono::milliseconds patience{10 * 60'000};
  /// An answer keeps its place (Reply::place) until whoever gets it has put it on disk: of calls that cost,
  /// no more than `width` can be lost. Not: the place is free when the reply is there.
  bool keeps_places = false;
};

/// Lets a few calls at a time through to each address of one model. Those that wait go by Caller::position,
/// the later stage first, then in the order in which they came; but a document whose call has just ended goes
/// before all others, and to the same address, while the server still knows its text. Else the least busy
/// address is asked. How long they wait counts against no deadline.
///
/// When a server is overloaded or does not answer, nothing is sent there for a while and its address is half
/// as wide from then on; it widens by one after every `width` successes. A call that failed where the address
/// may be to blame is sent to another one that is well, as if it had not been sent before; the failing one
/// rests, then is tried with one call at a time.
///
/// Nobody waits in vain: when no address is there at all (`unreachable`, `unavailable`), or several calls in
/// a row failed and none was answered for `patience`, or the servers ask to wait for longer, those that wait
/// end with the last error. Once the run is stopped, all of them do.
std::unique_ptr<Backend> make_gate(std::vector<std::unique_ptr<Backend>> addresses, GateOptions options,
                                   Timer& timer);

}  // namespace docket::backends
