#include "pipeline/members.h"

#include <algorithm>
#include <unordered_set>

#include "pipeline/json/member.h"
#include "pipeline/support/utf8.h"

namespace docket {

namespace {

/// A name that leads out of its document would lead files of the output out of their folder.
bool leads_down(std::string_view name) {
  if (name.empty() || name.find('\0') != name.npos || !is_utf8(name)) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view component = name.substr(begin, end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    begin = end + 1;
  }
  return true;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::vector<Member> members_in(const nlohmann::json& output) {
  std::vector<Member> members;
  std::unordered_set<std::string> names;
  const nlohmann::json& files = member(output, "embedded_files");
  if (!files.is_array()) return members;
  for (const nlohmann::json& file : files) {
    Member found{text_member(file, "name"), text_member(file, "sha256"), 0};
    if (!leads_down(found.name) || !is_sha256(found.sha256) || !names.insert(found.name).second) continue;
    if (const nlohmann::json& bytes = member(file, "bytes"); bytes.is_number_integer())
      found.bytes = std::max<std::int64_t>(0, bytes.get<std::int64_t>());
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
