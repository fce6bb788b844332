#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/pipeline_options.h"
#include "cli/starter.h"
#include "cli/terminal/words.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/run/output.h"
#include "pipeline/support/file_names.h"
#include "stages/prompt_template.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// Never overwrites: what is there already is somebody's work.
std::optional<int> write_files(std::span<const EmbeddedFile> files, const fs::path& folder) {
  for (const EmbeddedFile& file : files) {
    const fs::path path = folder / file.name;
    if (is_there(path)) {
      print_error(path.string() + " already exists; init overwrites nothing: choose another folder");
      return exit_usage;
    }
  }
  for (const EmbeddedFile& file : files) {
    const fs::path path = folder / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    const std::optional<Error> failed =
        error ? write_error(path, error.value()) : write_file(path, file.content);
    if (failed) {
      print_error(failed->message);
      return exit_failed;
    }
    std::fprintf(stderr, "wrote %s\n", printable(path.lexically_normal().native()).c_str());
  }
  return std::nullopt;
}

int init_command(const fs::path& folder) {
  std::vector<EmbeddedFile> files(starter_files().begin(), starter_files().end());
  const std::string schema = pipeline_schema(registry()).dump(2) + "\n";
  files.push_back({"pipeline.schema.json", schema});  // The starter's first line names it to editors.
  if (const auto failed = write_files(files, folder)) return *failed;
  const fs::path pipeline = (folder / "pipeline.yaml").lexically_normal();
  std::fprintf(stderr, "\nNow: docket run %s\n", printable(shell_word(pipeline.string())).c_str());
  return exit_up_to_date;
}

/// For editing: a stage's settings name the files to use in place of the built-in ones. The system text is
/// not among them: it is what keeps a document's text from being taken for instructions.
int init_prompts(const fs::path& folder) {
  std::vector<EmbeddedFile> prompts;
  std::ranges::copy_if(stages::built_in_prompts(), std::back_inserter(prompts), [](const EmbeddedFile& file) {
    return file.name != stages::system_prompt && file.name != stages::words_prompt;
  });
  return write_files(prompts, folder / "prompts").value_or(exit_up_to_date);
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("init", "Write a starter pipeline, its schema and sample documents");
  const auto folder = std::make_shared<std::string>(".");
  command->add_option("DIR", *folder, "The folder; created if it does not exist")->capture_default_str();
  const auto prompts = std::make_shared<bool>(false);
  command->add_flag("--prompts", *prompts,
                    "Write the built-in prompts into DIR/prompts instead, for editing");
  command->callback([folder, prompts, &exit_code] {
    exit_code = *prompts ? init_prompts(*folder) : init_command(*folder);
  });
}

}  // namespace docket
