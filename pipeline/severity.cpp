#include "pipeline/severity.h"

#include <algorithm>

#include "pipeline/confidence.h"
#include "pipeline/json/member.h"

namespace docket {

Severity severity(const nlohmann::json& record) {
  double least = 1;
  for (const nlohmann::json& output : record)
    if (const nlohmann::json& confidence = member(output, "confidence"); confidence.is_number())
      least = std::min(least, confidence.get<double>());
  const nlohmann::json& score = member(member(record, "complexity"), "score");
  return {rounded(1 - least), score.is_number() ? score.get<double>() : 0};
}

}  // namespace docket
