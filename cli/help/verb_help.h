#pragma once
#include <span>
#include <string_view>

namespace docket {

/// What the help of a verb has beside its options.
struct VerbHelp {
  std::string_view verb;
  std::string_view purpose;  ///< Under which `docket --help` lists it.
  struct Example {
    std::string_view command, does;
  };
  std::span<const Example> examples;  ///< The most used first.
  /// Those that `docket VERB --help` has room for, by their long names. Empty: it shows all.
  std::span<const std::string_view> most_used;
};

/// Of all verbs, in the order in which `docket --help` lists them: those of one purpose stand together.
std::span<const VerbHelp> verb_helps();

/// Null: there is no such verb.
const VerbHelp* verb_help(std::string_view verb);

}  // namespace docket
