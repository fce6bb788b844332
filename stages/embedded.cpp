#include "stages/embedded.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "pipeline/business_terms.h"
#include "pipeline/json/member.h"
#include "pipeline/reading/folded.h"
#include "pipeline/reading/quoted_date.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"
#include "stages/printed.h"
#include "stages/resolved_schema.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr const char* keyword = "x-einvoice";
constexpr double half_a_cent = 0.005;
constexpr std::size_t least_common_letters = 3;  ///< Of two names, where one has the other in it.

/// Empty: the property itself is not mapped.
std::string term_of(const json& property) { return text_member(property, keyword); }

bool is_mapped(const json& property) {
  if (!term_of(property).empty()) return true;
  const json& members = member(property, "properties");
  return std::ranges::any_of(members, [](const json& inner) { return is_mapped(inner); });
}

Error wrong_term(const std::string& where, const std::string& message) {
  return {ErrorClass::config, "schema: " + where + ": `" + keyword + "` " + message};
}

std::optional<Error> wrong_term_in(const std::string& where, const json& property, std::string_view group) {
  const json& given = member(property, keyword);
  if (!given.is_null() && !given.is_string())
    return wrong_term(where, "must be the id of one term, such as \"BT-112\"");
  const std::string id = term_of(property);
  const BusinessTerm* const term = business_term(id);
  if (!id.empty() && term == nullptr)
    return wrong_term(where, "names '" + id + "', which is no business term that docket reads" +
                                 did_you_mean(meant_business_term(id)) + "; docs/einvoices.md lists them");
  const bool is_list = has_type(property, "array");
  const bool is_group = term != nullptr && term->kind == BusinessTerm::Kind::group;
  if (is_group && !is_list)
    return wrong_term(where, "names " + id + " (" + std::string(term->name) +
                                 "), which has several rows: it is for a list");
  if (term != nullptr && !group.empty() && term->group != group)
    return wrong_term(where, "names " + id + " (" + std::string(term->name) + "), which is no member of " +
                                 std::string(group));
  const json& items = member(property, "items");
  if (term != nullptr && is_list && !is_group && is_mapped(items))
    return wrong_term(
        where, "names " + id + ", one value; members of a list's items are terms of a group, such as BG-25");
  const json& members = member(is_list ? items : property, "properties");
  for (const auto& [name, inner] : members.items()) {
    if (is_list && !is_group && is_mapped(inner))
      return wrong_term(where,
                        "is missing: it says which group of terms the list's items are, such as BG-25");
    if (auto wrong = wrong_term_in(where + (is_list ? "/items" : "") + "/properties/" + name, inner,
                                   is_group ? std::string_view(id) : group))
      return wrong;
  }
  return std::nullopt;
}

bool allows(const json& property, const char* type) {
  return member(property, "type").is_null() || has_type(property, type);
}

bool is_plain_number(const std::string& text) {
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  return !digits.empty() && std::ranges::all_of(digits, [](char c) { return is_digit(c) || c == '.'; }) &&
         std::ranges::any_of(digits, is_digit);
}

/// The words of the XML as a value of the property; null: they cannot be one.
json converted(const std::string& words, const json& property, BusinessTerm::Kind kind) {
  const json& choices = member(property, "enum");
  if (choices.is_array()) {
    const auto same = std::ranges::find_if(choices, [&](const json& choice) {
      return choice.is_string() && fold_letters(choice.get_ref<const std::string&>()) == fold_letters(words);
    });
    return same == choices.end() ? json() : *same;
  }
  const bool is_number = kind == BusinessTerm::Kind::decimal || !allows(property, "string");
  if (is_number && is_plain_number(words)) {
    const double number = std::strtod(words.c_str(), nullptr);
    if (allows(property, "number")) return number;
    const bool is_whole = number == std::floor(number) && std::abs(number) < 9e15;
    if (has_type(property, "integer") && is_whole) return static_cast<std::int64_t>(number);
  }
  if (!allows(property, "string")) return nullptr;
  const bool is_without_time = kind == BusinessTerm::Kind::date && member(property, "format") == "date-time";
  return is_without_time ? json() : json(words);
}

/// Reads the values of one e-invoice.
class EmbeddedReader {
 public:
  EmbeddedReader(const json& einvoice, const Text& text, DayMonth dates)
      : einvoice_(einvoice),
        terms_(member(einvoice, "terms")),
        printed_(text, dates),
        quotes_(text),
        text_(text) {}

