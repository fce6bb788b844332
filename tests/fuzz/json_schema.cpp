// A JSON Schema and a value, in one JSON array: what the linter accepts can be validated with.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "pipeline/json/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nlohmann::json input = nlohmann::json::parse(data, data + size, nullptr, false);
  if (!input.is_array() || input.size() != 2) return 0;
  if (!docket::lint_schema(input[0]).empty()) return 0;
  for (const docket::SchemaProblem& problem : docket::Schema(input[0]).validate(input[1])) {
    if (problem.message.starts_with("the schema is not valid")) std::abort();
  }
  return 0;
}
