#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct GateOptions {
  std::string name = {};  ///< For messages: "backend 'local'".
  std::size_t width = 4;  ///< Calls at a time.
  /// For so long the seat of a document is kept when its call has ended and more is to come.
  std::chrono::milliseconds seat{30};
  /// How long nothing is sent after trouble, when the server does not say; doubles while trouble lasts.
  std::chrono::milliseconds pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};
};

/// Lets a few calls at a time through to the server at one address. Those that wait go by Caller::position,
/// the later stage first, then in the order in which they came; but a document whose call has just ended goes
/// before all others, while the server still knows its text.
///
/// When the server is overloaded or does not answer, nothing is sent for a while and the gate is half as wide
/// from then on; it widens by one after every `width` successes. When a call finds nobody there
/// (`unreachable`), those that wait end with it: whoever asks again decides when.
std::unique_ptr<Backend> make_gate(std::unique_ptr<Backend> inner, GateOptions options, Timer& timer);

}  // namespace docket::backends
