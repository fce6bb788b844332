#include "cli/checked.h"
#include "cli/report/junit_suite.h"

namespace docket {
namespace {

double seconds_of(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// One test a file, whatever is wrong with it: it has the same name when all is well again.
void add_file(JunitSuite& suite, const Checked& checked) {
  const std::string name = shown_name(checked.file);
  if (checked.unchecked) {
    suite.failed(name, "unavailable", checked.unchecked->message);
  } else if (checked.errors.empty()) {
    suite.passed(name, seconds_of(checked.wall));
  } else {
    std::vector<std::string> lines;
    for (const Diagnostic& error : checked.errors)
      lines.push_back(to_string(error));
    const std::size_t others = lines.size() - 1;
    suite.failed(name, "config",
                 lines.front() + (others > 0 ? " (and " + std::to_string(others) + " more)" : ""), lines);
  }
}

void add_servers(JunitSuite& suite, const Checked& checked) {
  constexpr double ms_a_second = 1000;
  for (const backends::ProbeResult& result : checked.probes) {
    const std::string name = shown_name(checked.file) + ": backend " + result.backend;
    if (!result.not_asked.empty())
      suite.skipped(name, "not asked because of " + result.not_asked);
    else if (result.error)
      suite.failed(name, "unavailable", result.error->message);
    else
      suite.passed(name, static_cast<double>(result.wall_ms) / ms_a_second);
  }
}

}  // namespace

std::string check_as_junit(const std::vector<Checked>& files, const std::string& started) {
  JunitSuite suite("docket check");
  std::chrono::nanoseconds all{0};
  for (const Checked& checked : files) {
    add_file(suite, checked);
    add_servers(suite, checked);
    all += checked.wall;
  }
  return suite.text(seconds_of(all), started);
}

}  // namespace docket
