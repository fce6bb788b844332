#include "backends/calls/redaction.h"

#include <algorithm>
#include <utility>

#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "pipeline/document_marks.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr const char* came_back_changed = "a stand-in for a redacted value came back changed";

/// The same of a part of a prompt, whose marks are made of what stands between them.
template <class Change>
std::string changed(const std::string& part, const Change& change) {
  const auto content = content_between_marks(part);
  return content ? between_marks(change(*content)) : change(part);
}

/// Keywords of a schema whose values may be changed without another meaning for the server.
bool has_words(std::string_view keyword) {
  return keyword == "enum" || keyword == "const" || keyword == "default" || keyword == "examples" ||
         keyword == "description" || keyword == "title" || keyword == "$comment";
}

/// A schema in which the stand-ins are as welcome as their values.
class RedactedSchema {
 public:
  explicit RedactedSchema(const StandIns& stand_ins) : stand_ins_(stand_ins), pairs_(stand_ins.pairs()) {}

  json of(json schema) {
    if (!schema.is_object()) return schema;
    if (schema.contains("pattern") && refuses_stand_in(schema["pattern"])) schema.erase("pattern");
    bend_lengths(schema);
    for (auto& [keyword, value] : schema.items()) {
      const bool has_names = keyword == "properties" || keyword == "definitions" || keyword == "$defs" ||
                             keyword == "patternProperties" || keyword == "dependencies";
      if (has_words(keyword))
        redact(value);
      else if (has_names && value.is_object())
        for (json& child : value)
          child = of(std::move(child));
      else if (value.is_array())
        for (json& child : value)
          child = of(std::move(child));
      else
        value = of(std::move(value));
    }
    return schema;
  }

 private:
  void redact(json& value) {
    std::map<std::string, std::int64_t> counts;
    if (value.is_string())
      value = stand_ins_.redacted(value.get_ref<const std::string&>(), counts);
    else if (value.is_structured())
      for (json& child : value)
        redact(child);
  }

  bool refuses_stand_in(const json& pattern) const {
    if (!pattern.is_string()) return false;
    const auto compiled = Pattern::compile(pattern.get_ref<const std::string&>());
    return compiled && std::ranges::any_of(pairs_, [&](const StandIns::Pair& pair) {
             return (*compiled)->found_in(pair.value) && !(*compiled)->found_in(pair.stand_in);
           });
  }

  void bend_lengths(json& schema) const {
    for (const char* keyword : {"minLength", "maxLength"}) {
      if (!schema.contains(keyword) || !schema[keyword].is_number_integer()) continue;
      const bool is_most = std::string_view(keyword) == "maxLength";
      auto limit = schema[keyword].get<std::size_t>();
      for (const StandIns::Pair& pair : pairs_) {
        const std::size_t value = characters(pair.value), stand_in = characters(pair.stand_in);
        if (is_most && value <= limit) limit = std::max(limit, stand_in);
        if (!is_most && value >= limit) limit = std::min(limit, stand_in);
      }
      schema[keyword] = limit;
    }
  }

  const StandIns& stand_ins_;
  const std::vector<StandIns::Pair> pairs_;
};

/// The digits of a text in a far script are taken for what an answer may have, whatever they are.
std::string without_far_digits(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    const auto digit = c < 0x80 ? std::nullopt : decimal_digit(c);
    if (digit)
      append_utf8(plain, c - static_cast<char32_t>(*digit));
    else
      plain += text.substr(begin, at - begin);
  }
  return plain;
}

/// Puts the values back into an answer.
class Restoring {
 public:
  Restoring(const StandIns& stand_ins, Answer& answer) : stand_ins_(stand_ins), answer_(answer) {}

  /// What the schema says of the answer with the values in it.
  std::vector<SchemaProblem> run(const Schema* schema) {
    answer_.value = restored(answer_.value, json::json_pointer(), json::json_pointer());
    std::map<std::string, TokenProbability> moved;
    for (auto& [pointer, probability] : answer_.probabilities) {
      const auto place = moved_.find(pointer);
      moved[place == moved_.end() ? pointer : place->second] = probability;
    }
    answer_.probabilities = std::move(moved);
    if (schema == nullptr) return {};
    return schema->validate(answer_.value);
  }