  void add(const std::string& field, const json& property, json& said) {
    used_.clear();
    json value = value_of(property, terms_);
    if (value.is_null()) return;
    said["details"][field] = detail_of(property, value);
    said["fields"][field] = std::move(value);
  }

 private:
  bool is_alone() const { return !einvoice_.contains("name"); }

  /// `row`: the terms, or those of the row that the property belongs to.
  json value_of(const json& property, const json& row) {
    const std::string id = term_of(property);
    if (id.empty()) return object_of(property, row);
    const BusinessTerm* const term = business_term(id);
    if (term == nullptr) return nullptr;
    if (has_type(property, "array")) return list_of(*term, property);
    return scalar_of(*term, property, row);
  }

  json object_of(const json& property, const json& row) {
    json object = json::object();
    const json& members = member(property, "properties");
    for (const auto& [name, inner] : members.items()) {
      if (!is_mapped(inner)) continue;
      if (json value = value_of(inner, row); !value.is_null()) object[name] = std::move(value);
    }
    return object.empty() ? json() : object;
  }

  json list_of(const BusinessTerm& term, const json& property) {
    const json& items = member(property, "items");
    const bool is_group = term.kind == BusinessTerm::Kind::group;
    const json& rows = member(terms_, is_group || term.group.empty() ? term.id : term.group);
    json list = json::array();
    for (const json& row : rows.is_array() ? rows : json::array({terms_})) {
      json value = is_group ? object_of(items, row) : scalar_of(term, items, row);
      if (!value.is_null()) list.push_back(std::move(value));
    }
    used_ = {std::string(term.id)};
    return list.empty() ? json() : list;
  }

  json scalar_of(const BusinessTerm& term, const json& property, const json& row) {
    json words = member(row, term.id);
    if (words.is_null() && !term.group.empty() && &row == &terms_) words = only_value(term);
    if (!words.is_string()) return nullptr;
    json value = converted(words.get<std::string>(), property, term.kind);
    if (!value.is_null()) used_.emplace_back(term.id);
    words_ = words.get<std::string>();
    return value;
  }

  /// Of a term in rows that is asked for as one value: all rows must have the same.
  json only_value(const BusinessTerm& term) const {
    std::set<json> values;
    const json& rows = member(terms_, term.group);
    for (const json& row : rows)
      if (row.contains(term.id)) values.insert(row[term.id]);
    return values.size() == 1 ? *values.begin() : json();
  }

  json detail_of(const json& property, const json& value) {
    json detail = {{"signals", {{"embedded", true}}}};
    if (einvoice_.contains("credit_note")) detail["signals"]["credit_note"] = true;
    if (value.is_array()) {
      detail["rows"] = json::array();
      for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string shown = value[i].dump(-1, ' ', false, json::error_handler_t::replace);
        detail["rows"].push_back(
            {{"index", i}, {"evidence", in_xml(shown)}, {"signals", {{"embedded", true}}}});
      }
      return detail;
    }
    detail["evidence"] =
        in_xml(value.is_object() ? value.dump(-1, ' ', false, json::error_handler_t::replace) : words_);
    if (value.is_structured()) return detail;
    if (!term_of(property).empty()) note_contradiction(term_of(property), detail);
    const json place = is_alone() ? in_document(property) : printed_.find(value);
    if (!place.is_null()) detail["evidence"].update(place);
    if (!is_alone() && !place.is_null()) detail["signals"]["printed"] = true;
    return detail;
  }

  /// Its line in the document that was made of the XML.
  json in_document(const json& property) {
    const BusinessTerm* const term = business_term(term_of(property));
    return quotes_.find(std::string(term->name) + ": " + words_, 0, text_.pages.size());
  }

  json in_xml(std::string quote) const {
    std::string ids;
    for (const std::string& id : used_)
      ids += (ids.empty() ? "" : ", ") + id;
    json evidence = {{"quote", std::move(quote)}, {"term", ids}};
    if (!is_alone()) evidence["attachment"] = einvoice_["name"];
    return evidence;
  }

  /// Another e-invoice in the same document says otherwise.
  void note_contradiction(const std::string& id, json& detail) const {
    const json& others = member(member(einvoice_, "contradicted"), id);
    if (!others.is_object() || others.empty()) return;
    detail["signals"]["xml_differs"] = true;
    detail["problem"] = einvoice_["name"].get<std::string>() + " says " + words_ + ", " +
                        others.begin().key() + " " + others.begin()->get<std::string>();
  }

  const json& einvoice_;
  const json& terms_;
  PrintedValues printed_;
  QuoteFinder quotes_;
  const Text& text_;
  std::vector<std::string> used_;  ///< Ids of the terms that the field's value is made of.
  std::string words_;              ///< Of the last one, as the XML has it.
};

