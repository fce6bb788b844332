#include "pipeline/ledger/stored_output.h"

#include <string>
#include <utility>

namespace docket {

using nlohmann::json;

json to_stored(const StageResult& result) {
  json stored = result.output;
  if (result.replaces) {
    stored["replaces"] = result.replaces->stage;
    stored["answer"] = result.replaces->answer;
  }
  return stored;
}

void from_stored(json stored, StageResult& result) {
  const bool replaces = stored.is_object() && stored.contains("answer") && stored.contains("replaces") &&
                        stored["replaces"].is_string();
  if (replaces) {
    result.replaces = {stored["replaces"].get<std::string>(), std::move(stored["answer"])};
    stored.erase("answer");
  }
  result.output = std::move(stored);
}

}  // namespace docket
