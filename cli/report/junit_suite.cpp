#include "cli/report/junit_suite.h"

#include <spdlog/fmt/fmt.h>

#include "cli/report/markup.h"

namespace docket {

void JunitSuite::add_property(const std::string& name, const std::string& value) {
  properties_ += fmt::format("    <property name=\"{}\" value=\"{}\"/>\n", markup(name), markup(value));
}

void JunitSuite::passed(const std::string& test, double seconds) {
  ++all_;
  tests_ += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"/>\n", markup(name_),
                        markup(test), seconds);
}

void JunitSuite::failed(const std::string& test, const std::string& type, const std::string& message,
                        const std::vector<std::string>& lines) {
  ++all_;
  ++failures_;
  std::string body;
  for (const std::string& line : lines)
    body += (body.empty() ? "" : "\n") + markup(line);
  const std::string attributes = fmt::format("type=\"{}\" message=\"{}\"", markup(type), markup(message));
  add(test,
      body.empty() ? "<failure " + attributes + "/>" : "<failure " + attributes + ">" + body + "</failure>");
}

void JunitSuite::skipped(const std::string& test, const std::string& message) {
  ++all_;
  ++skipped_;
  add(test, fmt::format("<skipped message=\"{}\"/>", markup(message)));
}

void JunitSuite::add(const std::string& test, const std::string& how) {
  tests_ += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"0\">{}</testcase>\n", markup(name_),
                        markup(test), how);
}

std::string JunitSuite::text(double seconds, std::string started) const {
  if (started.ends_with('Z')) started.pop_back();  // The schema has no zone.
  return std::string(junit_begins) +
         fmt::format(
             "{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3f}\" "
             "timestamp=\"{}\">\n",
             markup(name_), all_, failures_, skipped_, seconds, markup(started)) +
         "  <properties>\n" + properties_ + "  </properties>\n" + tests_ + "</testsuite>\n";
}

}  // namespace docket
