#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/mistakes.h"
#include "cli/version.h"

using namespace docket;

int main(int argc, char** argv) {
  CLI::App app{
      "Runs a batch of documents through a pipeline of stages: rules first, a local model where the\n"
      "rules are not confident, a cloud model only for a recorded reason."};
  app.name("docket");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 up to date; 1 documents failed, or not all of the input could be read; 2 usage or\n"
      "pipeline error, nothing was run; 3 documents are held; 4 a required backend or docket-extract is\n"
      "unavailable; 5 another run holds the output; `docket ack` takes a known failure out of 1 and 3;\n"
      "130, 143 stopped by a signal, all finished work kept.");
  int exit_code = exit_up_to_date;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_mistake = error.get_exit_code() != 0;
    const std::string mistake = is_mistake ? mistake_in(app, argc, argv) : "";
    if (mistake.empty()) return app.exit(error) == 0 ? exit_up_to_date : exit_usage;
    print_error(mistake);
    return exit_usage;
  } catch (const std::exception& error) {
    print_error(std::string("internal error: ") + error.what());
    return exit_failed;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    print_error("cannot write to standard output");
    exit_code = exit_code_of_lost_output(exit_code);
  }
  return exit_code;
}
