#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace docket {

/// What is wrong with a command line that could not be parsed, and what was probably meant: a mistyped verb
/// or option, a verb in the wrong place. Empty: CLI11's own message says it. `app` has tried to parse it.
std::string mistake_in(const CLI::App& app, int argc, const char* const* argv);

/// A check for an option that takes one of these names: says which one was probably meant.
std::function<std::string(const std::string& word)> one_of_names(std::vector<std::string> names);

}  // namespace docket
