#include <algorithm>
#include <string_view>

#include "cli/reference/command_line.h"
#include "cli/reference/outputs.h"

namespace docket::reference {
namespace {

enum class Values { none, words, files, folders, anything };

Values values_of(const Option& option) {
  static constexpr std::string_view file_names[] = {"FILE", "PIPELINE", "INPUT", "DOCUMENT", "PATH"};
  const std::string& name =
      option.value.empty() || option.names[0][0] != '-' ? option.names[0] : option.value;
  if (!option.choices.empty()) return Values::words;
  if (name == "DIR") return Values::folders;
  if (std::ranges::find(file_names, name) != std::end(file_names)) return Values::files;
  return option.value.empty() ? Values::none : Values::anything;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// With `before` in front of each of these characters.
std::string escaped(const std::string& text, std::string_view characters, const char* before) {
  std::string out;
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) out += before;
    out += c;
  }
  return out;
}

/// Between single quotes; `quote` is how one stands there.
std::string quoted(const std::string& text, const char* quote) {
  std::string out = "'";
  for (const char c : text)
    c == '\'' ? out += quote : out += c;
  return out + "'";
}

constexpr const char* shell_quote = "'\\''";  ///< Of sh, bash and zsh.
constexpr const char* fish_quote = "\\'";

// --- bash ---

/// What to offer behind an option: words; folders; or, where nothing is, files.
std::string bash_action(const Option& option) {
  switch (values_of(option)) {
    case Values::words:
      return "_docket_words " + quoted(joined(option.choices, " "), shell_quote);
    case Values::folders:
      return "compopt +o default -o dirnames";
    case Values::files:
      return ":";
    case Values::anything:
    case Values::none:
      return "compopt +o default";
  }
  return ":";
}

std::string bash_verb(const Verb& verb) {
  std::vector<std::string> names;
  std::string cases;
  for (const Option& option : verb.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
    if (values_of(option) == Values::none) continue;
    cases += "        " + joined(option.names, " | ") + ") " + bash_action(option) + "; return ;;\n";
  }
  std::string text =
      "    " + verb.name + ")\n      options=" + quoted(joined(names, " "), shell_quote) + "\n";
  for (const Option& positional : verb.positionals)
    if (!positional.choices.empty())
      text += "      words=" + quoted(joined(positional.choices, " "), shell_quote) + "\n";
  if (!cases.empty()) text += "      case $option in\n" + cases + "      esac\n";
  return text + "      ;;\n";
}

// --- zsh ---

std::string zsh_action(const Option& option) {
  switch (values_of(option)) {
    case Values::words:
      return "(" + joined(option.choices, " ") + ")";
    case Values::folders:
      return "_files -/";
    case Values::files:
      return "_files";
    case Values::anything:
    case Values::none:
      return " ";
  }
  return "";
}

std::string zsh_option(const Option& option) {
  std::string text;
  for (const std::string& name : option.names) {
    std::string spec = option.repeats            ? "*"
                       : option.names.size() > 1 ? "(" + joined(option.names, " ") + ")"
                                                 : "";
    spec += name;
    if (!option.value.empty()) spec += name.starts_with("--") ? "=" : "+";
    spec += "[" + escaped(option.help, "[]\\", "\\") + "]";
    if (!option.value.empty()) spec += ":" + escaped(option.value, ":\\", "\\") + ":" + zsh_action(option);
    text += "        " + quoted(spec, shell_quote) + " \\\n";
  }
  return text;
}

std::string zsh_verb(const Verb& verb) {
  std::string text = "      " + verb.name + ")\n        _arguments -s : \\\n";
  for (const Option& option : verb.options)
    text += zsh_option(option);
  int place = 0;
  for (const Option& positional : verb.positionals) {
    const std::string where = positional.repeats ? "*" : std::to_string(++place);
    text += "        " +
            quoted(where + ":" + positional.names[0] + ":" + zsh_action(positional), shell_quote) + " \\\n";
  }
  return text + "        && return\n        ;;\n";
}

// --- fish ---

std::string fish_action(const Option& option) {
  switch (values_of(option)) {
    case Values::none:
      return "";
    case Values::words:
      return " -x -a " + quoted(joined(option.choices, " "), fish_quote);
    case Values::folders:
      return " -x -a '(__fish_complete_directories)'";
    case Values::files:
      return " -r -F";
    case Values::anything:
      return " -x";
  }
  return "";
}

std::string fish_option(const Verb& verb, const Option& option) {
  std::string text = "complete -c docket -n '__fish_seen_subcommand_from " + verb.name + "'";
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return text + fish_action(option) + " -d " + quoted(escaped(option.help, "\\", "\\"), fish_quote) + "\n";
}

}  // namespace

