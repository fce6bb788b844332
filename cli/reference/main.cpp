// Writes the manual pages, the completions and the reference pages of the documentation, from what the
// program itself declares.
//   docket-reference FOLDER
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/options/pipeline_options.h"
#include "cli/reference/outputs.h"
#include "cli/terminal/words.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/run/output.h"

using namespace docket;
using namespace docket::reference;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: docket-reference FOLDER\n", stderr);
    return 2;
  }
  const struct {
    const char* name;
    std::string content;
  } files[] = {
      {"docket.1", man_docket()},
      {"docket-pipeline.5", man_docket_pipeline()},
      {"docket.bash", bash_completion()},
      {"_docket", zsh_completion()},
      {"docket.fish", fish_completion()},
      {"pipeline.schema.json", pipeline_schema(registry()).dump(2) + "\n"},
      {"command-line.md", markdown_command_line()},
      {"pipeline-file.md", markdown_pipeline()},
      {"exit-codes.md", markdown_exit_codes()},
      {"errors.md", markdown_errors()},
      {"ledger-tables.md", markdown_ledger()},
  };
  std::error_code error;
  std::filesystem::create_directories(argv[1], error);
  for (const auto& file : files) {
    if (const auto failed = write_file(std::filesystem::path(argv[1]) / file.name, file.content)) {
      print_error(failed->message);
      return 1;
    }
  }
  return 0;
}
