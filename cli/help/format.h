#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace docket {

/// Gives the program and its verbs help in plain words: what it does, the most used examples, then the
/// options under their headings (`->group()`), 80 columns wide and at most a screen long. Before any verb is
/// added.
void use_plain_help(CLI::App& app);

/// Null: the program has no such verb.
const CLI::App* verb_of(const CLI::App& app, std::string_view name);

/// The help of the program, or of a verb with all its options.
std::string help_of(const CLI::App& app);

/// What `--help` says: no longer than a screen. A verb with many options has the most used, and where all
/// are.
std::string short_help_of(const CLI::App& app);

/// The lines of all options that a verb has under this heading; nothing: there are none.
std::optional<std::string> options_under(std::string_view verb, std::string_view heading);

/// The text in lines of at most `width` columns, each but the first behind `indent` blanks; the first begins
/// in that column.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

/// `left` in a column of its own, `text` beside it, as many lines as it takes.
std::string two_columns(std::string_view left, std::string_view text, std::size_t column);

}  // namespace docket
