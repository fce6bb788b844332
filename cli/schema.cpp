#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"

namespace docket {

void add_schema(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of the pipeline file, for editors");
  command->callback([&exit_code] {
    std::puts(pipeline_schema(registry()).dump(2).c_str());
    exit_code = exit_up_to_date;
  });
}

}  // namespace docket
