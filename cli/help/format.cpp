#include "cli/help/format.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help/verb_help.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

/// Where descriptions begin, as far as names of options leave it.
constexpr std::size_t least_column = 18, most_column = 27;
/// Of the list of verbs.
constexpr std::size_t purpose_column = 9, verb_column = 18;

/// What the user puts there: N, FILE, GLOB.
std::string value_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));  // What checks add is said in words elsewhere.
  return name == "INT" || name == "UINT" || name == "FLOAT" ? "N" : name;
}

/// `-j, --jobs N`
std::string name_of(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : option.get_snames())
    text += (text.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames())
    text += (text.empty() ? "    --" : ", --") + name;
  const std::string value = option.get_items_expected_max() > 0 ? value_name(option) : "";
  return text + (value.empty() ? "" : " " + value);
}

std::string argument_of(const CLI::Option& option) {
  const std::string name = option.get_name(true) + (option.get_items_expected_max() > 1 ? "..." : "");
  return option.get_required() ? name : "[" + name + "]";
}

bool is_help(const CLI::Option& option) {
  const auto& names = option.get_lnames();
  return std::ranges::find(names, "help") != names.end();
}

std::string usage_of(const CLI::App& verb) {
  std::string text = "Usage: docket " + verb.get_name(), last;
  for (const CLI::Option* option : verb.get_options())
    if (option->get_positional()) text += " " + argument_of(*option);
  const auto is_option = [](const CLI::Option* option) {
    return !option->get_positional() && !is_help(*option);
  };
  return text + (std::ranges::any_of(verb.get_options(), is_option) ? " [options]" : "") + "\n";
}

std::string examples_of(const CLI::App& verb) {
  const VerbHelp* help = verb_help(verb.get_name());
  if (help == nullptr) return "";
  std::size_t column = 0;
  for (const auto& [command, does] : help->examples)
    column = std::max(column, command.size() + 4);
  std::string text = "\nExamples:\n";
  for (const auto& [command, does] : help->examples)
    text += two_columns("  " + std::string(command), "# " + std::string(does), column);
  return text;
}

/// The groups as they were begun; what nobody has put into one stands last.
std::vector<std::string> groups_of(const CLI::App& verb) {
  std::vector<std::string> groups = verb.get_groups();
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != "Options"; });
  return groups;
}

/// Of a verb: all of them, or as many as fit a screen.
enum class Options { all, most_used };

std::vector<const CLI::Option*> options_of(const CLI::App& verb, Options which) {
  const VerbHelp* help = verb_help(verb.get_name());
  const auto is_wanted = [&](const CLI::Option& option) {
    if (is_help(option) || option.get_group().empty()) return false;
    if (option.get_positional() || which == Options::all || help == nullptr || help->most_used.empty())
      return true;
    return std::ranges::any_of(help->most_used,
                               [&](std::string_view name) { return option.check_lname(std::string(name)); });
  };
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : verb.get_options())
    if (is_wanted(*option)) options.push_back(option);
  return options;
}

std::size_t option_column_of(const std::vector<const CLI::Option*>& options) {
  std::size_t column = least_column;
  for (const CLI::Option* option : options) {
    const std::string name = option->get_positional() ? argument_of(*option) : name_of(*option);
    column = std::max(column, characters(name) + 4);
  }
  return std::min(column, most_column);
}

std::string group_lines(const std::vector<const CLI::Option*>& options, std::string_view group,
                        std::size_t column) {
  std::string lines;
  for (const CLI::Option* option : options)
    if (!option->get_positional() && option->get_group() == group)
      lines += two_columns("  " + name_of(*option), option->get_description(), column);
  return lines;
}

std::string option_lines(const CLI::App& verb, const std::vector<const CLI::Option*>& options) {
  const std::size_t column = option_column_of(options);
  std::string text;
  for (const CLI::Option* option : options)
    if (option->get_positional())
      text += two_columns("  " + argument_of(*option), option->get_description(), column);
  if (!text.empty()) text = "Arguments:\n" + text;
  for (const std::string& group : groups_of(verb))
    if (const std::string lines = group_lines(options, group, column); !lines.empty())
      text += group + ":\n" + lines;
  return text.empty() ? text : "\n" + text;
}

std::string help_of_verb(const CLI::App& verb, Options which) {
  const std::vector<const CLI::Option*> options = options_of(verb, which);
  const bool is_all = options.size() == options_of(verb, Options::all).size();
  return usage_of(verb) + wrapped(verb.get_description() + ".", 0) + "\n" + examples_of(verb) +
         option_lines(verb, options) + (is_all ? "" : "All options: docket help " + verb.get_name() + "\n");
}

/// What a group of verbs is for stands beside its first verb.
std::string help_of_program(const CLI::App& app) {
  std::string text = "Usage: docket VERB ...      docket VERB --help      docket help TOPIC\n" +
                     wrapped(app.get_description(), 0) + "\n\n";
  std::string_view purpose;
  for (const VerbHelp& help : verb_helps()) {
    const CLI::App* verb = verb_of(app, help.verb);
    if (verb == nullptr) continue;
    std::string left(help.purpose == purpose ? "" : help.purpose);
    left.resize(purpose_column, ' ');
    purpose = help.purpose;
    text += two_columns(left + verb->get_name(), verb->get_description(), verb_column);
  }
  return text + app.get_footer() + "\n";
}

class PlainHelp final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    return short_help_of(*app);
  }
};

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines;
  std::size_t at = indent;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const std::size_t columns = characters(word);
    if (at > indent && at + 1 + columns > width) {
      lines += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      lines += ' ';
      ++at;
    }
    lines += word;
    at += columns;
    begin = end + 1;
  }
  return lines;
}

std::string two_columns(std::string_view left, std::string_view text, std::size_t column) {
  const std::size_t columns = characters(left);
  std::string line(left);
  if (text.empty()) return line + "\n";
  if (columns + 2 <= column) return line + std::string(column - columns, ' ') + wrapped(text, column) + "\n";
  // A long left side: the text follows it where there is room, else it is on lines of its own.
  if (columns + 2 + characters(text) <= 80) return line + "  " + std::string(text) + "\n";
  return line + "\n" + std::string(column, ' ') + wrapped(text, column) + "\n";
}

const CLI::App* verb_of(const CLI::App& app, std::string_view name) {
  const auto verbs = app.get_subcommands([&](const CLI::App* verb) { return verb->get_name() == name; });
  return verbs.empty() ? nullptr : verbs.front();
}

std::string help_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? help_of_program(app) : help_of_verb(app, Options::all);
}

std::string short_help_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? help_of_program(app) : help_of_verb(app, Options::most_used);
}

std::optional<std::string> options_under(std::string_view verb, std::string_view heading) {
  CLI::App app;
  int exit_code = 0;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  const CLI::App* found = verb_of(app, verb);
  if (found == nullptr) return std::nullopt;
  const std::vector<const CLI::Option*> options = options_of(*found, Options::all);
  std::string lines = group_lines(options, heading, option_column_of(options));
  return lines.empty() ? std::nullopt : std::optional(std::move(lines));
}

void use_plain_help(CLI::App& app) { app.formatter(std::make_shared<PlainHelp>()); }

}  // namespace docket
