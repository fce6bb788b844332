#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/json/schema.h"
#include "stages/excerpt.h"

namespace docket::stages {

/// A schema where no text is without an end, nor one inside a list or an object: at most `longest` characters
/// where it says nothing else.
nlohmann::json with_an_end(nlohmann::json schema, std::int64_t longest);

/// What an answer must look like.
struct AnswerForm {
  std::shared_ptr<const Schema> schema;
  std::shared_ptr<const std::string> longest;  ///< As Prompt::longest_answer.
};
AnswerForm form_of(nlohmann::json schema);

/// How models are asked for the fields of a schema. Immutable, shared by threads.
class FieldQuestions {
 public:
  /// `schema` is of an object, with its properties in the open.
  explicit FieldQuestions(std::shared_ptr<const nlohmann::json> schema);

  /// Each field is null or what is found of it, `{quote, value}`; of a list such an object for each row.
  AnswerForm answer(const Excerpt& excerpt) const;
  /// Of those who check what others have found: "ok", "not stated", or what is found instead; a field may be
  /// left out.
  AnswerForm review(const Excerpt& excerpt) const;
  /// What a template shows of the fields that are asked about.
  nlohmann::json described(const Excerpt& excerpt) const;

  const nlohmann::json& properties() const { return (*schema_)["properties"]; }
  /// A property's schema, without references.
  const nlohmann::json& resolved(const std::string& field) const { return resolved_.at(field); }

 private:
  nlohmann::json answer_schema(const Excerpt& excerpt) const;
  nlohmann::json object_of(nlohmann::json properties, nlohmann::json required) const;

  const std::shared_ptr<const nlohmann::json> schema_;
  nlohmann::json found_ = nlohmann::json::object();  ///< By field: the schema of what is found of it.
  nlohmann::json definitions_;                       ///< That these refer to.
  std::map<std::string, nlohmann::json> resolved_;
  AnswerForm all_;  ///< `answer`, of all fields.
};

inline constexpr const char* confirmed = "ok";  ///< In an answer of `review`.
inline constexpr const char* not_stated = "not stated";

}  // namespace docket::stages
