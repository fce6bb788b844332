#pragma once
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace docket {

/// Gives the program and its verbs help in plain words: what it does, the most used examples, then the
/// options under their headings (`->group()`), 80 columns wide. Before any verb is added.
void use_plain_help(CLI::App& app);

/// Null: the program has no such verb.
const CLI::App* verb_of(const CLI::App& app, std::string_view name);

/// The help of the program, or of a verb.
std::string help_of(const CLI::App& app);

/// The text in lines of at most `width` columns, each but the first behind `indent` blanks; the first begins
/// in that column.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

/// `left` in a column of its own, `text` beside it, as many lines as it takes.
std::string two_columns(std::string_view left, std::string_view text, std::size_t column);

}  // namespace docket
