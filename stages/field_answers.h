#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "stages/evidence.h"
#include "stages/field_questions.h"
#include "stages/tiers.h"

namespace docket::stages {

/// What a model says of the fields of a schema, in the shape of every answer, `{fields, details}`; put
/// together from its answers about pieces of a document.
class FieldAnswers {
 public:
  FieldAnswers(const FieldQuestions& questions, const TierAnswers& said, EvidenceReader& evidence);

  /// What answer `number` says of a field: null, `{quote, value}`, or a list of these.
  void add(const std::string& field, std::size_t number, const nlohmann::json& found);
  /// It says `value`; `detail` is what is known of that. Of several values the one with the best evidence is
  /// taken, the others are shown; those with evidence count against it.
  void add_value(const std::string& field, nlohmann::json value, nlohmann::json detail);
  /// Adds what is known of how sure the model was of all at `place` of answer `number`.
  void add_probability(std::size_t number, const nlohmann::json::json_pointer& place,
                       nlohmann::json& detail) const;

  nlohmann::json take() { return std::move(joined_); }

 private:
  void add_rows(const std::string& field, std::size_t number, const nlohmann::json& rows);
  nlohmann::json detail_of(const std::string& field, const nlohmann::json::json_pointer& place,
                           std::size_t number, const nlohmann::json& found);

  const FieldQuestions& questions_;
  const TierAnswers& said_;
  EvidenceReader& evidence_;
  nlohmann::json joined_;
};

}  // namespace docket::stages
