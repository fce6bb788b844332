#include "pipeline/run/left_out.h"

#include <algorithm>

namespace docket {
namespace {

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

LeftOut::LeftOut(const std::vector<std::string>& exclude, const std::filesystem::path& project)
    : project_(project == "/" ? "/" : project.string() + '/') {
  for (const std::string& given : exclude) {
    std::filesystem::path path(given);
    if (given.starts_with("..")) path = project / path;
    std::string pattern = path.lexically_normal().string();
    while (pattern.size() > 1 && pattern.ends_with('/'))
      pattern.pop_back();
    if (pattern.starts_with(project_)) pattern.erase(0, project_.size());
    const bool by_name = pattern.find('/') == std::string::npos;
    exclude_.push_back({Glob(pattern, Glob::Use::match), by_name});
  }
}

bool LeftOut::fits(const Exclusion& exclusion, std::string_view path) const {
  const std::string_view below = path.starts_with(project_) ? path.substr(project_.size()) : path;
  return exclusion.glob.matches(exclusion.by_name ? name_of(path) : below);
}

bool LeftOut::excludes(std::string_view path) const {
  return std::ranges::any_of(exclude_, [&](const Exclusion& exclusion) { return fits(exclusion, path); });
}

bool LeftOut::covers(std::string_view path) const {
  if (exclude_.empty()) return false;
  if (excludes(path)) return true;
  const bool in_project = path.starts_with(project_);
  for (std::size_t end = path.rfind('/'); end != std::string_view::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    if (in_project && end < project_.size()) return false;
    // The name alone says nothing of folders that are no part of the project, such as /tmp.
    const auto fits_folder = [&](const Exclusion& exclusion) {
      return (in_project || !exclusion.by_name) && fits(exclusion, path.substr(0, end));
    };
    if (std::ranges::any_of(exclude_, fits_folder)) return true;
  }
  return false;
}

}  // namespace docket
