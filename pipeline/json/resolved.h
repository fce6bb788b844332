#pragma once
#include <nlohmann/json_fwd.hpp>

namespace docket {

/// What a schema says of a value through `$ref`, `allOf`, `anyOf` and `oneOf`, as keywords of one object, for
/// those who look for a value of that kind. Generators of schemas write "a number or nothing" in many ways:
///
///     {"anyOf": [{"type": "number"}, {"type": "null"}]}    {"type": "number", "nullable": true}
///     {"$ref": "#/$defs/Amount", "title": "Total"}         {"allOf": [{"$ref": "#/definitions/Amount"}]}
///
/// become {"type": ["number", "null"], …}. A `$ref` leads into `root`; what stands beside it goes before what
/// it leads to. Of several alternatives all types are kept, their `enum` if each has one, and the other
/// keywords where all that are not null have the same; `const` becomes `enum`. One level only: what
/// `properties` and `items` hold is left as it is. A schema that is not sound, or leads back to itself, says
/// nothing; what it lacks it does not constrain, so this is no validator.
nlohmann::json resolved(const nlohmann::json& schema, const nlohmann::json& root);

/// What a `$ref` leads to within `root`; null: nowhere in it.
const nlohmann::json* target_of(const nlohmann::json& reference, const nlohmann::json& root);

/// The schema of an object with `properties` and `required` in the open, where the root itself is only a
/// reference or put together of parts. Everything else stays where references expect it.
nlohmann::json with_open_root(nlohmann::json root);

}  // namespace docket
