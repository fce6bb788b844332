#include "cli/report/reasons.h"

namespace docket {

using nlohmann::ordered_json;

std::string joined(const ordered_json& texts) {
  std::string result;
  for (const ordered_json& text : texts)
    result += (result.empty() ? "" : "; ") + text.get<std::string>();
  return result;
}

std::string held_reasons(const ordered_json& document) {
  const std::string reasons = joined(document["reasons"]), detail = document.value("detail", "");
  if (reasons.empty() || detail.empty()) return reasons + detail;
  return reasons + " (" + detail + ")";
}

std::string without_file_name(const std::string& message, const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1) + " ";
  return message.starts_with(name) ? message.substr(name.size()) : message;
}

}  // namespace docket
