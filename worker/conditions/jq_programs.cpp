#include "worker/conditions/jq_programs.h"

extern "C" {
#include <jq.h>
}

#include <algorithm>
#include <string_view>
#include <utility>

namespace docket::worker {
namespace {

/// jq's message, without what only makes sense for the jq command.
std::string tidy(std::string message) {
  for (const std::string_view noise :
       {"jq: error: ", "jq: error (at <unknown>): ", " (Unix shell quoting issues?)"}) {
    if (const auto at = message.find(noise); at != std::string::npos) message.erase(at, noise.size());
  }
  if (const auto at = message.find(" at <top-level>"); at != std::string::npos) message.erase(at);
  const std::pair<std::string_view, std::string_view> words[] = {
      {"unexpected $end", "unexpected end of the expression"},
      {", expecting $end", ""},
      {"unexpected end of file", "unexpected end of the expression"},  // jq 1.7.
      {", expecting end of file", ""},
      {"INVALID_CHARACTER", "character"},
      {"unexpected IDENT", "unexpected name"},
      {"unexpected FIELD", "unexpected '.name'"},
      {"unexpected LITERAL", "unexpected number"},
      {"unexpected QQSTRING_START", "unexpected text"}};
  for (const auto& [theirs, ours] : words) {
    if (const auto at = message.find(theirs); at != std::string::npos)
      message.replace(at, theirs.size(), ours);
  }
  return message;
}

std::string text_of(jv message) {
  if (jv_get_kind(message) != JV_KIND_STRING) message = jv_dump_string(message, 0);
  std::string text(jv_string_value(message),
                   static_cast<std::size_t>(jv_string_length_bytes(jv_copy(message))));
  jv_free(message);
  return text;
}

void collect_message(void* messages, jv message) {
  const std::string text = tidy(text_of(jq_format_error(message)));
  auto& all = *static_cast<std::string*>(messages);
  if (text.starts_with("jq: ")) return;  // `jq: 1 compile error`: only counts.
  all += (all.empty() ? "" : "; ") + text;
}

std::string function(std::size_t number) { return "__docket_" + std::to_string(number); }

/// Gives the function of the number `$__docket`, from `begin` to before `end`.
std::string choice(std::size_t begin, std::size_t end) {
  if (end - begin == 1) return function(begin);
  const std::size_t middle = begin + (end - begin) / 2;
  return "(if $__docket < " + std::to_string(middle) + " then " + choice(begin, middle) + " else " +
         choice(middle, end) + " end)";
}

/// jq 1.6 takes an error whose message is null for the end of the outputs.
constexpr std::string_view prelude =
    "def __docket_error: error;"
    "def error: if . == null then \"error(null)\" | __docket_error else __docket_error end;"
    "def error(message): message | error;\n";

/// Takes [number, value]. Outputs come in lists and errors in objects. The brackets keep an expression from
/// meaning anything else than alone, and the line's end from ending in what jq may take for a comment.
std::string program_of(const std::vector<std::string>& expressions) {
  std::string text(prelude);
  for (std::size_t i = 0; i < expressions.size(); ++i)
    text += "def " + function(i) + ": try ((" + expressions[i] + "\n) | [.]) catch {error: .};\n";
  return text + ".[0] as $__docket | .[1] | " + choice(0, expressions.size());
}

std::string kind_words(jv value) {
  switch (jv_get_kind(value)) {
    case JV_KIND_NUMBER:
      return "a number";
    case JV_KIND_STRING:
      return "a text";
    case JV_KIND_ARRAY:
      return "a list";
    case JV_KIND_OBJECT:
      return "an object";
    default:
      return "null";
  }
}

Verdict error(std::string message) { return {Verdict::Kind::error, std::move(message)}; }
Verdict verdict(bool holds) { return {holds ? Verdict::Kind::yes : Verdict::Kind::no, {}}; }

}  // namespace

struct JqPrograms::Interpreter {
  Interpreter() : state(jq_init()) { jq_set_error_cb(state, collect_message, &messages); }
  ~Interpreter() {
    jv_free(value);
    jq_teardown(&state);
  }
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  bool compile(const std::string& program) { return jq_compile(state, program.c_str()) != 0; }

  /// What is wrong with an expression on its own; empty: nothing.
  static std::string problem(const std::string& expression) {
    Interpreter alone;
    if (alone.compile(expression)) return {};
    return alone.messages.empty() ? "jq does not say why" : alone.messages;
  }

  jq_state* state;
  std::string messages;
  jv value = jv_null();
};

JqPrograms::JqPrograms(const std::vector<std::string>& expressions, std::vector<std::string>& problems) {
  problems.assign(expressions.size(), {});
  if (expressions.empty()) return;
  interpreter_ = std::make_unique<Interpreter>();
  if (interpreter_->compile(program_of(expressions))) return;
  std::vector<std::string> good = expressions;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    problems[i] = Interpreter::problem(expressions[i]);
    if (problems[i].empty()) continue;
    good[i] = "null";
  }
  interpreter_ = std::make_unique<Interpreter>();
  if (!interpreter_->compile(program_of(good)))
    std::ranges::fill(problems, "jq cannot compile the conditions together: " + interpreter_->messages);
}

JqPrograms::~JqPrograms() = default;

void JqPrograms::set_value(const std::string& json) {
  jv_free(interpreter_->value);
  interpreter_->value = jv_parse_sized(json.data(), static_cast<int>(json.size()));
}

Verdict JqPrograms::run(std::size_t expression, Quantifier quantifier) {
  jq_state* const state = interpreter_->state;
  if (!jv_is_valid(interpreter_->value)) return error("the value is no JSON for jq");
  jq_start(state, JV_ARRAY(jv_number(static_cast<double>(expression)), jv_copy(interpreter_->value)), 0);
  bool has_output = false;
  for (;;) {
    const jv output = jq_next(state);
    if (!jv_is_valid(output)) {
      const jv message = jv_invalid_get_msg(output);
      const bool is_end = jv_get_kind(message) == JV_KIND_NULL;
      std::string text = is_end ? std::string() : tidy(text_of(jv_copy(message)));
      jv_free(message);
      if (!is_end) return error(std::move(text));
      break;
    }
    if (jv_get_kind(output) == JV_KIND_OBJECT) {
      return error(tidy(text_of(jv_object_get(output, jv_string("error")))));
    }
    has_output = true;
    const jv given = jv_array_get(output, 0);
    const jv_kind kind = jv_get_kind(given);
    const bool is_true = kind != JV_KIND_FALSE && (kind != JV_KIND_NULL || quantifier == Quantifier::any);
    const bool is_boolean = kind == JV_KIND_FALSE || kind == JV_KIND_TRUE;
    std::string words = is_boolean ? std::string() : kind_words(given);
    jv_free(given);
    if (quantifier == Quantifier::first || (quantifier == Quantifier::any && is_true))
      return verdict(is_true);
    if (quantifier != Quantifier::all) continue;
    if (!is_boolean) return error("gives " + words + ", not true or false");
    if (!is_true) return verdict(false);
  }
  if (quantifier == Quantifier::first) return verdict(false);
  if (!has_output) return error("gives nothing, not true or false");
  return verdict(quantifier == Quantifier::all);
}

}  // namespace docket::worker
