// Bytes as YAML, and the same text as an expression: neither may crash, and a tree keeps to its budgets.

#include "pipeline/config/yaml.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pipeline/json/expression_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const docket::Yaml yaml = docket::parse_yaml(text);
  if (yaml.root &&
      (yaml.root->nodes > docket::most_yaml_nodes || yaml.root->bytes > 2 * docket::most_yaml_text)) {
    std::abort();
  }
  (void)docket::facts_of(text);
  return 0;
}
