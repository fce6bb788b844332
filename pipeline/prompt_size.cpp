#include "pipeline/prompt_size.h"

#include <nlohmann/json.hpp>

#include "pipeline/json/schema.h"

namespace docket {

std::int64_t bytes_of(const Prompt& prompt) {
  std::size_t bytes = prompt.system.size() + prompt.task.size() + prompt.diagnostic.size();
  for (const PromptPart& part : prompt.document)
    bytes += part.text.size();
  if (prompt.schema)
    bytes += prompt.schema->document().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size();
  return static_cast<std::int64_t>(bytes);
}

}  // namespace docket
