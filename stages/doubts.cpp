#include "stages/doubts.h"

#include <algorithm>

namespace docket::stages {

ReasonFilter::ReasonFilter(const StageConfig& escalate)
    : wanted_(escalate.settings.texts("reasons")),
      takes_all_((!escalate.settings.has("reasons") && escalate.when.empty()) ||
                 std::ranges::find(wanted_, all_doubts) != wanted_.end()) {}

bool ReasonFilter::takes(const Doubt& doubt) const {
  return takes_all_ || std::ranges::any_of(wanted_, [&](const std::string& wanted) {
           return wanted == doubt.kind || wanted == std::string(doubt.kind) + ": " + doubt.about;
         });
}

std::string reason_of(const Doubt& doubt) {
  std::string reason(doubt.kind);
  std::ranges::replace(reason, '_', ' ');
  return doubt.about.empty() ? reason : reason + ": " + doubt.about;
}

}  // namespace docket::stages
