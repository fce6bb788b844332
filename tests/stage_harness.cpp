#include "tests/stage_harness.h"

#include <sstream>
#include <stdexcept>

#include "cli/commands.h"

namespace docket {

StageHarness::StageHarness(const std::string& type, const std::string& options, const std::string& schema,
                           const std::string& more) {
  std::string yaml =
      "version: 1\n"
      "backends:\n"
      "  rules: { type: builtin }\n"
      "  second: { type: builtin }\n"
      "  model: { type: openai, url: 'http://127.0.0.1:9', model: m }\n"
      "stages:\n";
  if (type != "extract") yaml += "  - extract:\n";
  yaml += "  - " + type + ":\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    yaml += "      " + line + "\n";
  yaml += more;
  if (!schema.empty()) dir_.write("schema.json", schema);
  PlanOrComplaints read = read_plan(dir_.write("pipeline.yaml", yaml), catalog());
  std::string complaints;
  for (const Complaint& complaint : read.complaints)
    complaints += to_string(complaint) + "\n";
  if (!read.plan) throw std::invalid_argument(complaints + "in:\n" + yaml);
  plan_ = std::move(*read.plan);
}

}  // namespace docket
