#include "stages/stages.h"

namespace docket::stages {

StageKind classify();
StageKind escalate();
StageKind extract();
StageKind structured_extract();

std::span<const StageKind> all() {
  static const StageKind kinds[] = {extract(), classify(), structured_extract(), escalate()};
  return kinds;
}

}  // namespace docket::stages
