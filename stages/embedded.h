#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/dates.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"
#include "stages/excerpt.h"

namespace docket::stages {

/// The tier of values that stand in the XML of an e-invoice: the strongest, and nobody is asked.
inline constexpr std::string_view embedded_tier = "embedded";

/// What `details` of an answer says of such a value.
bool is_embedded(const nlohmann::json& detail);

/// Whether a property of the schema is mapped to a term of e-invoices.
bool maps_einvoice(const nlohmann::json& schema);

/// What is wrong with the first `x-einvoice` of a schema that names no term, or one that cannot be this
/// property's: an Error (class `config`). `schema` has its properties in the open.
std::optional<Error> wrong_einvoice_term_in(const nlohmann::json& schema);

/// What a schema's properties are in an e-invoice: `x-einvoice: BT-112` on a property, `BG-25` on a list with
/// terms of that group on the members of its items. Immutable, shared by threads.
class EinvoiceMapping {
 public:
  /// `schema` has its properties in the open.
  explicit EinvoiceMapping(const nlohmann::json& schema);

  /// What `einvoice` (as in a record) says of them, in the shape of every answer, `{fields, details}`: only
  /// of those that it answers. A value has the property's type; its evidence is the term and the attachment,
  /// with the first place of `text` that says the same. Null: it answers none.
  nlohmann::json answer(const nlohmann::json& einvoice, const Text& text, DayMonth dates) const;

 private:
  std::map<std::string, nlohmann::json> properties_;  ///< Those that are mapped, without references.
};

/// The part of an excerpt that is still to be asked about: all fields but those of which the document itself
/// says the value; `is_again`: of which it says one that is accepted. None: nothing is left.
std::optional<Excerpt> left_beside_embedded(const Excerpt& excerpt, const nlohmann::json& properties,
                                            const nlohmann::json& output, bool is_again);

/// Whether what is printed says the same as an embedded value: in other letters, with more words around it,
/// rounded to the cent, of a credit note also with the other sign.
bool is_same_in_print(const nlohmann::json& embedded, const nlohmann::json& printed,
                      const nlohmann::json& signals);

/// A value as a message shows it: 119.00, RE-1001.
std::string shown_value(const nlohmann::json& value);

}  // namespace docket::stages
