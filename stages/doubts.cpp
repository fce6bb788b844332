#include "stages/doubts.h"

#include <algorithm>

namespace docket::stages {

std::string reason_of(const Doubt& doubt) {
  std::string reason(doubt.kind);
  std::ranges::replace(reason, '_', ' ');
  return doubt.about.empty() ? reason : reason + ": " + doubt.about;
}

}  // namespace docket::stages
