#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/starter.h"
#include "pipeline/output.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// Never overwrites: what is there already is somebody's work.
int init_command(const fs::path& folder) {
  for (const StarterFile& file : starter_files()) {
    const fs::path path = folder / file.name;
    std::error_code error;
    if (fs::exists(fs::symlink_status(path, error))) {
      complain(path.string() +
               " is there already; init writes only into a folder that has none of its files");
      return exit_usage;
    }
  }
  for (const StarterFile& file : starter_files()) {
    const fs::path path = folder / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    const std::optional<Error> failed =
        error ? write_error(path, error.value()) : write_file(path, file.content);
    if (failed) {
      complain(failed->message);
      return exit_failed;
    }
    std::fprintf(stderr, "wrote %s\n", path.lexically_normal().c_str());
  }
  std::fprintf(stderr, "\nNow: docket run %s\n", (folder / "pipeline.yaml").lexically_normal().c_str());
  return exit_up_to_date;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("init", "Write a starter pipeline, its schema and sample documents");
  const auto folder = std::make_shared<std::string>(".");
  command->add_option("DIR", *folder, "The folder, made if it is not there")->capture_default_str();
  command->callback([folder, &exit_code] { exit_code = init_command(*folder); });
}

}  // namespace docket
