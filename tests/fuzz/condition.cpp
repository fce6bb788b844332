// A jq expression: it compiles or is refused, and runs to an end.

#include "pipeline/json/condition.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

/// libjq's parser loses a string here and there when it refuses an expression.
extern "C" const char* __lsan_default_suppressions() { return "leak:libjq.so"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto condition = docket::Condition::compile(std::string(reinterpret_cast<const char*>(data), size));
  if (!condition) return 0;
  static const nlohmann::json record = {
      {"a", 1}, {"b", {{"c", {1, "x", nullptr}}}}, {"n", nullptr}, {"s", "text"}};
  (void)(*condition)->holds(record);
  (void)docket::evaluate_check(**condition, record);
  return 0;
}