 private:
  json restored(const json& value, const json::json_pointer& from, const json::json_pointer& to) {
    if (from != to) moved_[from.to_string()] = to.to_string();
    if (value.is_string()) return text(value.get_ref<const std::string&>(), to);
    if (value.is_number()) return number(value, to);
    if (value.is_array()) {
      json list = json::array();
      for (std::size_t i = 0; i < value.size(); ++i)
        list.push_back(restored(value[i], from / i, to / i));
      return list;
    }
    if (!value.is_object()) return value;
    json object = json::object();
    for (const auto& [name, member] : value.items()) {
      const std::string known = text(name, to / name);
      if (object.contains(known)) spoiled(to / known);
      object[known] = restored(member, from / name, to / known);
    }
    return object;
  }

  std::string text(const std::string& text, const json::json_pointer& place) {
    StandIns::Restored found = stand_ins_.restored(text);
    if (found.is_damaged) spoiled(place);
    return std::move(found.text);
  }

  /// A value may not be a number as it stands, such as one with a 0 in front.
  json number(const json& value, const json::json_pointer& place) {
    const std::string before = value.dump(), after = text(before, place);
    if (after == before) return value;
    json number = json::parse(after, nullptr, false);
    if (number.is_number() && number.dump() == after) return number;
    spoiled(place);
    return value;
  }

  void spoiled(const json::json_pointer& place) {
    answer_.problems.try_emplace(place.to_string(), came_back_changed);
  }

  const StandIns& stand_ins_;
  Answer& answer_;
  std::map<std::string, std::string> moved_;  ///< Pointers, where a member has another name.
};

class Redaction final : public Backend {
 public:
  Redaction(std::unique_ptr<Backend> inner, RedactedKinds kinds)
      : kinds_(std::move(kinds)), inner_(std::move(inner)) {}

  void submit(Request request, Done done) noexcept override {
    auto* prompt = std::get_if<Prompt>(&request.question);
    if (prompt == nullptr) return inner_->submit(std::move(request), std::move(done));
    if (!images_of(*prompt).empty())  // The pipeline's reader refuses such a plan; a fallback may come here.
      return done({Error{ErrorClass::withheld, "policy: redact",
                         "nothing can be redacted in the picture of a page; see docs/redaction.md"}});
    const auto stand_ins = std::make_shared<StandIns>(kinds_);
    learn(request.asked_by.text.get(), *prompt, *stand_ins);
    const std::shared_ptr<const Schema> schema = prompt->schema;
    redact(*stand_ins, *prompt, request.sent.redactions);
    if (stand_ins->empty()) return inner_->submit(std::move(request), std::move(done));
    request.last_look = [stand_ins](std::string_view body) { return left_in(*stand_ins, body); };
    request.judge = [stand_ins, schema](const Answer& answer) -> std::optional<Error> {
      Answer with_values = answer;
      const auto problems = Restoring(*stand_ins, with_values).run(schema.get());
      return problems.empty() ? std::nullopt : std::optional(against_schema(problems));
    };
    // An answer that was known for a question like this one may be none to it: its values are others.
    inner_->submit(std::move(request), [stand_ins, schema, done = std::move(done)](Reply reply) {
      if (!reply.answer) {  // It may show words of the answer, or of the question.
        Error error = reply.answer.error();
        error.message = stand_ins->restored(error.message).text;
        reply.answer = std::move(error);
      } else if (const auto problems = Restoring(*stand_ins, *reply.answer).run(schema.get());
                 !problems.empty()) {
        reply.answer = against_schema(problems);
      }
      done(std::move(reply));
    });
  }

