#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/rules/labels.h"

namespace docket {
class Pattern;
}

namespace docket::rules {

/// What a value of a property looks like. Taken from `type`, `enum`, `format` or `x-format` (date,
/// currency-amount, currency, iban, vat-id, email, uri, identifier, party, text), `pattern`, and where none
/// of these says it, from the property's name (`…_date`, `…_number`, `iban`, …).
enum class Shape {
  text,        ///< Whatever stands beside the label.
  identifier,  ///< A word with a digit in it.
  party,       ///< Name of a person or an organisation.
  date,
  amount,  ///< A number that is money: no per cent, no quantity with a unit.
  number,
  integer,
  boolean,
  choice,  ///< One of `enum`.
  currency,
  iban,
  vat_id,
  email,
  url,
  unsupported,  ///< Arrays and objects.
};

/// On which side of a letter a party stands; from `x-role: sender | recipient`.
enum class Role { none, sender, recipient };

/// One property of the user's schema. Beside the keywords of JSON Schema it reads
///   x-labels       words that stand beside the value: a list, or a mapping of language to list
///   x-weak-labels  words that stand beside the value, but as often beside another; same forms
///   x-not-labels   words that stand beside a value which is not this one; same forms
///   x-follows      name of a property whose value stands right before this one: "Invoice 4711 of 5 March
///   2024" x-part-of      name of a party property: this value is written with that party's name and address
///   x-sum          true: where no single value fits the checks, the sum of all values beside the labels may
/// The property's name and its `title` are labels too; of a property without any labels of its own the name
/// says what is looked for, see concepts.h. `$ref`, `allOf`, `anyOf`, `oneOf` and `nullable` are resolved
/// before.
struct Property {
  std::string name;
  Shape shape = Shape::text;
  Role role = Role::none;
  bool may_be_sum = false;
  bool whole = false;                           ///< An amount that must be an integer.
  bool with_time = false;                       ///< A date that must have a time: `format: date-time`.
  bool as_text = false;                         ///< An amount that is to be given as text: "385.20".
  std::optional<std::size_t> follows, part_of;  ///< Into SchemaView::properties.
  std::optional<double> minimum, maximum;
  std::size_t max_length = 300;            ///< Bytes.
  std::shared_ptr<const Pattern> pattern;  ///< Null: none.
  std::vector<nlohmann::json> choices;
  std::vector<std::string> types;  ///< That its values may have; empty: any.
};

/// Whether the property's schema has this type among those it allows.
bool allows_type(const Property& property, const nlohmann::json& value);

/// A user's schema as the rules tier reads it. Immutable, shared by threads.
struct SchemaView {
  std::vector<Property> properties;
  LabelIndex labels;   ///< Owners are positions in `properties`.
  LabelIndex choices;  ///< Spellings of enum values. Owners are positions in `properties`, in the high 16
                       ///< bits, and in `Property::choices`, in the low ones.
};

/// Never fails: what it does not understand it leaves out.
std::shared_ptr<const SchemaView> read_schema(const nlohmann::json& schema);

}  // namespace docket::rules
