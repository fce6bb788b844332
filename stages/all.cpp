#include "stages/stages.h"

namespace docket::stages {

StageType classify();
StageType escalate();
StageType extract();
StageType structured_extract();

std::span<const StageType> all() {
  static const StageType types[] = {extract(), classify(), structured_extract(), escalate()};
  return types;
}

}  // namespace docket::stages