bool is_word_end(const Folded& whole, std::size_t at, bool is_begin) {
  return std::ranges::any_of(
      whole.tokens, [&](const Token& token) { return (is_begin ? token.fold_begin : token.fold_end) == at; });
}

/// One name has the other's whole words in it.
bool has_within(const Folded& longer, const std::string& shorter) {
  for (std::size_t at = longer.letters.find(shorter); at != std::string::npos;
       at = longer.letters.find(shorter, at + 1))
    if (is_word_end(longer, at, true) && is_word_end(longer, at + shorter.size(), false)) return true;
  return false;
}

bool is_same_text(const std::string& a, const std::string& b) {
  const Folded first = fold(a), second = fold(b);
  if (first.letters == second.letters) return true;
  if (looks_like_date(a) || looks_like_date(b)) return false;
  if (std::min(first.letters.size(), second.letters.size()) < least_common_letters) return false;
  return first.letters.size() > second.letters.size() ? has_within(first, second.letters)
                                                      : has_within(second, first.letters);
}

}  // namespace

bool is_embedded(const json& detail) { return member(member(detail, "signals"), "embedded") == true; }

bool maps_einvoice(const json& schema) {
  const json& properties = member(schema, "properties");
  return std::ranges::any_of(
      properties, [&](const json& property) { return is_mapped(resolved_throughout(property, schema)); });
}

std::optional<Error> wrong_einvoice_term_in(const json& schema) {
  const json& properties = member(schema, "properties");
  for (const auto& [field, property] : properties.items())
    if (auto wrong = wrong_term_in("/properties/" + field, resolved_throughout(property, schema), ""))
      return wrong;
  return std::nullopt;
}

EinvoiceMapping::EinvoiceMapping(const json& schema) {
  const json& properties = member(schema, "properties");
  for (const auto& [field, property] : properties.items())
    if (json whole = resolved_throughout(property, schema); is_mapped(whole))
      properties_[field] = std::move(whole);
}

json EinvoiceMapping::answer(const json& einvoice, const Text& text, DayMonth dates) const {
  if (properties_.empty() || !member(einvoice, "terms").is_object()) return nullptr;
  EmbeddedReader reader(einvoice, text, dates);
  json said = {{"fields", json::object()}, {"details", json::object()}};
  for (const auto& [field, property] : properties_)
    reader.add(field, property, said);
  return said["fields"].empty() ? json() : said;
}

std::optional<Excerpt> left_beside_embedded(const Excerpt& excerpt, const json& properties,
                                            const json& output, bool is_again) {
  const json& details = member(output, "details");
  std::vector<std::string> left;
  std::size_t asked = 0;
  for (const auto& [field, property] : properties.items()) {
    if (!excerpt.asks(field)) continue;
    ++asked;
    const json& detail = member(details, field);
    const bool is_settled = is_embedded(detail) && (!is_again || member(detail, "accepted") == true);
    if (!is_settled) left.push_back(field);
  }
  if (left.size() == asked) return excerpt;
  if (left.empty()) return std::nullopt;
  Excerpt narrowed = excerpt;
  narrowed.sent.fields = std::move(left);
  return narrowed;
}

bool is_same_in_print(const json& embedded, const json& printed, const json& signals) {
  if (embedded.is_string() && printed.is_string())
    return is_same_text(embedded.get_ref<const std::string&>(), printed.get_ref<const std::string&>());
  if (!embedded.is_number() || !printed.is_number()) return embedded == printed;
  const auto a = embedded.get<double>(), b = printed.get<double>();
  const bool has_open_sign = member(signals, "credit_note") == true;
  return std::abs(a - b) < half_a_cent || (has_open_sign && std::abs(a + b) < half_a_cent);
}

std::string shown_value(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto number = value.get<double>();
  const bool is_money = std::abs(number) < 1e12 && std::abs(number * 100 - std::round(number * 100)) < 1e-6;
  if (!is_money) return value.dump();
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

}  // namespace docket::stages
