#include "pipeline/support/file_names.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <vector>

#include "pipeline/support/suggest.h"

namespace docket {

namespace fs = std::filesystem;

namespace {
constexpr int most_links = 40;  ///< As many as Linux follows.
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

namespace {

/// `path` with another name in the place of the part that has so many behind it; empty: there is none.
fs::path with_name(const fs::path& path, std::size_t behind, const fs::path& name) {
  std::vector<fs::path> parts(path.begin(), path.end());
  if (behind >= parts.size()) return {};
  parts[parts.size() - 1 - behind] = name;
  fs::path changed;
  for (const fs::path& part : parts)
    changed /= part;
  return changed;
}

}  // namespace

std::string similar_name(const fs::path& path, const fs::path& typed) {
  fs::path folder = "/";
  const fs::path whole = (fs::current_path() / path).lexically_normal().relative_path();
  for (auto at = whole.begin(); at != whole.end(); ++at) {
    const fs::path& part = *at;
    if (!part.empty() && is_there(folder / part)) {
      folder /= part;
      continue;
    }
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
      names.push_back(entry->path().filename().string());
    std::ranges::sort(names);
    const auto found = nearest(part.string(), {names.begin(), names.end()});
    if (!found) return "";
    // An ending that both have makes no name like another.
    const std::string stem = fs::path(*found).stem().string();
    const bool ends_alike = fs::path(*found).extension() == part.extension();
    if (ends_alike && stem != part.stem() && !nearest(part.stem().string(), {stem})) return "";
    const auto behind = static_cast<std::size_t>(std::distance(at, whole.end()) - 1);
    const fs::path meant = with_name(typed.has_filename() ? typed : typed.parent_path(), behind, *found);
    const bool leads_there = !meant.empty() && is_there("/" / with_name(whole, behind, *found));
    return did_you_mean(leads_there ? meant.string() : std::string(*found));
  }
  return "";
}

const std::unordered_multimap<std::string, std::string>& FileNames::read(const fs::path& folder) {
  if (folder == folder_) return names_;
  folder_ = folder;
  names_.clear();
  std::error_code code;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
    std::string name = entry->path().filename().string();
    std::string key = comparable(name, letters_);
    names_.emplace(std::move(key), std::move(name));
  }
  return names_;
}

std::vector<std::string> FileNames::find(const std::string& path) {
  if (is_there(path)) return {path};
  std::vector<fs::path> found = {""};
  for (const fs::path& name : fs::path(path)) {
    std::vector<fs::path> next;
    for (const fs::path& folder : found) {
      if (name.empty() || is_there(folder / name)) {
        next.push_back(folder / name);
        continue;
      }
      const auto [begin, end] =
          read(folder.empty() ? "." : folder).equal_range(comparable(name.string(), letters_));
      for (auto same = begin; same != end; ++same)
        next.push_back(folder / same->second);
    }
    found = std::move(next);
  }
  std::vector<std::string> names;
  for (const fs::path& one : found)
    names.push_back(one.string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> places_of(const std::string& path) {
  std::vector<std::string> places = {path};
  std::error_code code;
  fs::path at = path;
  for (int links = 0; links < most_links && fs::is_symlink(fs::symlink_status(at, code)); ++links) {
    const fs::path target = fs::read_symlink(at, code);
    if (code) break;
    at = (at.parent_path() / target).lexically_normal();
    places.push_back(at.string());
  }
  if (const fs::path real = without_links(path); real != path) places.push_back(real.string());
  return places;
}

fs::path without_links(const fs::path& path) {
  std::error_code failed;
  fs::path real = fs::weakly_canonical(path, failed);
  return failed ? path.lexically_normal() : real;
}

}  // namespace docket
