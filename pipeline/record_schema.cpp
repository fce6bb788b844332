#include "pipeline/record_schema.h"

namespace docket {

nlohmann::json record_schema_of(std::string_view definition) {
  static const nlohmann::json whole = nlohmann::json::parse(record_schema_files().front().content);
  nlohmann::json schema = whole.at("definitions").at(std::string(definition));
  schema["$id"] = definition;
  schema["definitions"] = whole.at("definitions");
  return schema;
}

}  // namespace docket
