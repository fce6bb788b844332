#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/json/expression_facts.h"

namespace docket {

/// What a JSON Schema says of a place in the values that it describes. A part of it that has an `$id` is a
/// schema of its own: its references are about itself. Outlived by the schema.
class SchemaView {
 public:
  explicit SchemaView(const nlohmann::json& schema) : parts_{{&schema, &schema}} {}

  /// The member of that name, or any element. No parts and not open: no value has such a member.
  SchemaView member(std::string_view name) const;
  SchemaView at(const JsonPath& path) const;

  /// The schema says nothing of the place.
  bool is_unknown() const { return open_ && parts_.empty(); }
  bool is_impossible() const { return !open_ && parts_.empty(); }
  /// The schema does not name it, but does not rule it out.
  bool is_open() const { return open_; }

  JsonKinds kinds() const;
  /// All the values that there can be, beside null; none: there is no such list.
  std::optional<nlohmann::json> values() const;
  /// Of its members, as far as they are listed.
  std::vector<std::string_view> names() const;
  /// True if a part lies in the schema with that `$id`.
  bool is_in(std::string_view id) const;

 private:
  struct Part {
    const nlohmann::json* node;
    const nlohmann::json* root;  ///< Of the references in it.
  };
  SchemaView() = default;
  void add(const nlohmann::json& node, const nlohmann::json& root, int depth = 0);
  std::vector<Part> resolved() const;

  std::vector<Part> parts_;
  bool open_ = false;
};

}  // namespace docket
