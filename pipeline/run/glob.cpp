#include "pipeline/run/glob.h"

#include <fnmatch.h>

#include <algorithm>

namespace docket {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) components.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return components;
}

bool fits(const std::string& pattern, const std::string& name) {
  if (pattern == "**") return name[0] != '.';
  return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  if (pattern.starts_with('/')) root_ = "/";
  for (std::string& component : split(pattern)) {
    if (!components_.empty() || is_pattern(component)) {
      components_.push_back(std::move(component));
    } else {
      if (!root_.empty() && root_ != "/") root_ += '/';
      root_ += component;
    }
  }
  if (components_.empty()) {  // No pattern at all: the last component is the file.
    const std::size_t slash = root_.rfind('/');
    components_.push_back(root_.substr(slash == std::string::npos ? 0 : slash + 1));
    root_ = slash == std::string::npos ? "" : root_.substr(0, std::max<std::size_t>(slash, 1));
  }
}

Glob Glob::below(std::string folder) {
  Glob glob;
  while (folder.size() > 1 && folder.ends_with('/'))
    folder.pop_back();
  glob.root_ = std::move(folder);
  glob.components_ = {"**", "*"};
  return glob;
}

bool Glob::is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

Glob::Places Glob::closure(Places places) const {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t place = places[i];
    const bool any_depth = place + 1 < components_.size() && components_[place] == "**";
    if (any_depth && std::ranges::find(places, place + 1) == places.end()) places.push_back(place + 1);
  }
  return places;
}

Glob::Places Glob::enter(const Places& places, const std::string& folder) const {
  Places next;
  for (const std::size_t place : places) {
    if (!fits(components_[place], folder)) continue;
    const std::size_t to = components_[place] == "**" ? place : place + 1;
    if (to < components_.size() && std::ranges::find(next, to) == next.end()) next.push_back(to);
  }
  return closure(std::move(next));
}

bool Glob::accepts(const Places& places, const std::string& file) const {
  return std::ranges::any_of(places, [&](std::size_t place) {
    return place + 1 == components_.size() && fits(components_[place], file);
  });
}

bool Glob::matches(std::string_view path) const {
  if (!root_.empty()) {
    if (!path.starts_with(root_)) return false;
    path.remove_prefix(root_.size());
    if (root_ != "/" && !path.starts_with('/')) return false;
  } else if (path.starts_with('/')) {
    return false;
  }
  const std::vector<std::string> components = split(path);
  if (components.empty()) return false;
  Places places = start();
  for (std::size_t i = 0; i + 1 < components.size(); ++i)
    places = enter(places, components[i]);
  return accepts(places, components.back());
}

bool matches_document(const std::string& glob, const std::string& path) {
  if (glob.find('/') != std::string::npos) return Glob(glob).matches(path);
  return fnmatch(glob.c_str(), path.substr(path.rfind('/') + 1).c_str(), 0) == 0;
}

}  // namespace docket
