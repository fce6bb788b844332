#pragma once
#include <string>

#include "cli/options/option_values.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace docket {

/// What is wrong with a command line that could not be parsed, and what was probably meant: a mistyped verb
/// or option, a verb in the wrong place. Empty: CLI11's own message says it. `app` has tried to parse it.
std::string mistake_in(const CLI::App& app, int argc, const char* const* argv);

/// The parser's own complaint in plain words: `--jobs: 'x' is not a number; expected 1 to 1024`.
std::string in_plain_words(const CLI::ParseError& error, const CLI::App& app);

}  // namespace docket
