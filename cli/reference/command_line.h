#pragma once
#include <string>
#include <vector>

namespace docket::reference {

/// An option of a verb, or what stands without a name behind it.
struct Option {
  std::vector<std::string> names;    ///< `-o`, `--output`; of a positional, its one name.
  std::string value;                 ///< What it takes, `DIR`; empty: nothing.
  std::string help;                  ///< In one line.
  std::vector<std::string> choices;  ///< The values that it may have; empty: others than words of a list.
  bool required = false;
  bool repeats = false;
};

struct Example {
  std::string command, does;
};

struct Verb {
  std::string name;
  std::string help;               ///< What it does; its first line says so in one.
  std::vector<Example> examples;  ///< The most used first.
  std::vector<Option> positionals;
  std::vector<Option> options;
};

/// The verbs as the program declares them, without what it hides, in the order of its help.
std::vector<Verb> command_line();

/// `-o, --output DIR`, each name as `name_of` shows it.
std::string heading(const Option& option, std::string (*name_of)(const std::string&),
                    std::string (*value_of)(const std::string&));
/// `docket run [OPTIONS] PIPELINE [INPUT...]`
std::string usage(const Verb& verb);

}  // namespace docket::reference
