#include "pipeline/members.h"

#include "pipeline/json/member.h"

namespace docket {

namespace {

std::string text_of(const nlohmann::json& entry, const char* name) {
  const nlohmann::json& value = member(entry, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

std::vector<Member> members_in(const nlohmann::json& output) {
  std::vector<Member> members;
  const nlohmann::json& files = member(output, "embedded_files");
  if (!files.is_array()) return members;
  for (const nlohmann::json& file : files) {
    Member found{text_of(file, "name"), text_of(file, "sha256"), 0};
    if (found.name.empty() || found.sha256.empty()) continue;
    if (const nlohmann::json& bytes = member(file, "bytes"); bytes.is_number_integer())
      found.bytes = bytes.get<std::int64_t>();
    members.push_back(std::move(found));
  }
  return members;
}

bool is_container(const nlohmann::json& output) {
  const nlohmann::json& flag = member(output, "container");
  return flag.is_boolean() && flag.get<bool>();
}

std::string member_path(std::string_view outer, std::string_view name) {
  return std::string(outer) + '/' + std::string(name);
}

}  // namespace docket
