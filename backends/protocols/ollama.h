#pragma once
#include <memory>

#include "backends/protocols/protocol.h"

namespace docket::backends {

/// Ollama's own protocol. What the target does not say is as in the table of the type `ollama`.
std::unique_ptr<Protocol> make_ollama(Target target);

/// `inner`, which speaks another protocol, until the server turns out to be Ollama: by its own protocol it
/// gets the window that it is asked for, and does not shorten prompts without a word.
std::unique_ptr<Protocol> make_or_ollama(std::unique_ptr<Protocol> inner, Target target);

}  // namespace docket::backends
