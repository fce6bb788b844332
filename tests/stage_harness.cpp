#include "tests/stage_harness.h"

#include <sstream>
#include <stdexcept>

#include "cli/commands.h"

namespace docket {

StageHarness::StageHarness(const std::string& type, const std::string& options, const std::string& schema) {
  std::string yaml =
      "version: 1\n"
      "backends: { rules: { type: builtin }, second: { type: builtin } }\n"
      "stages:\n";
  if (type != "extract") yaml += "  - extract:\n";
  yaml += "  - " + type + ":\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    yaml += "      " + line + "\n";
  if (!schema.empty()) dir_.write("schema.json", schema);
  PlanOrComplaints read = read_plan(dir_.write("pipeline.yaml", yaml), catalog());
  std::string complaints;
  for (const Complaint& complaint : read.complaints)
    complaints += to_string(complaint) + "\n";
  if (!read.plan) throw std::invalid_argument(complaints + "in:\n" + yaml);
  plan_ = std::move(*read.plan);
}

}  // namespace docket
