#include "pipeline/run/missing.h"

#include <algorithm>

#include "pipeline/run/find_document.h"
#include "pipeline/support/file_names.h"

namespace docket {

Result<std::vector<std::string>> missing_documents(LedgerDatabase& ledger, DocumentSet known,
                                                   const InputOptions& input, const std::stop_token& stop,
                                                   const std::function<void(const std::string&)>& warn) {
  Result<std::vector<LedgerDocument>> places = select_places(ledger, known);
  if (!places) return places.error();
  std::vector<bool> named(places->size());
  const auto position = [&](const std::string& path) -> std::optional<std::size_t> {
    const auto found = std::ranges::lower_bound(*places, path, {}, &LedgerDocument::path);
    if (found == places->end() || found->path != path) return std::nullopt;
    return static_cast<std::size_t>(found - places->begin());
  };
  Inputs inputs(input, warn);
  while (const std::optional<Input> one = inputs.next(stop))
    if (const auto found = position(one->path)) named[*found] = true;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const LedgerDocument& place = (*places)[i];
    if (place.parent) {  // Its path begins with that of its outer document, which is before it.
      const auto outer = position(*place.parent);
      named[i] = place.listed && outer && named[*outer];
    }
    if (!named[i]) missing.push_back(place.path);
  }
  return missing;
}

namespace {

/// A file that an INPUT of a run named, and that failed.
bool is_failure_of_an_input(const LedgerDocument& document) {
  return document.outcome == Outcome::failed && !document.in_input && !document.parent;
}

}  // namespace

bool is_forgotten_without_file(const LedgerDocument& document) {
  return document.in_input || is_failure_of_an_input(document);
}

Result<std::vector<std::string>> lost_failures(LedgerDatabase& ledger, const std::filesystem::path& project) {
  std::vector<std::string> lost;
  const auto look = [&](const LedgerDocument& document) {
    if (is_failure_of_an_input(document) && !is_there(file_of(document.path, project)))
      lost.push_back(document.path);
  };
  if (auto failed = select_unfinished(ledger, look)) return *failed;
  return lost;
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
