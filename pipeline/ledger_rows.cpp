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
  for (const UsageMember& member : usage_members)
    if (usage.*member.value != 0) object[member.name] = usage.*member.value;
  return object.dump();
}

Usage usage_from_text(std::string_view text) {
  Usage usage;
  const nlohmann::json object = parsed(text);
  if (!object.is_object()) return usage;
  for (const UsageMember& member : usage_members)
    if (const auto found = object.find(member.name); found != object.end() && found->is_number_integer())
      usage.*member.value = found->get<std::int64_t>();
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
