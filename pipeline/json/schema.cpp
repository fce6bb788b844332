#include "pipeline/json/schema.h"

// GCC 12 with sanitizers sees uninitialized members in std::regex, which valijson instantiates.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#define VALIJSON_USE_EXCEPTIONS 1  // Without it a bad schema ends the program.

#include <cmath>
#include <limits>
#include <map>
#include <type_traits>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/adapters/std_string_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "pipeline/json/multiple_of.h"
#include "pipeline/json/pattern.h"
#include "pipeline/json/schema_lint.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::json;
using Patterns = std::map<std::string, std::shared_ptr<const Pattern>>;

constexpr int deepest_instance = 200;  ///< The validator recurses into the value.
constexpr int deepest_schema = 96;     ///< Its levels as JSON: what uses schemas recurses into them.

/// The patterns of the schema that this thread validates with right now.
thread_local const Patterns* current_patterns = nullptr;

bool matches(const std::string& pattern, const std::string& text) {
  const auto found = current_patterns->find(pattern);
  return found == current_patterns->end() || found->second->found_in(text);
}

/// Formats beyond the three are for people and for the rules tier, which looks for values of that form.
bool has_format(const std::string& format, std::string_view text) {
  if (format == "date") return is_iso_date(text);
  if (format == "time") return is_iso_time(text);
  if (format == "date-time") return is_iso_date_time(text);
  return true;
}

template <class Adapter>
bool visit_format(const Adapter& target, const std::vector<std::string>& context, const std::string& format,
                  valijson::ValidationResults* results) {
  if (!target.isString() || has_format(format, target.asString())) return true;
  if (results) results->pushError(context, "is not a valid " + format);
  return false;
}

/// A number without a fraction is an integer, however it is written: 3.0, 3e0. What fits became one before.
template <class Adapter>
bool visit_type(const Adapter& target, const std::vector<std::string>& context,
                const valijson::constraints::TypeConstraint& constraint,
                valijson::ValidationResults* results) {
  using Constraint = valijson::constraints::TypeConstraint;
  bool allowed = false;
  constraint.applyToNamedTypes([&](Constraint::JsonType type) {
    const bool whole = target.isDouble() && std::trunc(target.asDouble()) == target.asDouble();
    allowed = allowed || (type == Constraint::kArray && target.isArray()) ||
              (type == Constraint::kBoolean && target.isBool()) ||
              (type == Constraint::kInteger && (target.isInteger() || whole)) ||
              (type == Constraint::kNull && target.isNull()) ||
              (type == Constraint::kNumber && target.isNumber()) ||
              (type == Constraint::kObject && target.isObject()) ||
              (type == Constraint::kString && target.isString());
    return !allowed;
  });
  if (!allowed && results) results->pushError(context, "Value type not permitted by 'type' constraint.");
  return allowed;
}

template <class Adapter>
bool visit_multiple_of(const Adapter& target, const std::vector<std::string>& context, const json& divisor,
                       valijson::ValidationResults* results) {
  if (!target.isNumber()) return true;
  const json value = target.isInteger() ? json(target.asInteger()) : json(target.asDouble());
  if (is_multiple_of(value, divisor)) return true;
  if (results) results->pushError(context, "is not a multiple of " + divisor.dump());
  return false;
}

template <class Adapter>
bool visit_pattern(const Adapter& target, const std::vector<std::string>& context, const std::string& pattern,
                   valijson::ValidationResults* results) {
  if (!target.isString() || matches(pattern, target.asString())) return true;
  if (results) results->pushError(context, "does not match the pattern " + pattern);
  return false;
}

}  // namespace
}  // namespace docket

// Valijson 1.0 throws on a `format` where the value is null, matches with std::regex, which recurses per
// character and so crashes on a long text, takes 3.0 for no integer, and 19.99 for no multiple of 0.01, since
// it divides in binary. These replace all four.
namespace valijson {
// Since 1.0.3 a visitor has an engine of regular expressions as its second parameter, which is this one's.
struct DefaultRegexEngine;
template <class Adapter, template <class> class Visitor>
Visitor<Adapter>* visitor();
template <class Adapter, template <class, class> class Visitor>
Visitor<Adapter, DefaultRegexEngine>* visitor();
using JsonVisitor =
    std::remove_pointer_t<decltype(visitor<adapters::NlohmannJsonAdapter, ValidationVisitor>())>;
using KeyVisitor = std::remove_pointer_t<decltype(visitor<adapters::StdStringAdapter, ValidationVisitor>())>;

template <>
bool JsonVisitor::visit(const constraints::FormatConstraint& constraint) {
  return docket::visit_format(m_target, m_context, constraint.getFormat(), m_results);
}
template <>
bool KeyVisitor::visit(const constraints::FormatConstraint& constraint) {
  return docket::visit_format(m_target, m_context, constraint.getFormat(), m_results);
}
template <>
bool JsonVisitor::visit(const constraints::PatternConstraint& constraint) {
  return docket::visit_pattern(m_target, m_context, constraint.getPattern<std::string::allocator_type>(),
                               m_results);
}
template <>
bool KeyVisitor::visit(const constraints::PatternConstraint& constraint) {
  return docket::visit_pattern(m_target, m_context, constraint.getPattern<std::string::allocator_type>(),
                               m_results);
}
template <>
bool JsonVisitor::visit(const constraints::TypeConstraint& constraint) {
  return docket::visit_type(m_target, m_context, constraint, m_results);
}
template <>
bool JsonVisitor::visit(const constraints::MultipleOfDoubleConstraint& constraint) {
  return docket::visit_multiple_of(m_target, m_context, constraint.getDivisor(), m_results);
}
template <>
bool JsonVisitor::visit(const constraints::MultipleOfIntConstraint& constraint) {
  return docket::visit_multiple_of(m_target, m_context, constraint.getDivisor(), m_results);
}
}  // namespace valijson