 private:
  /// In the order that gives a value the same stand-in in every question about the document.
  static void learn(const Text* text, const Prompt& prompt, StandIns& stand_ins) {
    std::string whole;  // A value may go on over a page's end.
    if (text != nullptr)
      for (const Page& page : text->pages)
        whole += (whole.empty() ? "" : "\n") + page.text;
    stand_ins.learn(whole);
    for (const PromptPart& part : prompt.document) {
      const std::string_view shown = content_between_marks(part.text).value_or(part.text);
      if (shown == whole) continue;
      stand_ins.learn(shown);
      stand_ins.learn_cut(shown);
    }
    for (const std::string* words : {&prompt.system, &prompt.task, &prompt.diagnostic})
      stand_ins.learn(*words);
    std::string schema_words;
    if (prompt.schema) add_words(prompt.schema->document(), schema_words);
    stand_ins.learn(schema_words);
    stand_ins.choose();
  }

  /// What RedactedSchema redacts of it.
  static void add_words(const json& schema, std::string& words) {
    if (!schema.is_structured()) return;
    for (const auto& [keyword, value] : schema.items())
      schema.is_object() && has_words(keyword) ? add_texts(value, words) : add_words(value, words);
  }

  static void redact(const StandIns& stand_ins, Prompt& prompt, std::map<std::string, std::int64_t>& counts) {
    if (prompt.longest_answer) {
      std::map<std::string, std::int64_t> of_schema;
      const std::string plain = without_far_digits(*prompt.longest_answer);
      prompt.longest_answer = std::make_shared<const std::string>(stand_ins.redacted(plain, of_schema));
    }
    if (stand_ins.empty()) return;
    const auto redacted = [&](std::string_view text) { return stand_ins.redacted(text, counts); };
    for (PromptPart& part : prompt.document)
      part.text = changed(part.text, redacted);
    for (std::string* words : {&prompt.system, &prompt.task, &prompt.diagnostic})
      *words = redacted(*words);
    if (!prompt.schema) return;
    json schema = RedactedSchema(stand_ins).of(prompt.schema->document());
    if (schema != prompt.schema->document())
      prompt.schema = std::make_shared<const Schema>(std::move(schema));
  }

  /// A value that still stands in what is sent, in a spelling that nothing could take the place of.
  static std::optional<Error> left_in(const StandIns& stand_ins, std::string_view body) {
    const json sent = json::parse(body, nullptr, false);
    std::string texts;
    add_texts(sent, texts);
    const std::string* const kind = stand_ins.left_in(sent.is_discarded() ? body : texts);
    if (kind == nullptr) return std::nullopt;
    return Error{ErrorClass::withheld, "policy: redact",
                 "a value (" + *kind + ") would still stand in the question in clear; see docs/redaction.md"};
  }

  /// Names of members, too.
  static void add_texts(const json& value, std::string& texts) {
    if (value.is_string()) texts += value.get_ref<const std::string&>() + '\n';
    if (value.is_number()) texts += value.dump() + '\n';
    if (!value.is_structured()) return;
    for (const auto& [name, member] : value.items()) {
      if (value.is_object()) texts += name + '\n';
      add_texts(member, texts);
    }
  }

  const RedactedKinds kinds_;
  const std::unique_ptr<Backend> inner_;
};

}  // namespace

RedactedKinds redacted_kinds(const Pipeline& pipeline) {
  const Settings policy = pipeline.settings.group("policy");
  const std::vector<std::string> names = policy.texts("redact");
  RedactedKinds kinds;
  for (const PersonalKind kind : personal_kinds)
    if (std::ranges::any_of(names, [&](const std::string& one) { return one == "all" || one == name(kind); }))
      kinds.kinds.push_back(kind);
  for (const std::string& expression : policy.texts("redact_patterns"))
    kinds.patterns.push_back(Pattern::compile(expression).value());  // The pipeline's reader has tried it.
  return kinds;
}

std::unique_ptr<Backend> make_redaction(std::unique_ptr<Backend> inner, Location location,
                                        RedactedKinds kinds) {
  if (location == Location::local || kinds.empty()) return inner;
  return std::make_unique<Redaction>(std::move(inner), std::move(kinds));
}

}  // namespace docket::backends
