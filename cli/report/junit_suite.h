#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// How every file for CI systems begins.
inline constexpr std::string_view junit_begins =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"";

/// Results of tests as CI systems read them (junit-10.xsd of Jenkins' xUnit plugin).
class JunitSuite {
 public:
  explicit JunitSuite(std::string name) : name_(std::move(name)) {}

  void add_property(const std::string& name, const std::string& value);
  void passed(const std::string& test, double seconds);
  /// `lines`: what there is to say beside the message.
  void failed(const std::string& test, const std::string& type, const std::string& message,
              const std::vector<std::string>& lines = {});
  void skipped(const std::string& test, const std::string& message);

  /// The whole file. `started`: UTC, as ISO 8601 has it.
  std::string text(double seconds, std::string started) const;

 private:
  void add(const std::string& test, const std::string& how);

  const std::string name_;
  std::int64_t all_ = 0, failures_ = 0, skipped_ = 0;
  std::string properties_, tests_;
};

}  // namespace docket