std::string bash_completion() {
  std::vector<std::string> names;
  std::string cases;
  for (const Verb& verb : command_line()) {
    names.push_back(verb.name);
    cases += bash_verb(verb);
  }
  return "# Completion of docket for bash. Generated from the program's own descriptions.\n"
         "_docket_words() {\n"
         "  compopt +o default\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n"
         "}\n"
         "\n"
         "_docket() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words='' options=\n"
         "  COMPREPLY=()\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    _docket_words " +
         quoted(joined(names, " ") + " --help --version", shell_quote) +
         "\n"
         "    return\n"
         "  fi\n"
         "  if [[ $current == = ]]; then  # --option=, which bash takes for two words\n"
         "    current=\n"
         "  elif [[ $option == = ]]; then\n"
         "    option=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  if [[ $current == -* ]]; then\n"
         "    _docket_words \"$options\"\n"
         "  elif [[ $words ]]; then\n"
         "    _docket_words \"$words\"\n"
         "  fi\n"
         "}\n"
         "\n"
         "complete -o default -F _docket docket\n";
}

std::string zsh_completion() {
  std::string names, cases;
  for (const Verb& verb : command_line()) {
    names += "        " + quoted(verb.name + ":" + escaped(first_line(verb.help), "\\:", "\\"), shell_quote) +
             "\n";
    cases += zsh_verb(verb);
  }
  return "#compdef docket\n"
         "# Completion of docket for zsh. Generated from the program's own descriptions.\n"
         "_docket() {\n"
         "  local context state state_descr line\n"
         "  typeset -A opt_args\n"
         "  _arguments -C '(- *)'{-h,--help}'[print the verbs]' '(- *)--version[print the version]' \\\n"
         "    '1:verb:->verb' '*::argument:->argument' && return\n"
         "  case $state in\n"
         "    verb)\n"
         "      local -a verbs\n"
         "      verbs=(\n" +
         names +
         "      )\n"
         "      _describe verb verbs\n"
         "      ;;\n"
         "    argument)\n"
         "      case $line[1] in\n" +
         cases +
         "      esac\n"
         "      ;;\n"
         "  esac\n"
         "}\n"
         "\n"
         "_docket \"$@\"\n";
}

std::string fish_completion() {
  std::string text =
      "# Completion of docket for fish. Generated from the program's own descriptions.\n"
      "complete -c docket -n __fish_use_subcommand -f\n"
      "complete -c docket -n __fish_use_subcommand -s h -l help -d 'print the verbs'\n"
      "complete -c docket -n __fish_use_subcommand -l version -d 'print the version'\n";
  for (const Verb& verb : command_line()) {
    text += "complete -c docket -n __fish_use_subcommand -f -a " + verb.name + " -d " +
            quoted(escaped(first_line(verb.help), "\\", "\\"), fish_quote) + "\n";
    for (const Option& option : verb.options)
      text += fish_option(verb, option);
    for (const Option& positional : verb.positionals)
      if (values_of(positional) == Values::words)
        text += "complete -c docket -n '__fish_seen_subcommand_from " + verb.name + "'" +
                fish_action(positional) + "\n";
  }
  return text;
}

}  // namespace docket::reference
