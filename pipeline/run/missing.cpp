#include "pipeline/run/missing.h"

#include <algorithm>

namespace docket {

Result<std::vector<std::string>> missing_documents(LedgerDatabase& ledger, DocumentSet known,
                                                   const InputOptions& input, const std::stop_token& stop,
                                                   const std::function<void(const std::string&)>& warn) {
  Result<std::vector<std::string>> paths = select_paths(ledger, known);
  if (!paths) return paths;
  std::vector<bool> named(paths->size());
  Inputs inputs(input, warn);
  while (const std::optional<Input> one = inputs.next(stop)) {
    const auto found = std::ranges::lower_bound(*paths, one->path);
    if (found != paths->end() && *found == one->path)
      named[static_cast<std::size_t>(found - paths->begin())] = true;
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < named.size(); ++i)
    if (!named[i]) missing.push_back(std::move((*paths)[i]));
  return missing;
}

std::vector<std::string> sources_without_files(const InputOptions& input, const std::stop_token& stop) {
  std::vector<std::string> without;
  for (const std::string& source : input.sources) {
    if (source == "-") continue;
    InputOptions one = input;
    one.sources = {source};
    Inputs inputs(one, [](const std::string&) {});  // What cannot be listed is said when all are.
    if (!inputs.next(stop)) without.push_back(source);
  }
  return without;
}

}  // namespace docket
