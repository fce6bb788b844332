#include "cli/options/mistakes.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options/pipeline_file.h"
#include "cli/terminal/words.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string& name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

/// What other tools call a verb or an option.
constexpr std::pair<std::string_view, std::string_view> other_words[] = {{"validate", "check"},
                                                                         {"lint", "check"},
                                                                         {"test", "check"},
                                                                         {"dryrun", "plan"},
                                                                         {"dry-run", "plan"},
                                                                         {"preview", "plan"},
                                                                         {"start", "run"},
                                                                         {"process", "run"},
                                                                         {"exec", "run"},
                                                                         {"list", "runs"},
                                                                         {"ls", "runs"},
                                                                         {"history", "runs"},
                                                                         {"new", "init"},
                                                                         {"create", "init"},
                                                                         {"why", "explain"},
                                                                         {"show", "explain"},
                                                                         {"stats", "report"},
                                                                         {"prune", "clean"},
                                                                         {"gc", "clean"},
                                                                         {"dump", "export"},
                                                                         {"fsck", "verify"},
                                                                         {"--force", "--always-make"},
                                                                         {"--workers", "--jobs"},
                                                                         {"--threads", "--jobs"},
                                                                         {"--parallel", "--jobs"},
                                                                         {"--concurrency", "--jobs"},
                                                                         {"--simulate", "--dry-run"},
                                                                         {"--filter", "--only"},
                                                                         {"--include", "--only"},
                                                                         {"--budget", "--max-cost"},
                                                                         {"--stage", "--until"},
                                                                         {"--logfile", "--log-file"},
                                                                         {"-V", "--version"}};

bool is_one_of(const std::vector<std::string>& names, std::string_view word) {
  return std::ranges::find(names, word) != names.end();
}

std::string nearest_of(const std::vector<std::string>& names, std::string_view word) {
  for (const auto& [theirs, ours] : other_words)
    if (word == theirs && is_one_of(names, ours)) return did_you_mean(ours);
  if (word.size() <= 2) return "";  // Any letter is near any other.
  return did_you_mean(nearest(word, {names.begin(), names.end()}));
}

/// The first word is no verb.
std::string mistake_in_verb(const std::vector<std::string>& words, const std::vector<std::string>& verbs) {
  const std::string& first = words[0];
  const auto later = std::ranges::find_if(words.begin() + 1, words.end(),
                                          [&](const std::string& word) { return is_one_of(verbs, word); });
  if (later != words.end()) return "the verb comes first: docket " + *later + " " + first;
  std::error_code ignored;
  const std::filesystem::path file(first);
  if (is_yaml(file) || std::filesystem::is_regular_file(file, ignored))
    return "'" + first + "' is no verb, did you mean: docket run " + first;
  if (first == "version") return "unknown verb 'version', did you mean '--version'?";
  const std::string meant = nearest_of(verbs, first);
  return "unknown verb '" + first + "'" + (meant.empty() ? "; `docket help` lists all verbs" : meant);
}

/// What the option is given by other means.
struct OtherWay {
  std::string_view verb, option, words;
};
constexpr OtherWay other_ways[] = {
    {"report", "--format", "; the forms are --json, --markdown, --html, --junit, --prometheus"},
    {"export", "--format", "; the forms are --jsonl and --csv"},
    {"export", "--xlsx", "; --csv --bom is for spreadsheets"},
    {"export", "--unsure", "; --state unsure chooses these"},
    {"ack", "--list", "; without a DOCUMENT it lists them"},
};

std::string meant_by_option(const CLI::App& verb, const std::string& option) {
  const auto way = std::ranges::find_if(
      other_ways, [&](const OtherWay& one) { return one.verb == verb.get_name() && one.option == option; });
  return way != std::end(other_ways) ? std::string(way->words) : nearest_of(options_of(verb), option);
}

/// The shell takes a name with blanks for several words.
std::string with_blanks(const CLI::App& verb, const std::vector<std::string>& extra) {
  const CLI::Option* document = verb.get_option_no_throw("DOCUMENT");
  const CLI::Option* pipeline = verb.get_option_no_throw("PIPELINE");
  if (document == nullptr || pipeline == nullptr || document->empty() || pipeline->empty()) return "";
  std::string name = document->results().back();
  for (const std::string& word : extra)
    name += " " + word;
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(pipeline->results()[0]).parent_path();
  const bool is_there =
      std::filesystem::exists(name, ignored) || std::filesystem::exists(folder / name, ignored);
  return "; it takes one document" + (is_there ? ", did you mean: " + shell_word(name)
                                               : std::string(", and a name with blanks wants quotes"));
}

