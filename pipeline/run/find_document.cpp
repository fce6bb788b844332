#include "pipeline/run/find_document.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/run/inputs.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/unicode_form.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

/// Names under which it may be known, the likeliest first.
std::vector<std::string> names_for(const std::string& typed, const fs::path& project) {
  const fs::path current = fs::current_path();
  std::vector<std::string> names = {typed, fs::path(typed).lexically_normal().string(),
                                    document_path(typed, current, project),
                                    document_path(project / typed, current, project)};
  names.push_back(document_path(without_links(typed), current, without_links(project)));
  return names;
}

/// `how`: they have the name.
Error ambiguous(const std::string& typed, std::vector<std::string> found, const std::string& how) {
  constexpr std::size_t most_named = 10;
  const std::size_t rest = found.size() - std::min(found.size(), most_named);
  found.resize(found.size() - rest);
  return {ErrorClass::config,
          typed + ": several documents have this name" + how + ": " + joined(found, ", ") +
              (rest > 0 ? " and " + std::to_string(rest) + " more" : "") + "; write one of them"};
}

/// Of those that a path with so many capitals ends with, whole names only.
std::vector<std::string> ending_with(const std::string& typed, const std::vector<std::string>& known,
                                     LetterCase letters) {
  const std::string end = "/" + comparable(fs::path(typed).lexically_normal().string(), letters);
  std::vector<std::string> found;
  for (const std::string& path : known)
    if (comparable(path, letters).ends_with(end)) found.push_back(path);
  return found;
}

/// A file that is there is meant itself, whether a run has seen it or not.
bool may_be_an_end(const std::string& typed, const fs::path& project) {
  const std::string first = typed.empty() ? "" : fs::path(typed).begin()->string();
  if (first.empty() || first == "/" || first == "." || first == "..") return false;
  return !is_there(typed) && !is_there(project / typed);
}

}  // namespace

Result<std::optional<std::string>> find_document(LedgerDatabase& ledger, const std::string& typed,
                                                 const fs::path& project) {
  const std::vector<std::string> names = names_for(typed, project);
  for (const std::string& name : names) {
    const Result<std::optional<LedgerDocument>> found = select_document(ledger, name);
    if (!found) return found.error();
    if (*found) return std::optional(name);
  }
  const Result<std::vector<std::string>> known = select_paths(ledger, DocumentSet::all);
  if (!known) return known.error();
  for (const LetterCase letters : {LetterCase::counts, LetterCase::ignored}) {
    std::vector<std::string> same;
    for (const std::string& name : names)
      same.push_back(comparable(name, letters));
    std::vector<std::string> found;
    for (const std::string& path : *known)
      if (std::ranges::find(same, comparable(path, letters)) != same.end()) found.push_back(path);
    if (found.size() > 1) return ambiguous(typed, found, " in another spelling");
    if (!found.empty()) return std::optional(std::move(found.front()));
  }
  return std::optional<std::string>();
}

Result<std::optional<std::string>> find_document_by_end(LedgerDatabase& ledger, const std::string& typed,
                                                        const fs::path& project) {
  const Result<std::optional<std::string>> whole = find_document(ledger, typed, project);
  if (!whole || *whole || !may_be_an_end(typed, project)) return whole;
  const Result<std::vector<std::string>> known = select_paths(ledger, DocumentSet::all);
  if (!known) return known.error();
  for (const LetterCase letters : {LetterCase::counts, LetterCase::ignored}) {
    std::vector<std::string> found = ending_with(typed, *known, letters);
    if (found.size() > 1) return ambiguous(typed, std::move(found), "");
    if (!found.empty()) return std::optional(std::move(found.front()));
  }
  return std::optional<std::string>();
}

Result<std::optional<std::string>> find_unended_document(LedgerDatabase& ledger, const std::string& typed,
                                                         const fs::path& project) {
  for (std::string& name : names_for(typed, project)) {
    const Result<std::vector<LedgerCall>> calls = select_calls(ledger, name);
    if (!calls) return calls.error();
    if (!name.empty() && !calls->empty()) return std::optional(std::move(name));
  }
  return std::optional<std::string>();
}

std::filesystem::path file_of(const std::string& name, const std::filesystem::path& project) {
  const std::filesystem::path file = project / name;
  std::error_code ignored;
  return std::filesystem::exists(file, ignored) ? file : std::filesystem::absolute(name);
}

}  // namespace docket
