#include "pipeline/support/path_patterns.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/unicode_form.h"

namespace docket {

namespace fs = std::filesystem;

/// A pattern in its shortest form.
struct PathPatterns::Pattern {
  fs::path folder;  ///< Where it begins.
  std::vector<std::string> components;
  std::size_t position = 0;  ///< Among all that were added.
  bool at_any_depth = false;
  bool has_wildcards = false;

  std::string text() const {
    std::string text;
    for (const std::string& component : components)
      text += (text.empty() ? "" : "/") + component;
    return text;
  }
};

namespace {

/// `path` and the folders above it, as long as `met` is false; then true.
template <class Meet>
bool meets_on_the_way_up(std::string_view path, const Meet& meet) {
  for (;;) {
    if (meet(path)) return true;
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || path == "/") return false;
    path = path.substr(0, slash == 0 ? 1 : slash);
  }
}

/// A '[' that no ']' ends, outside of a set.
bool has_open_bracket(std::string_view pattern) {
  for (std::size_t at = pattern.find('['); at != std::string_view::npos; at = pattern.find('[', at)) {
    ++at;
    if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
    at = pattern.find(']', at + 1);
    if (at == std::string_view::npos) return true;
  }
  return false;
}

/// `pattern` without its sets, each of which stands for one character.
std::string without_sets(std::string_view pattern) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const std::size_t end = pattern[at] == '[' ? pattern.find(']', at + 2) : std::string_view::npos;
    text += end == std::string_view::npos ? pattern[at] : '?';
    if (end != std::string_view::npos) at = end;
  }
  return text;
}

}  // namespace

std::string doubt_about(std::string_view pattern, PathPatterns::Use use) {
  if (has_open_bracket(pattern)) return "a '[' has no ']'; for the character write [[]";
  if (use == PathPatterns::Use::choose) return "";
  const std::string plain = without_sets(pattern);
  const auto has = [&](std::string_view part) { return plain.find(part) != std::string::npos; };
  const std::size_t brace = plain.find('{'), dollar = plain.find('$');
  if (has("\\"))
    return "'\\' takes the meaning off nothing and parts no folders; write '/' between folders, [*] for a "
           "'*', "
           "and [\\] if a name has a '\\'";
  if (brace != std::string::npos && plain.find(',', brace) < plain.find('}', brace))
    return "'{a,b}' is no choice here; write a condition for each, or [{] for the character";
  if (has("|") || has("**,") || has("**;"))
    return "one pattern is no list; write a condition for each, or [|] [,] [;] for the character";
  if (plain.starts_with('!'))
    return "a leading '!' does not turn a pattern round; write [!] for the character";
  if (plain.starts_with('^') || plain.ends_with('$') || ("/" + plain + "/").find("/.*/") != std::string::npos)
    return "it is a glob and no regular expression: hr/** is all below hr; write [^], [$] or [.] for the "
           "character";
  if (dollar != std::string::npos && dollar + 1 < plain.size() && is_alpha(plain[dollar + 1]))
    return "a variable is written ${NAME}; write [$] for the character";
  if (has("://")) return "an address is no path; write the path alone";
  return "";
}

PathPatterns::PathPatterns(fs::path folder, Use use, LetterCase letters)
    : folder_(std::move(folder)),
      real_folder_(without_links(folder_)),
      current_(fs::current_path()),
      use_(use),
      letters_(letters) {}

std::optional<std::string> PathPatterns::add(std::string_view text) {
  const std::size_t position = count_++;
  if (auto wrong = add(text, position)) return wrong;
  if (const std::string wide = widely_comparable(text); use_ == Use::protect && wide != text)
    static_cast<void>(add(wide, position));  // Where it means nothing, the pattern itself still does.
  return std::nullopt;
}

std::optional<std::string> PathPatterns::add(std::string_view text, std::size_t position) {
  if (trim(text).empty()) return "it is empty; write what is meant, such as inbox/** or *.pdf";
  if (text.find('\0') != std::string_view::npos) return "it contains a NUL character";
  if (text == "~" || text.starts_with("~/"))
    return "'~' means no folder here; write its whole path, or ${HOME}";
  Pattern pattern;
  pattern.position = position;
  pattern.folder = text.starts_with('/') ? fs::path("/") : folder_;
  pattern.at_any_depth = text.find('/') == std::string_view::npos && text != "." && text != "..";
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string component(text.substr(begin, end - begin));
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component != "..") {
      pattern.components.push_back(component);
    } else if (pattern.components.empty()) {
      if (pattern.folder == "/") return "its '..' lead out of the root folder; write the path without them";
      pattern.folder = pattern.folder.parent_path();
    } else if (Glob::is_pattern(pattern.components.back())) {
      return "a '..' follows a wildcard, which may stand for any folder; write the path without '..'";
    } else {
      pattern.components.pop_back();
    }
  }
  // Without a component it is the folder: all that is below.
  if (text.ends_with('/') && !pattern.components.empty() && Glob::is_pattern(pattern.components.back()))
    pattern.components.emplace_back("**");
  for (const std::string& component : pattern.components)
    pattern.has_wildcards = pattern.has_wildcards || Glob::is_pattern(component);
  if (pattern.has_wildcards) add_globs(pattern);
  add_name(pattern);  // A file may be called `a[1].txt`: it is meant by its name.
  return std::nullopt;
}