/// What a verb does not take.
std::string mistake_in_words(const CLI::App& verb) {
  const std::vector<std::string> extra = verb.remaining();
  const auto option =
      std::ranges::find_if(extra, [](const std::string& word) { return word.starts_with('-'); });
  if (option != extra.end()) {
    const std::string name = option->substr(0, option->find('='));
    return verb.get_name() + " has no option " + name + meant_by_option(verb, name);
  }
  return extra.empty() ? "" : verb.get_name() + ": unexpected '" + extra[0] + "'" + with_blanks(verb, extra);
}

/// Where a pipeline lies that could be meant, that one; else what is there.
std::string pipeline_is_missing(const std::string& verb) {
  const std::string usual = pipeline_in("");
  if (!usual.empty()) return "PIPELINE is missing, did you mean: docket" + verb + " " + shell_word(usual);
  constexpr std::size_t most_named = 5;
  std::string names;
  std::size_t named = 0;
  for (const std::string& name : yaml_files_in(""))
    if (named++ < most_named) names += (names.empty() ? "" : ", ") + name;
  return "PIPELINE is missing; " + (names.empty() ? "" : "here are " + names + "; ") + "see docket help" +
         verb;
}

/// A document is taken for the pipeline where that was not named.
std::string document_is_missing(const CLI::App& verb) {
  const CLI::Option* pipeline = verb.get_option_no_throw("PIPELINE");
  const std::string see = "; see docket help " + verb.get_name();
  if (pipeline == nullptr || pipeline->empty() || is_yaml(pipeline->results()[0]))
    return "DOCUMENT is missing" + see;
  const std::string usual = pipeline_in("");
  return "the pipeline comes first: docket " + verb.get_name() + " " +
         shell_word(usual.empty() ? "pipeline.yaml" : usual) + " " + shell_word(pipeline->results()[0]);
}

/// What the option's value is, where its help says it.
std::string wanted_value(const CLI::App& app, const std::string& option) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const CLI::Option* found = chosen.empty() ? nullptr : chosen[0]->get_option_no_throw(option);
  const std::string type = found == nullptr ? "" : found->get_type_name();
  if (type != "FILE") return " needs a value";
  const bool takes_dash = option != "--depfile" && option != "--log-file" && option != "--trace";
  return std::string(" needs a FILE") + (takes_dash ? ", or - for standard output" : "");
}

}  // namespace

std::string mistake_in(const CLI::App& app, int argc, const char* const* argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::vector<std::string> verbs = verbs_of(app);
  if (words.empty()) return "";
  if (words[0].starts_with('-')) {
    const auto verb =
        std::ranges::find_if(words, [&](const std::string& word) { return is_one_of(verbs, word); });
    if (verb != words.end())
      return words[0] + ": options come behind the verb: docket " + *verb + " " + words[0];
    return "unknown option " + words[0] + nearest_of(options_of(app), words[0]);
  }
  if (!is_one_of(verbs, words[0])) return mistake_in_verb(words, verbs);
  return mistake_in_words(*app.get_subcommand(words[0]));
}

std::string in_plain_words(const CLI::ParseError& error, const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : " " + chosen[0]->get_name();
  const std::string said = error.what();
  const std::string option = said.substr(0, said.find(':'));
  if (error.get_name() == "RequiredError") {
    const std::string missing = said.substr(0, said.find(' '));
    if (missing == "PIPELINE") return pipeline_is_missing(verb);
    if (missing == "DOCUMENT" && !chosen.empty()) return document_is_missing(*chosen[0]);
    return missing + " is missing; see docket help" + verb;
  }
  if (error.get_name() == "ArgumentMismatch")
    return option + (said.ends_with(" missing") ? wanted_value(app, option) : " is given more than once") +
           "; see docket help" + verb;
  if (error.get_name() == "ExcludesError") {
    const std::size_t excludes = said.find(" excludes ");
    if (excludes != std::string::npos)
      return said.substr(0, excludes) + " and " + said.substr(excludes + 10) + " do not go together";
  }
  if (error.get_name() == "RequiresError") {
    const std::size_t requires_at = said.find(" requires ");
    if (requires_at != std::string::npos)
      return said.substr(0, requires_at) + " needs " + said.substr(requires_at + 10);
  }
  return said;
}

}  // namespace docket
