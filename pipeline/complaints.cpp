#include "pipeline/complaints.h"

#include <algorithm>

namespace docket {

Complaints::Complaints(std::string file, std::vector<std::string> overrides)
    : file_(std::move(file)), overrides_(std::move(overrides)) {}

void Complaints::add(const Position& position, const std::string& field, const std::string& message) {
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

std::vector<Complaint> Complaints::sorted() const {
  std::vector<Found> all = found_;
  std::stable_sort(all.begin(), all.end(),
                   [](const Found& a, const Found& b) { return a.position < b.position; });
  std::vector<Complaint> complaints;
  for (Found& found : all) {
    const Position& position = found.position;
    if (position.override > 0) {
      complaints.push_back({"--set " + overrides_[position.override - 1], 0, 0, std::move(found.message)});
    } else {
      complaints.push_back({file_, position.line, position.column, std::move(found.message)});
    }
  }
  if (more_ > 0) complaints.push_back({file_, 0, 0, "and " + std::to_string(more_) + " more mistakes"});
  return complaints;
}

std::string to_string(const Complaint& complaint) {
  std::string place = complaint.file;
  if (complaint.line > 0)
    place += ":" + std::to_string(complaint.line) + ":" + std::to_string(complaint.column);
  return place + ": " + complaint.message;
}

}  // namespace docket
