#include "pipeline/config/check_conditions.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "pipeline/config/condition_mistake.h"
#include "pipeline/config/misplaced.h"
#include "pipeline/config/scalars.h"
#include "pipeline/config/schema_view.h"
#include "pipeline/record.h"
#include "pipeline/record_schema.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;
using Placed = SettingsReader::PlacedCondition;

constexpr std::string_view policy = "policy.private";
constexpr std::size_t longest_name = 120;  ///< Bytes of a condition in a message.
constexpr std::size_t most_reported = 3;   ///< Paths of one condition.

std::string dotted(const JsonPath& path) {
  std::string text;
  for (const std::string& name : path)
    text += name == any_element ? name : "." + name;
  return text;
}

/// A record that has an output of every stage.
json schema_of_records(const Pipeline& pipeline) {
  json properties = {{"document", record_schema_of("document")},
                     {"complexity", record_schema_of("complexity")}};
  for (const StageConfig& stage : pipeline.stages)
    properties[stage.id] =
        stage.type->output == nullptr ? json::object() : stage.type->output(stage.settings);
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

/// What one condition is about.
struct Subject {
  const json& schema;
  const StageConfig* stage = nullptr;  ///< Whose setting it is; null: the policy's.
  bool is_check = false;               ///< Of the stage's own values; else of records.
  bool is_whole = false;               ///< Of records of which all is known, whoever wrote them.
};

class ConditionCheck {
 public:
  ConditionCheck(const Pipeline& pipeline, const Placed& placed, const Subject& subject,
                 Diagnostics& diagnostics)
      : pipeline_(pipeline),
        placed_(placed),
        subject_(subject),
        schema_(subject.schema),
        diagnostics_(diagnostics) {}

  /// False: it subtracts where an id with '-' was meant, so that jq knows no function of that name.
  bool run() {
    if (!facts().assignment.empty()) check_assignment();
    check_decimal_comma();
    if (const auto mistake = not_before_member(expression()))
      diagnostics_.add(diagnostics_.inside(placed_.position, expression(), mistake->at), placed_.setting,
                       name() + "cannot work: " + mistake->message);
    std::size_t reported = 0;
    for (const JsonAccess& access : facts().accesses)
      if (!access.is_set && reported < most_reported && !check_access(access.path)) ++reported;
    for (const JsonComparison& comparison : facts().comparisons)
      check_comparison(comparison);
    check_answer();
    return !has_hyphen_;
  }

 private:
  const ExpressionFacts& facts() const { return placed_.named.condition->facts(); }
  std::string name() const { return "the condition '" + excerpt(placed_.named.name, longest_name) + "' "; }
  const std::string& expression() const { return placed_.named.condition->expression(); }
  /// `word`: what of the condition is wrong; empty: all of it.
  void error(const std::string& message, const std::string& word = "") const {
    diagnostics_.add(position_of(word), placed_.setting, name() + message);
  }
  void warn(const std::string& message, const std::string& word = "") const {
    diagnostics_.warn(position_of(word), placed_.setting, name() + message);
  }

  Position position_of(const std::string& word) const {
    std::size_t at = word.empty() ? std::string::npos : expression().find(word);
    // Not where a longer name begins so.
    while (at != std::string::npos && is_alnum(word.back()) && at + word.size() < expression().size() &&
           is_alnum(expression()[at + word.size()]))
      at = expression().find(word, at + 1);
    if (at == std::string::npos) return placed_.position;
    return diagnostics_.inside(placed_.position, expression(), at);
  }

  /// As the expression has it: with its dots, or its last name alone, behind a pipe.
  std::string word_for(const JsonPath& path) const {
    const std::string whole = dotted(path), last = path.empty() ? "" : "." + path.back();
    return expression().find(whole) == std::string::npos ? last : whole;
  }

  void check_assignment() const {
    const std::string& sign = facts().assignment;
    error("sets something with '" + sign + "', and does not compare" +
              (sign == "=" ? "; write ==" : "; what is to be compared stands behind a '|'"),
          sign == "=" ? lone_equals() : sign);
  }

  /// The first `=` that is no part of a comparison, with what is around it.
  std::string lone_equals() const {
    const std::string& text = expression();
    for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
      const bool is_long = (at > 0 && std::string_view("=<>!").find(text[at - 1]) != std::string::npos) ||
                           text.substr(at + 1, 1) == "=";
      if (!is_long) return text.substr(at);
    }
    return "=";
  }

  /// `0,8` is two values to jq, which then tests the second.
  void check_decimal_comma() const {
    const std::string& text = expression();
    int depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '"') at = behind_text(text, at) - 1;
      if (at < text.size() && text[at] == '#') at = text.find('\n', at);
      if (at >= text.size()) return;
      depth += text[at] == '(' || text[at] == '[' || text[at] == '{' ? 1 : 0;
      depth -= text[at] == ')' || text[at] == ']' || text[at] == '}' ? 1 : 0;
      const bool is_comma = text[at] == ',' && depth == 0 && at > 0 && at + 1 < text.size() &&
                            is_digit(text[at - 1]) && is_digit(text[at + 1]);
      if (!is_comma) continue;
      const std::size_t begin = text.find_last_not_of("0123456789.", at - 1) + 1;
      const std::size_t end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
      std::string number = text.substr(begin, end - begin);
      const std::string comma = number;
      std::ranges::replace(number, ',', '.');
      return error("has " + comma + ", which is two values; the decimal sign is '.': write " + number, comma);
    }
  }

  /// False: it reads what nothing has.
  bool check_access(const JsonPath& path) {
    if (path.size() == 1 && !subject_.is_check) return check_stage(path.front());
    if (!known_.insert(path).second) return true;
    const JsonPath base(path.begin(), path.end() - 1);
    const SchemaView owner = schema_.at(base);
    if (owner.is_unknown() || owner.is_impossible()) return true;  // Said of what is before it.
    const SchemaView found = owner.member(path.back());
    if (found.is_impossible()) {
      error("reads " + dotted(path) + ", " + why_impossible(base, owner) + suggestion(path.back(), owner),
            word_for(path));
      return false;
    }
    const std::vector<std::string_view> names = owner.names();
    const bool is_listed = path.back() == any_element || std::ranges::find(names, path.back()) != names.end();
    if (found.is_unknown() && !is_listed)
      if (const auto meant = nearest(path.back(), names))
        warn("reads " + dotted(path) + did_you_mean(meant), word_for(path));
    return true;
  }

  std::string why_impossible(const JsonPath& base, const SchemaView& owner) const {
    const JsonKinds kinds = owner.kinds() & ~json_kind::null;
    if ((kinds & json_kind::object) == 0)
      return "but " + dotted(base) + " is " + in_words(kinds) + " and has no members" +
             ((kinds & json_kind::array) == 0 ? "" : "; its elements are " + dotted(base) + "[]");
    return subject_.is_check ? "which is not a property of the schema" : "which no record has";
  }

  static std::string suggestion(const std::string& name, const SchemaView& owner) {
    const std::vector<std::string_view> names = owner.names();
    return names.empty() ? "" : did_you_mean(name, names);
  }

  /// `.structured-extract`, a subtraction to jq, as it was meant.
  std::string with_underscore(const std::string& member, const std::vector<std::string_view>& known) const {
    for (const std::string_view id : known) {
      std::string typed = "." + std::string(id);
      std::ranges::replace(typed, '_', '-');
      if (id.starts_with(member + "_") && expression().find(typed) != std::string::npos)
        return std::string(id);
    }
    return "";
  }

  bool check_stage(const std::string& member) {
    if (subject_.is_whole) return true;
    const std::vector<std::string_view> known = readable_in_conditions(pipeline_);
    if (member == any_element || member == "document") return true;
    if (std::ranges::find(known, member) == known.end()) {
      const std::string meant = with_underscore(member, known);
      const std::size_t hyphen = expression().find("." + member + "-");
      has_hyphen_ = has_hyphen_ || hyphen != std::string::npos;
      error(
          "reads ." + member + ", which is not a stage of this pipeline" +
              (meant.empty() ? did_you_mean(member, known) : "; the ids of stages have '_': write ." + meant),
          "." + member);
      return false;
    }
    if (member == "complexity") return check_complexity();
    if (subject_.stage == nullptr || comes_before(member)) return true;
    if (member == subject_.stage->id)
      error("reads what this stage itself will say: ." + member + " is always null here", "." + member);
    else
      error("reads ." + member + ", but this stage does not wait for '" + member +
                "', so that it is always null here; name it in `after`",
            "." + member);
    return false;
  }

  bool check_complexity() const {
    if (subject_.stage == nullptr)
      error(
          "reads .complexity, which is not known for sure before the last stage has ended, so that every "
          "document would be private; read what stages say, such as the number of pages",
          ".complexity");
    else if (before().empty())
      error("reads .complexity, but no stage comes before this one, so that it is always null here",
            ".complexity");
    else
      return true;
    return false;
  }

  std::vector<std::size_t> before() const {
    return all_before(pipeline_.stages, static_cast<std::size_t>(subject_.stage - pipeline_.stages.data()));
  }

  bool comes_before(const std::string& id) const {
    return std::ranges::any_of(before(), [&](std::size_t i) { return pipeline_.stages[i].id == id; });
  }

  /// What the compared value may be, as far as the schema says.
  struct Possible {
    std::vector<json> values = {};
    JsonKinds kinds = json_kind::null;  ///< Beside the values. The stage may not have run.
    bool is_users = false;              ///< See report_comparison.
  };

  /// None: it may be anything.
  std::optional<Possible> possible_of(const JsonComparison& comparison) const {
    Possible possible;
    possible.values.assign(comparison.others.begin(), comparison.others.end());
    possible.kinds |= comparison.computed;
    for (const JsonPath& path : comparison.paths) {
      const SchemaView place = schema_.at(path);
      if (place.is_unknown() || place.is_impossible()) return std::nullopt;
      possible.is_users = possible.is_users || subject_.is_check || place.is_in(users_schema);
      if (const auto values = place.values())
        possible.values.insert(possible.values.end(), values->begin(), values->end());
      else
        possible.kinds |= place.kinds();
    }
    return possible;
  }

  void check_comparison(const JsonComparison& comparison) const {
    const auto possible = possible_of(comparison);
    if (!possible) return;
    JsonKinds kinds = possible->kinds;
    for (const json& value : possible->values)
      kinds |= kind_of(value);
    // Of a stage with a setting that could not be read, nothing may be known; that is said of the setting.
    const bool is_nothing = kinds == json_kind::null;
    if (is_nothing && is_of_a_wrong_stage(comparison)) return;
    std::vector<std::pair<std::string, std::string>> reported;  // And the constants.
    for (const json& constant : comparison.constants) {
      const std::string text = constant.dump(-1, ' ', false, json::error_handler_t::replace);
      const std::string compares = "compares " + in_words_of(comparison.paths) + " with " + text;
      if (const std::string share = as_share(comparison, constant); !share.empty() && !possible->is_users)
        error(compares + ", but it is from 0 to 1, did you mean " + share + "?", text);
      if ((kind_of(constant) & kinds) == 0)
        reported.emplace_back(compares + ", but it is " + in_words(kinds & ~json_kind::null), text);
      else if (!comparison.is_order && (kind_of(constant) & possible->kinds) == 0 &&
               std::ranges::find(possible->values, constant) == possible->values.end())
        reported.emplace_back(compares + ", which it can never be" + suggestion(constant, possible->values),
                              text);
    }
    // What users describe is what a value should be, not what it must be. And a list may be meant for others.
    const bool is_sure = !possible->is_users && reported.size() == comparison.constants.size();
    for (const auto& [message, constant] : reported) {
      if (is_sure)
        error(message, constant);
      else
        warn(message, constant);
    }
  }

  bool is_of_a_wrong_stage(const JsonComparison& comparison) const {
    return std::ranges::any_of(comparison.paths, [&](const JsonPath& path) {
      return !path.empty() && diagnostics_.concern("stages." + path.front());
    });
  }

  /// 80 as 0.8 where it is compared with confidences and scores alone; empty: it is none. 2 is no share by
  /// mistake.
  static std::string as_share(const JsonComparison& comparison, const json& constant) {
    const auto is_share = [](const JsonPath& path) {
      return !path.empty() && (path.back() == "confidence" || path.back() == "score");
    };
    if (!std::ranges::all_of(comparison.paths, is_share) || !constant.is_number()) return "";
    const auto number = constant.get<double>();
    return number >= 10 && number <= 100 ? shown(number / 100) : "";
  }

  static std::string in_words_of(const std::vector<JsonPath>& paths) {
    std::vector<std::string> names;
    for (const JsonPath& path : paths)
      if (std::ranges::find(names, dotted(path)) == names.end()) names.push_back(dotted(path));
    std::string text = names.front();
    for (std::size_t i = 1; i < names.size() && i < most_reported; ++i)
      text += " or " + names[i];
    return text;
  }

  static std::string suggestion(const json& constant, const std::vector<json>& values) {
    std::vector<std::string_view> texts;
    for (const json& value : values)
      if (value.is_string()) texts.push_back(value.get_ref<const std::string&>());
    if (!constant.is_string() || texts.empty()) return "";
    return did_you_mean(constant.get_ref<const std::string&>(), texts);
  }

  void check_answer() const {
    if (!facts().assignment.empty()) return;
    JsonKinds kinds = facts().gives;
    for (const JsonPath& path : facts().gives_of)
      kinds |= path.empty() ? json_kind::object : schema_.at(path).kinds();
    if ((kinds & (json_kind::boolean | json_kind::null)) != 0 || kinds == 0) return;
    if (subject_.is_check)
      error("gives " + in_words_of(kinds) + ", and not true or false; compare it with something");
    else
      warn("gives " + in_words_of(kinds) +
           ", which counts as true for every document; compare it with something");
  }

  static std::string in_words_of(JsonKinds kinds) {
    constexpr JsonKinds sum = json_kind::any & ~json_kind::boolean & ~json_kind::null;
    constexpr JsonKinds figures = json_kind::number | json_kind::array;
    return kinds == sum || kinds == figures ? "the result of a calculation" : in_words(kinds);
  }

  const Pipeline& pipeline_;
  const Placed& placed_;
  const Subject subject_;
  const SchemaView schema_;
  Diagnostics& diagnostics_;
  std::set<JsonPath> known_;
  bool has_hyphen_ = false;
};

