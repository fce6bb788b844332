#include "tests/stage_harness.h"

#include <sstream>
#include <stdexcept>

#include "pipeline/config/read_pipeline.h"
#include "tests/conditions.h"

namespace docket {

StageHarness::StageHarness(const std::string& type, const std::string& options, const std::string& schema,
                           const std::string& more) {
  std::string yaml =
      "version: 1\n"
      "backends:\n"
      "  rules: { type: builtin }\n"
      "  second: { type: builtin }\n"
      "  model: { type: openai, url: 'http://127.0.0.1:9', model: m }\n"
      "  far: { type: openai, url: 'http://127.0.0.1:9', model: large, location: cloud,\n"
      "         price: { input: 3, output: 15 } }\n"
      "stages:\n";
  if (type != "extract") yaml += "  - extract:\n";
  yaml += "  - " + type + ":\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    yaml += "      " + line + "\n";
  yaml += more;
  if (!schema.empty()) dir_.write("schema.json", schema);
  PipelineOrDiagnostics read = read_pipeline(dir_.write("pipeline.yaml", yaml), sharing_registry());
  std::string diagnostics;
  for (const Diagnostic& diagnostic : read.diagnostics)
    diagnostics += to_string(diagnostic) + "\n";
  if (!read.pipeline) throw std::invalid_argument(diagnostics + "in:\n" + yaml);
  pipeline_ = std::move(*read.pipeline);
}

}  // namespace docket
