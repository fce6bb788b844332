#include "cli/reference/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <regex>
#include <utility>

#include "cli/commands.h"
#include "cli/help/topics.h"
#include "cli/help/verb_help.h"

namespace docket::reference {
namespace {

std::string one_line(const std::string& text) { return std::regex_replace(text, std::regex("[ \n]+"), " "); }

/// The words that a value must be one of, which the check of the option tells when it is given another one.
std::vector<std::string> choices_of(CLI::Option& option) {
  static const std::regex list("is none of ([a-z0-9_-]+(, [a-z0-9_-]+)*)");
  try {
    std::string other = "?";
    std::smatch found;
    const std::string said = (*option.get_validator(0))(other);
    if (std::regex_search(said, found, list))
      return CLI::detail::split(std::regex_replace(found.str(1), std::regex(" "), ""), ',');
  } catch (const CLI::OptionNotFound&) {
  }  // It has no check.
  return {};
}

/// What CLI11 says of a value: the name that it was given, and behind a colon what else is checked.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  if (name == "INT" || name == "UINT" || name == "FLOAT") return "N";
  return name.empty() || name == "TEXT" ? "TEXT" : name;
}

Option read(CLI::Option& option) {
  Option read;
  read.value = value_name(option);
  read.help = one_line(option.get_description());
  read.choices = choices_of(option);
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

Verb read(CLI::App& app) {
  Verb verb{app.get_name(), app.get_description(), {}, {}, {}};
  if (const VerbHelp* help = verb_help(verb.name))
    for (const VerbHelp::Example& example : help->examples)
      verb.examples.push_back({std::string(example.command), std::string(example.does)});
  for (CLI::Option* option : app.get_options({})) {
    if (option->get_group().empty()) continue;  // Hidden.
    (option->get_positional() ? verb.positionals : verb.options).push_back(read(*option));
  }
  return verb;
}

std::vector<std::string> what_help_explains(const std::vector<Verb>& verbs) {
  std::vector<std::string> names;
  for (const HelpTopic& topic : help_topics())
    names.push_back(topic.name);
  for (const Verb& verb : verbs)
    names.push_back(verb.name);
  return names;
}

}  // namespace

std::vector<Verb> command_line() {
  CLI::App app;
  int exit_code = 0;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  std::vector<Verb> all;
  for (CLI::App* verb : app.get_subcommands([](CLI::App* verb) { return !verb->get_group().empty(); }))
    all.push_back(read(*verb));
  for (Verb& verb : all)
    if (verb.name == "help") verb.positionals.at(0).choices = what_help_explains(all);
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
