#include "stages/again.h"

#include <utility>

namespace docket::stages {

using nlohmann::json;

Result<std::vector<Request>> Again::advance_with(const Excerpt& excerpt, Document& document, const Turn& turn,
                                                 StageResult& result) const {
  const json known = turn.record.value(id_, json());
  if (turn.number == 0) result.output = known;  // The model's answer is joined to what is known.
  Result<std::vector<Request>> requests = stage_->advance_with(excerpt, document, turn, result);
  if (!requests || !requests->empty()) return requests;
  const json before = known.is_object() ? known : json::object();
  json superseded = type_.superseded(before, result.output);
  result.replaces = {id_, std::move(result.output)};
  result.output = {
      {"replaces", id_}, {"before", type_.summary(before)}, {"superseded", std::move(superseded)}};
  return requests;
}

}  // namespace docket::stages
