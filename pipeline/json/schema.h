#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace docket {

/// What is wrong, and where: `path` is a JSON Pointer into the document that was looked at.
struct SchemaProblem {
  std::string path;
  std::string message;
};

/// Says why `schema` is not a valid JSON Schema (draft 7, plus docket's `x-…` keywords); empty: it is.
std::vector<SchemaProblem> lint_schema(const nlohmann::json& schema);

/// A JSON Schema ready to validate. Immutable and shared by threads. The only file that knows valijson.
class Schema {
 public:
  /// `schema` must be valid by `lint_schema`.
  explicit Schema(nlohmann::json schema);
  ~Schema();
  /// Every violation; empty: `value` is valid.
  std::vector<SchemaProblem> validate(const nlohmann::json& value) const;
  const nlohmann::json& document() const { return document_; }

 private:
  struct Compiled;
  nlohmann::json document_;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace docket
