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

Error ambiguous(const std::string& typed, const std::vector<std::string>& found) {
  return {ErrorClass::config, typed + ": several documents have this name in another spelling: " +
                                  joined(found, ", ") + "; write one of them"};
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
    if (found.size() > 1) return ambiguous(typed, found);
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