namespace docket {
namespace {

/// The same value to JSON Schema, in the form that valijson compares: 3.0 becomes 3, so that both are equal.
json with_whole_numbers(json value) {
  constexpr double exact = 9007199254740992;  // Beyond it, not every integer is one.
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return value.get<double>();  // Valijson would read it as a negative one.
  if (value.is_number_float()) {
    const double number = value.get<double>();
    const bool whole = std::abs(number) <= exact && std::trunc(number) == number;
    return whole ? json(static_cast<std::int64_t>(number)) : value;
  }
  if (!value.is_structured()) return value;
  for (json& member : value)
    member = with_whole_numbers(std::move(member));
  return value;
}

/// `nullable: true`, as OpenAPI 3.0 says it, in the words of JSON Schema.
void spell_out_nullable(json& schema) {
  if (!schema.is_structured()) return;
  if (schema.is_object() && schema.contains("type") && schema["type"].is_string() &&
      schema.value("nullable", json()) == true) {
    schema["type"] = {schema["type"], "null"};
    if (schema.contains("enum") && schema["enum"].is_array()) schema["enum"].push_back(nullptr);
  }
  for (json& member : schema)
    spell_out_nullable(member);
}

void collect_patterns(const json& value, Patterns& patterns) {
  if (value.is_object() && value.contains("pattern") && value["pattern"].is_string()) {
    const std::string text = value["pattern"];
    if (auto compiled = Pattern::compile(text)) patterns.emplace(text, *compiled);
  }
  if (!value.is_structured()) return;
  for (const json& member : value) {
    collect_patterns(member, patterns);
  }
}

/// Deeper than the validator may go? Not recursive itself beyond that.
bool too_deep(const json& value, int levels) {
  if (!value.is_structured()) return false;
  if (levels == 0) return true;
  for (const json& member : value) {
    if (too_deep(member, levels - 1)) return true;
  }
  return false;
}

/// `<root>`, `[name]`, `[0]` as a JSON Pointer.
std::string pointer(const std::vector<std::string>& context) {
  json::json_pointer path;
  for (std::size_t i = 1; i < context.size(); ++i) {
    path /= context[i].substr(1, context[i].size() - 2);
  }
  return path.to_string();
}

/// Only repeats, one level up, that something inside is wrong.
bool only_repeats(const std::string& message) {
  return message.starts_with("Failed to validate item #") ||
         message.starts_with("Failed to validate against schema associated with") ||
         message.starts_with("Failed to validate against additional properties schema") ||
         message.starts_with("Failed to validate against child schema");
}

}  // namespace

struct Schema::Compiled {
  valijson::Schema schema;
  Patterns patterns;
  std::string error;  ///< Set when the schema was not valid after all: then nothing is.
};

Schema::Schema(nlohmann::json schema) : document_(std::move(schema)) {
  auto compiled = std::make_unique<Compiled>();
  json plain = with_whole_numbers(document_);
  spell_out_nullable(plain);
  if (plain.is_object()) plain.erase("$id");  // Would send the parser to look for remote documents.
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), compiled->schema);
    collect_patterns(document_, compiled->patterns);
  } catch (const std::exception& error) {
    compiled->error = error.what();
  }
  compiled_ = std::move(compiled);
}

Schema::~Schema() = default;

std::vector<SchemaProblem> Schema::validate(const nlohmann::json& value) const {
  if (!compiled_->error.empty()) return {{"", "the schema is not valid: " + compiled_->error}};
  if (too_deep(value, deepest_instance)) return {{"", "nested too deeply"}};
  valijson::ValidationResults results;
  current_patterns = &compiled_->patterns;
  try {
    valijson::Validator validator;
    const json whole = with_whole_numbers(value);
    if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(whole), &results))
      return {};
  } catch (const std::exception& error) {
    return {{"", error.what()}};
  }
  std::vector<SchemaProblem> problems, repeats;
  for (const auto& error : results) {
    auto& list = only_repeats(error.description) ? repeats : problems;
    list.push_back({pointer(error.context), error.description});
  }
  if (!problems.empty()) return problems;
  if (repeats.empty())
    repeats.push_back({"", "a property has a name that is not allowed"});  // It does not say so.
  return repeats;
}

std::vector<SchemaProblem> lint_schema(const nlohmann::json& schema) {
  if (too_deep(schema, deepest_schema)) return {{"", "nested too deeply"}};
  std::vector<SchemaProblem> problems = lint_keywords(schema);
  if (!problems.empty()) return problems;
  try {
    valijson::Schema compiled;
    json plain = schema;
    if (plain.is_object()) plain.erase("$id");
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), compiled);
  } catch (const std::exception& error) {
    return {{"", error.what()}};
  }
  return {};
}

}  // namespace docket
