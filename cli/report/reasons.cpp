#include "cli/report/reasons.h"

#include <regex>
#include <utility>

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

std::string what_is_acknowledged(const ordered_json& report) {
  if (!report.contains("attention")) return "";  // Of an older docket.
  std::string text;
  for (const auto& [outcome, said] : {std::pair("failed", "failed"), std::pair("held", "is held")})
    if (report["attention"][outcome]["acknowledged"] != 0)
      text += (text.empty() ? "what " : " or ") + std::string(said);
  return text.empty() ? "" : text + " is acknowledged";
}

std::string without_file_name(const std::string& message, const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1) + " ";
  return message.starts_with(name) ? message.substr(name.size()) : message;
}

std::string without_counts(const std::string& reason) {
  static const std::regex counts(R"( \([0-9]{1,4} (attempts|answers)\))");
  return std::regex_replace(reason, counts, "");
}

void SharedReason::add(const std::string& reason) {
  if (++count_ == 1) first_ = reason;
  if (differ_ || reason == first_) return;
  are_equal_ = false;
  differ_ = without_counts(reason) != without_counts(first_);
}

std::string SharedReason::text() const {
  if (differ_ || count_ < 2) return "";
  return are_equal_ ? first_ : without_counts(first_);
}

}  // namespace docket
