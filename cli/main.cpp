#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <system_error>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help/format.h"
#include "cli/help/topics.h"
#include "cli/options/mistakes.h"
#include "cli/terminal/words.h"
#include "cli/version.h"

using namespace docket;

namespace {

/// An empty argument is mostly a variable that is not set, and is never a file, a folder or a name.
void refuse_empty_values(CLI::App& app) {
  const auto refuse = [](const std::string& value) {
    const bool is_empty = value.find_first_not_of(" \t") == std::string::npos || value == "=";  // -o="$OUT"
    return is_empty ? std::string("the value is empty; is a variable in the command not set?")
                    : std::string();
  };
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->check(refuse);
  for (CLI::App* verb : app.get_subcommands(nullptr))
    refuse_empty_values(*verb);
}

/// Prints the help that was asked for, or what is wrong with the command line.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    print_error(in_plain_words(error, app));
    return exit_usage;
  }
  std::ostringstream out, err;
  app.exit(error, out, err);
  std::fputs(printable(out.str()).c_str(), stdout);
  return exit_up_to_date;
}

/// The first thing that a new user sees.
int print_short_usage() {
  std::fputs(
      "Usage: docket VERB ...\n"
      "  docket init DIR              writes a pipeline to begin with\n"
      "  docket run pipeline.yaml     runs it\n"
      "  docket help                  lists verbs and topics\n",
      stderr);
  return exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_DUMPABLE, 0);  // Keys are in its memory: no core dump, no look by other processes of the user.
  CLI::App app{"Runs documents through a pipeline: rules, then models, the cloud for a reason."};
  use_plain_help(app);
  app.name("docket");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 up to date, 1 failed, 2 usage, 3 held, 4 unavailable, 5 locked.\n" +
             wrapped("Topics: " + topic_names() + ", and each verb.", 8));
  int exit_code = exit_up_to_date;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  refuse_empty_values(app);
  if (argc < 2) return print_short_usage();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::string mistake = error.get_exit_code() != 0 ? mistake_in(app, argc, argv) : "";
    if (mistake.empty()) return explain(app, error);
    print_error(mistake);
    return exit_usage;
  } catch (const std::exception& error) {
    print_error(std::string("internal error: ") + error.what());
    return exit_failed;
  }
  const int reason = std::fflush(stdout) == 0 ? 0 : errno;  // That of an earlier write is not kept.
  if (reason != 0 || std::ferror(stdout) != 0) {
    print_error("cannot write to standard output" +
                (reason == 0 ? "" : ": " + std::generic_category().message(reason)));
    exit_code = exit_code_of_lost_output(exit_code);
  }
  return exit_code;
}
