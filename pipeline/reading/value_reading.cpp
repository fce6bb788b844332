#include "pipeline/reading/value_reading.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/json/member.h"
#include "pipeline/reading/codes.h"
#include "pipeline/reading/folded.h"
#include "pipeline/reading/quoted_boolean.h"
#include "pipeline/reading/quoted_choice.h"
#include "pipeline/reading/quoted_currency.h"
#include "pipeline/reading/quoted_date.h"
#include "pipeline/reading/quoted_number.h"
#include "pipeline/reading/quoted_text.h"

namespace docket {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

bool has_format(const json& property, std::initializer_list<std::string_view> formats) {
  for (const char* keyword : {"x-format", "format"}) {
    const json& format = member(property, keyword);
    if (format.is_string() &&
        std::ranges::find(formats, format.get_ref<const std::string&>()) != formats.end())
      return true;
  }
  return false;
}

NumbersMeant numbers_meant(const json& property) {
  const json& type = member(property, "type");
  if (type.is_string()) return type == "integer" ? NumbersMeant::integers : NumbersMeant::any;
  const auto allows = [&](const char* name) { return std::ranges::find(type, json(name)) != type.end(); };
  const bool only_integers = type.is_array() && allows("integer") && !allows("number");
  return only_integers ? NumbersMeant::integers : NumbersMeant::any;
}

/// A text that is a number: in an amount only the number decides, elsewhere the text may stand there as a
/// code.
ValueReading read_number_or_text(const std::string& value, double number, const json& property,
                                 const Passage& passage, const Writing& writing) {
  const auto read = [&](double one) {
    return read_number(json(one), numbers_meant(property), passage, writing);
  };
  const ValueReading as_number = read(number);
  const bool is_amount = has_format(property, {"currency-amount", "amount", "decimal"});
  if (is_amount) return as_number;
  const bool has_point = value.find('.') != std::string::npos;
  if (has_point && (as_number.says == Says::yes || read(-number).says == Says::yes)) return as_number;
  return read_text(value, passage);
}

ValueReading read_string(const std::string& value, const json& property, const Passage& passage,
                         const Writing& writing) {
  const json& choices = member(property, "enum");
  if (is_currency(value)) {
    const ValueReading reading = read_currency(value, passage, writing);
    if (reading.says == Says::yes || reading.others > 0) return reading;
  }
  if (choices.is_array() || property.contains("const"))
    return read_choice(value, choices.is_array() ? choices : json::array({property["const"]}), passage);
  if (looks_like_date(value)) {
    const ValueReading reading = read_date(value, passage, writing);
    if (reading.says == Says::yes || has_format(property, {"date", "date-time"})) return reading;
  } else if (has_format(property, {"date", "date-time"})) {
    return {};  // Words are no date.
  }
  if (has_format(property, {"iban"}) && !is_whole_iban(value)) return {};
  const std::optional<double> number = number_of(value);
  return number ? read_number_or_text(value, *number, property, passage, writing) : read_text(value, passage);
}

/// The weakest of what is said of each value in a list or object.
void read_inside(const json& value, const json& property, const Passage& passage, const Writing& writing,
                 ValueReading& weakest, bool& any) {
  if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty())) return;
  if (!value.is_structured()) {
    const ValueReading reading = read_value(value, property, passage, writing);
    weakest.says = std::min(weakest.says, reading.says);
    weakest.ambiguous = weakest.ambiguous || reading.ambiguous;
    any = true;
    return;
  }
  const json& members = member(property, "properties");
  const json& items = member(property, "items");
  for (const auto& [name, inner] : value.items())
    read_inside(inner, value.is_array() ? items : as_named(name, member(members, name)), passage, writing,
                weakest, any);
}

}  // namespace

json as_named(std::string_view name, json property) {
  const Folded words = fold(name_in_words(name));
  for (std::size_t at = 0; at < words.tokens.size(); ++at)
    if (words.token(at) == "iban" && property.is_object() && !property.contains("x-format"))
      property["x-format"] = "iban";
  return property;
}

ValueReading read_value(const json& value, const json& property, const Passage& passage,
                        const Writing& writing) {
  const Passage whole = whole_words(passage);
  if (value.is_number()) return read_number(value, numbers_meant(property), whole, writing);
  if (value.is_boolean()) return read_boolean(value.get<bool>(), whole);
  if (value.is_string()) return read_string(value.get_ref<const std::string&>(), property, whole, writing);
  if (!value.is_structured()) return {};
  ValueReading weakest{.says = Says::yes};
  bool any = false;
  read_inside(value, property, whole, writing, weakest, any);
  if (!any) weakest.says = Says::no;
  return weakest;
}

}  // namespace docket
