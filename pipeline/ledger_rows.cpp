#include "pipeline/ledger_rows.h"

#include <array>
#include <ctime>
#include <utility>

namespace docket {
namespace {

using State = StageResult::State;

constexpr std::pair<State, std::string_view> states[] = {{State::pending, "pending"},
                                                         {State::skipped, "skipped"},
                                                         {State::done, "done"},
                                                         {State::held, "held"},
                                                         {State::failed, "failed"}};

constexpr std::pair<const char*, std::int64_t Usage::*> usage_members[] = {
    {"calls", &Usage::calls},
    {"input_tokens", &Usage::input_tokens},
    {"cached_input_tokens", &Usage::cached_input_tokens},
    {"cache_write_tokens", &Usage::cache_write_tokens},
    {"output_tokens", &Usage::output_tokens},
    {"reasoning_tokens", &Usage::reasoning_tokens},
    {"nano_dollars", &Usage::nano_dollars},
    {"unpriced_calls", &Usage::unpriced_calls}};

/// Never throws: what is no JSON is `discarded`, and no object.
nlohmann::json parsed(std::string_view json) { return nlohmann::json::parse(json, nullptr, false); }

}  // namespace

std::string_view name(State state) { return states[static_cast<std::size_t>(state)].second; }

std::optional<State> stage_state(std::string_view name) {
  for (const auto& [state, state_name] : states)
    if (state_name == name) return state;
  return std::nullopt;
}

std::optional<Outcome> outcome_named(std::string_view wanted) {
  for (const Outcome outcome : {Outcome::done, Outcome::failed, Outcome::held, Outcome::cancelled})
    if (name(outcome) == wanted) return outcome;
  return std::nullopt;
}

ErrorClass error_class_named(std::string_view wanted) {
  for (int i = 0; i < static_cast<int>(ErrorClass::bug); ++i)
    if (name(static_cast<ErrorClass>(i)) == wanted) return static_cast<ErrorClass>(i);
  return ErrorClass::bug;
}

std::string json_to_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string usage_to_text(const Usage& usage) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [member, value] : usage_members)
    if (usage.*value != 0) object[member] = usage.*value;
  return object.dump();
}

Usage usage_from_text(std::string_view text) {
  Usage usage;
  const nlohmann::json object = parsed(text);
  for (const auto& [member, value] : usage_members)
    if (object.is_object() && object.contains(member) && object[member].is_number_integer())
      usage.*value = object[member].get<std::int64_t>();
  return usage;
}

std::string texts_to_json(const std::vector<std::string>& texts) { return json_to_text(texts); }

std::vector<std::string> texts_from_json(std::string_view json) {
  std::vector<std::string> texts;
  for (const nlohmann::json& text : parsed(json))
    if (text.is_string()) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace docket
