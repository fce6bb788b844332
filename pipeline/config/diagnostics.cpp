#include "pipeline/config/diagnostics.h"

#include <algorithm>

namespace docket {

Diagnostics::Diagnostics(std::string file, std::vector<std::string> overrides)
    : file_(std::move(file)), overrides_(std::move(overrides)) {}

void Diagnostics::add(const Position& position, const std::string& field, const std::string& message) {
  const bool named_by_override = position.override > 0 && field == overrides_[position.override - 1];
  Found found{position, field.empty() || named_by_override ? message : field + ": " + message};
  if (std::find(found_.begin(), found_.end(), found) != found_.end())
    return;  // By two aliases of one anchor.
  if (full()) {
    ++more_;
  } else {
    found_.push_back(std::move(found));
  }
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Found> all = found_;
  std::stable_sort(all.begin(), all.end(),
                   [](const Found& a, const Found& b) { return a.position < b.position; });
  std::vector<Diagnostic> diagnostics;
  for (Found& found : all) {
    const Position& position = found.position;
    if (position.override > 0) {
      diagnostics.push_back({"--set " + overrides_[position.override - 1], 0, 0, std::move(found.message)});
    } else {
      diagnostics.push_back({file_, position.line, position.column, std::move(found.message)});
    }
  }
  if (more_ > 0) diagnostics.push_back({file_, 0, 0, "and " + std::to_string(more_) + " more errors"});
  return diagnostics;
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string place = diagnostic.file;
  if (diagnostic.line > 0)
    place += ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
  return place + ": " + diagnostic.message;
}

}  // namespace docket
