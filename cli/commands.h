#pragma once
#include <span>

namespace CLI {
class App;  // Costs seconds to compile: only the files that declare options include it.
}

namespace docket {

/// Adds a verb to the program; parsing the command line then runs it and sets `exit_code`.
using AddVerb = void(CLI::App& app, int& exit_code);

/// All of them, as the help lists them. A verb is a file of its own, a name in commands.cpp, and
/// examples in verb_help.cpp.
std::span<AddVerb* const> verbs();

}  // namespace docket