const StageConfig* stage_of(const Pipeline& pipeline, const std::string& setting) {
  const auto is_its = [&](const StageConfig& stage) {
    return setting.starts_with("stages." + stage.id + ".");
  };
  const auto found = std::ranges::find_if(pipeline.stages, is_its);
  return found == pipeline.stages.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string_view> readable_in_conditions(const Pipeline& pipeline) {
  std::vector<std::string_view> names = {"document", "complexity"};
  for (const StageConfig& stage : pipeline.stages)
    names.push_back(stage.id);
  return names;
}

std::set<const Condition*> check_conditions(const Pipeline& pipeline, const std::vector<Placed>& conditions,
                                            Diagnostics& diagnostics) {
  std::set<const Condition*> hyphenated;
  if (conditions.empty()) return hyphenated;
  const json records = schema_of_records(pipeline);
  for (const Placed& placed : conditions) {
    const StageConfig* stage = stage_of(pipeline, placed.setting);
    if (stage == nullptr && placed.setting != policy) continue;
    const bool is_check = stage != nullptr && placed.setting != "stages." + stage->id + ".when";
    if (is_check && stage->type->checked == nullptr) continue;
    const json checked = is_check ? stage->type->checked(stage->settings) : json();
    ConditionCheck check(pipeline, placed, {is_check ? checked : records, stage, is_check, false},
                         diagnostics);
    if (!check.run()) hyphenated.insert(placed.named.condition.get());
  }
  return hyphenated;
}

std::vector<std::string> doubts_about(const NamedCondition& condition, const Pipeline& pipeline) {
  const json records = schema_of_records(pipeline);
  const Placed placed{condition, {}, ""};
  Diagnostics diagnostics("", {});
  ConditionCheck(pipeline, placed, {records, nullptr, false, true}, diagnostics).run();
  std::vector<std::string> doubts;
  for (const auto& found : {diagnostics.sorted(), diagnostics.warnings()})
    for (const Diagnostic& diagnostic : found)
      doubts.push_back(diagnostic.message);
  return doubts;
}

Result<std::vector<std::string>> compile_conditions(const Pipeline& pipeline) {
  std::vector<std::string> lines;
  if (!pipeline.conditions) return lines;
  const auto problems = pipeline.conditions->compile();
  if (!problems) return problems.error();
  for (const ConditionPlace& place : pipeline.condition_places) {
    const std::string& problem = (*problems)[place.condition->number()];
    if (problem.empty()) continue;
    const ConditionMistake mistake =
        explain_jq(place.condition->expression(), problem, readable_in_conditions(pipeline));
    lines.push_back(place.place_at(mistake.at) + ": " + place.setting + ": " + not_valid_jq +
                    mistake.message);
  }
  return lines;
}

std::optional<Error> refuse_conditions(const Pipeline& pipeline) {
  const auto lines = compile_conditions(pipeline);
  if (!lines) return lines.error();
  if (lines->empty()) return std::nullopt;
  const std::size_t more = lines->size() - 1;
  return Error{ErrorClass::config,
               lines->front() + (more == 0 ? ""
                                           : " (and " + std::to_string(more) +
                                                 " more conditions: `docket check` lists them)")};
}

}  // namespace docket
