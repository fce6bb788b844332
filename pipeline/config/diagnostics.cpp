#include "pipeline/config/diagnostics.h"

#include <algorithm>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

std::string place_of(const Diagnostic& diagnostic) {
  if (diagnostic.line == 0) return diagnostic.file;
  return diagnostic.file + ":" + std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column);
}

}  // namespace

Diagnostics::Diagnostics(std::string file, std::vector<std::string> overrides)
    : file_(std::move(file)), overrides_(std::move(overrides)) {}

Diagnostics::Found Diagnostics::found(const Position& position, const std::string& field,
                                      const std::string& message) const {
  constexpr std::size_t most = 4096;  // Bytes; names and texts of the file may have lines.
  const bool named_by_override = position.override > 0 && field == overrides_[position.override - 1];
  return {position, excerpt(field.empty() || named_by_override ? message : field + ": " + message, most)};
}

void Diagnostics::add(const Position& position, const std::string& field, const std::string& message) {
  Found found = this->found(position, field, message);
  if (std::find(found_.begin(), found_.end(), found) != found_.end())
    return;  // By two aliases of one anchor.
  if (full()) {
    ++more_;
  } else {
    found_.push_back(std::move(found));
  }
}

void Diagnostics::warn(const Position& position, const std::string& field, const std::string& message) {
  Found found = this->found(position, field, message);
  const bool is_known = std::find(warnings_.begin(), warnings_.end(), found) != warnings_.end();
  if (!is_known && warnings_.size() < most) warnings_.push_back(std::move(found));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> diagnostics = sorted(found_);
  if (more_ > 0) diagnostics.push_back({file_, 0, 0, "and " + std::to_string(more_) + " more errors"});
  return diagnostics;
}

bool Diagnostics::concern(const std::string& setting) const {
  return std::ranges::any_of(found_, [&](const Found& one) {
    return one.message.starts_with(setting + ":") || one.message.starts_with(setting + ".");
  });
}

std::vector<Diagnostic> Diagnostics::warnings() const { return sorted(warnings_); }

std::vector<Diagnostic> Diagnostics::sorted(std::vector<Found> all) const {
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
  return diagnostics;
}

std::string Diagnostics::place(const Position& position) const {
  if (position.override > 0) return "--set " + overrides_[position.override - 1];
  return place_of({file_, position.line, position.column, {}});
}

std::string to_string(const Diagnostic& diagnostic) {
  return place_of(diagnostic) + ": " + diagnostic.message;
}

}  // namespace docket
