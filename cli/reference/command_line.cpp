#include "cli/reference/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <regex>
#include <utility>

#include "cli/commands.h"

namespace docket::reference {
namespace {

std::string one_line(const std::string& text) { return std::regex_replace(text, std::regex("[ \n]+"), " "); }

/// `auto|bar|plain`, which stands where others have the name of their value.
std::vector<std::string> choices_in(const std::string& value) {
  if (value.find('|') == std::string::npos) return {};
  return CLI::detail::split(value, '|');
}

/// What CLI11 says of a value: the name that it was given, and behind a colon what else is checked.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  if (name == "INT" || name == "UINT" || name == "FLOAT") return "N";
  return name.empty() || name == "TEXT" ? "TEXT" : name;
}

Option read(const CLI::Option& option) {
  Option read;
  read.value = value_name(option);
  read.help = one_line(option.get_description());
  read.choices = choices_in(read.value);
  read.required = option.get_required();
  read.repeats = option.get_items_expected_max() > 1;
  if (option.get_positional()) {
    read.names = {option.get_name(true)};
    return read;
  }
  for (const std::string& name : option.get_snames())
    read.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    read.names.push_back("--" + name);
  return read;
}

Verb read(const CLI::App& app) {
  Verb verb{app.get_name(), app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // Hidden.
    (option->get_positional() ? verb.positionals : verb.options).push_back(read(*option));
  }
  return verb;
}

}  // namespace

std::vector<Verb> command_line() {
  CLI::App app;
  int exit_code = 0;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  std::vector<Verb> all;
  for (const CLI::App* verb :
       app.get_subcommands([](const CLI::App* verb) { return !verb->get_group().empty(); }))
    all.push_back(read(*verb));
  return all;
}

std::string heading(const Option& option, std::string (*name_of)(const std::string&),
                    std::string (*value_of)(const std::string&)) {
  std::string text;
  for (const std::string& name : option.names)
    text += (text.empty() ? "" : ", ") + name_of(name);
  return option.value.empty() ? text : text + " " + value_of(option.value);
}

std::string usage(const Verb& verb) {
  std::string text = "docket " + verb.name + " [OPTIONS]";
  for (const Option& positional : verb.positionals) {
    const std::string name = positional.names[0] + (positional.repeats ? "..." : "");
    text += positional.required ? " " + name : " [" + name + "]";
  }
  return text;
}

}  // namespace docket::reference