void PathPatterns::add_name(const Pattern& pattern) {
  if (pattern.at_any_depth) names_.emplace(comparable(pattern.text(), letters_), pattern.position);
  const std::string path =
      (pattern.components.empty() ? pattern.folder : pattern.folder / pattern.text()).string();
  paths_.emplace(comparable(path, letters_), pattern.position);
  for (const std::string& place : places_meant(path))
    if (place != path) paths_.emplace(comparable(place, letters_), pattern.position);
}

/// Where a path of a pattern leads, in any spelling that counts.
std::vector<std::string> PathPatterns::places_meant(const std::string& path) const {
  if (use_ == Use::choose) {  // A file that is a link is a document of its own.
    const fs::path typed(path);
    std::error_code ignored;
    const bool is_folder = fs::is_directory(typed, ignored);
    return {is_folder ? without_links(typed).string()
                      : (without_links(typed.parent_path()) / typed.filename()).string()};
  }
  std::vector<std::string> all;
  for (const std::string& there : FileNames(letters_).find(path))
    for (std::string& place : places_of(there))
      all.push_back(std::move(place));
  return all;
}

void PathPatterns::add_globs(const Pattern& pattern) {
  const std::string text = pattern.text();
  const bool ends_with_name = !Glob::is_pattern(pattern.components.back());
  std::vector<std::string> texts = {text};
  if (ends_with_name || use_ == Use::protect) texts.push_back(text + "/**");
  for (const std::string& each : texts) {
    if (pattern.at_any_depth) {
      deep_globs_.emplace_back(Glob("**/" + each, Glob::Use::match, letters_), pattern.position);
      continue;
    }
    const Glob glob = Glob::in(pattern.folder.string(), each, Glob::Use::match, letters_);
    for (const std::string& place : places_meant(glob.root()))
      if (place != glob.root()) globs_.emplace_back(glob.with_root(place), pattern.position);
    globs_.emplace_back(glob, pattern.position);
  }
}

/// Tells `met` the positions of the patterns that mean the file, until it returns true.
template <class Meet>
bool PathPatterns::meet(const std::string& file, const Meet& met) const {
  if (use_ == Use::protect)
    return std::ranges::any_of(places_of(file), [&](const std::string& place) {
      const std::string wide = widely(place);
      return meet_place(place, met) || (wide != place && meet_place(wide, met));
    });
  if (meet_place(file, met)) return true;
  const std::string_view deep = below_folder(file);
  const bool is_below = deep.size() < file.size();
  return is_below && real_folder_ != folder_ && meet_place((real_folder_ / deep).string(), met);
}

template <class Meet>
bool PathPatterns::meet_place(const std::string& place, const Meet& met) const {
  const std::string_view deep = below_folder(place);
  const auto any_of = [&](const auto& patterns, const std::string& path) {
    const auto [begin, end] = patterns.equal_range(path);
    return std::any_of(begin, end, [&](const auto& one) { return met(one.second); });
  };
  if (!paths_.empty() && meets_on_the_way_up(comparable(place, letters_), [&](std::string_view path) {
        return any_of(paths_, std::string(path));
      }))
    return true;
  if (!names_.empty() && meets_on_the_way_up(comparable(deep, letters_), [&](std::string_view path) {
        return any_of(names_, std::string(path.substr(path.rfind('/') + 1)));
      }))
    return true;
  const auto fits = [&](std::string_view path) {
    return [&met, path](const auto& one) { return one.first.matches(path) && met(one.second); };
  };
  return std::ranges::any_of(globs_, fits(place)) || std::ranges::any_of(deep_globs_, fits(deep));
}

bool PathPatterns::contain(const std::string& file) const {
  return meet(file, [](std::size_t) { return true; });
}

bool PathPatterns::contain(const std::string& file, std::vector<bool>& met) const {
  bool any = false;
  meet(file, [&](std::size_t position) {
    met[position] = any = true;
    return false;
  });
  return any;
}

bool PathPatterns::contain_named(const std::string& name) const {
  if (name.starts_with('/')) return contain(name);
  const fs::path file = (folder_ / name).lexically_normal();
  if (folder_ == current_ || is_there(file)) return contain(file.string());
  return contain(file.string()) || contain((current_ / name).lexically_normal().string());
}

/// The name of a file in the form that all have that may mean the same. That of the folder stays.
std::string PathPatterns::widely(const std::string& place) const {
  const std::string_view deep = below_folder(place);
  return place.substr(0, place.size() - deep.size()) + widely_comparable(deep);
}

/// What a pattern without a slash looks at: folders above the pipeline's say nothing of a document.
std::string_view PathPatterns::below_folder(std::string_view place) const {
  for (const fs::path* folder : {&folder_, &real_folder_}) {
    const std::string& text = folder->native();
    if (place.size() > text.size() + 1 && place.starts_with(text) && place[text.size()] == '/')
      return place.substr(text.size() + 1);
  }
  return place;
}

}  // namespace docket
