#pragma once
#include <string>

namespace CLI {
class App;
}

namespace docket {

/// What is wrong with a command line that could not be parsed, and what was probably meant: a mistyped verb
/// or option, a verb in the wrong place. Empty: CLI11's own message says it. `app` has tried to parse it.
std::string mistake_in(const CLI::App& app, int argc, const char* const* argv);

}  // namespace docket
