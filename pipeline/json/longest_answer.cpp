#include "pipeline/json/longest_answer.h"

#include <algorithm>

#include "pipeline/json/member.h"
#include "pipeline/json/resolved.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::size_t usual_text = 100;          ///< Characters.
constexpr std::size_t usual_list = 3000;         ///< Bytes of a list without `maxItems`,
constexpr std::size_t fewest_items = 8;          ///< or so many of its items if they are longer.
constexpr std::size_t longest_written = 60'000;  ///< Bytes. No model writes more.
constexpr int most_nested = 12;                  ///< Schemas may refer to themselves,
constexpr int most_schemas = 20'000;             ///< and do so more than once.
constexpr const char* longest_number = "-1234567890.1234";

std::size_t count_in(const json& schema, const char* name, std::size_t otherwise) {
  const json& number = member(schema, name);
  return number.is_number_integer() && number >= 0 ? number.get<std::size_t>() : otherwise;
}

class Writer {
 public:
  Writer(const json& root, std::string_view words) : root_(root), words_(words) {}

  std::string value(const json& schema, int depth) {
    if (!schema.is_object() || depth > most_nested || ++schemas_ > most_schemas) return text(usual_text);
    if (const json& name = member(schema, "$ref"); name.is_string()) return value(referred(name), depth + 1);
    if (const json& one = member(schema, "const"); !one.is_null()) return dumped(one);
    if (const json& list = member(schema, "enum"); list.is_array()) return longest_of(list);
    std::string best;
    for (const char* alternatives : {"anyOf", "oneOf"})
      for (const json& one : member(schema, alternatives))
        keep_longer(value(one, depth + 1), best);
    for (const json& part : member(schema, "allOf"))  // Each adds its members.
      best += value(part, depth + 1);
    const json& type = member(schema, "type");
    for (const json& one : type.is_array() ? type : json::array({type}))
      if (one.is_string()) keep_longer(of_type(schema, one.get<std::string>(), depth), best);
    if (schema.contains("properties")) keep_longer(object(schema, depth), best);
    return best.empty() ? text(usual_text) : best;
  }

 private:
  std::string of_type(const json& schema, const std::string& type, int depth) {
    if (type == "object") return schema.contains("properties") ? "" : text(usual_list);
    if (type == "array") return list(schema, depth);
    if (type == "string") return string(schema);
    if (type == "number" || type == "integer") return longest_number;
    return "false";
  }

  std::string string(const json& schema) const {
    const json& format = member(schema, "format");
    if (format == "date") return "\"2026-03-14\"";
    if (format == "date-time") return "\"2026-03-14T17:05:00.000+01:00\"";
    return text(count_in(schema, "maxLength", usual_text));
  }

  std::string object(const json& schema, int depth) {
    std::string written = "{";
    for (const auto& [name, property] : member(schema, "properties").items())
      if (written.size() < longest_written)
        written += dumped(name) + ": " + value(property, depth + 1) + ", ";
    return written + "}";
  }

  std::string list(const json& schema, int depth) {
    const std::string item = value(member(schema, "items"), depth + 1) + ", ";
    const std::size_t usual = std::max(usual_list / item.size(), fewest_items);
    const std::size_t count = count_in(schema, "maxItems", std::max(usual, count_in(schema, "minItems", 0)));
    std::string written = "[";
    for (std::size_t i = 0; i < count && written.size() < longest_written; ++i)
      written += item;
    return written + "]";
  }

  /// Of so many characters, in quotation marks.
  std::string text(std::size_t characters) const {
    std::string written = "\"";
    std::size_t at = 0;
    for (std::size_t i = 0; i < characters && written.size() < longest_written; ++i) {
      do
        written += words_[at++ % words_.size()];
      while (at % words_.size() != 0 && continues_character(words_[at % words_.size()]));
    }
    return written + "\"";
  }

  const json& referred(const json& reference) const {
    static const json none;
    const json* const target = target_of(reference, root_);
    return target == nullptr ? none : *target;
  }

  static std::string dumped(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  static std::string longest_of(const json& list) {
    std::string best;
    for (const json& one : list)
      keep_longer(dumped(one), best);
    return best;
  }
  static void keep_longer(std::string text, std::string& best) {
    if (text.size() > best.size()) best = std::move(text);
  }

  const json& root_;
  const std::string_view words_;
  int schemas_ = 0;
};

}  // namespace

std::string longest_answer(const json& schema, std::string_view words) {
  return Writer(schema, words).value(schema, 0);
}

std::int64_t most_tokens(std::string_view text) {
  constexpr std::int64_t of_far_letter = 2;  // Beyond Latin, Greek, Cyrillic, Hebrew, Arabic.
  std::int64_t tokens = 0;
  bool is_half = false;  // Of two letters one token.
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (is_alpha(text[at])) {
      if (!is_half) ++tokens;
      is_half = !is_half;
      continue;
    }
    if (byte >= 0x80 && byte < 0xC0) continue;
    const bool is_blank_before_word = text[at] == ' ' && at + 1 < text.size() && is_alpha(text[at + 1]);
    tokens += byte >= 0xE0 ? of_far_letter : is_blank_before_word ? 0 : 1;
    is_half = false;
  }
  return tokens;
}

}  // namespace docket
