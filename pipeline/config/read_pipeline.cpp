#include "pipeline/config/read_pipeline.h"

#include <algorithm>
#include <map>
#include <set>

#include "pipeline/config/check_conditions.h"
#include "pipeline/config/checks.h"
#include "pipeline/config/complexity_rule.h"
#include "pipeline/config/condition_mistake.h"
#include "pipeline/config/diagnostics.h"
#include "pipeline/config/fields.h"
#include "pipeline/config/named_files.h"
#include "pipeline/config/other_names.h"
#include "pipeline/config/overrides.h"
#include "pipeline/config/settings_reader.h"
#include "pipeline/config/stage_drafts.h"
#include "pipeline/config/stage_order.h"
#include "pipeline/config/yaml.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_backends = 1000;

std::vector<std::string> keys_of(const std::vector<std::pair<std::string, std::string>>& overrides) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : overrides) {
    keys.push_back(key);
  }
  return keys;
}

/// Reads one pipeline file: text → tree → tables → graph → stages. Each step goes on after mistakes, so that
/// all of them are found in one go; only what depends on a broken part is left out.
class PipelineReader {
 public:
  PipelineReader(const fs::path& file, const Registry& registry, std::vector<std::string> overrides,
                 std::optional<std::string> content, SecretUse secrets)
      : content_(std::move(content)),
        registry_(registry),
        diagnostics_(file.string(), std::move(overrides)),
        conditions_(
            std::make_shared<ConditionSet>(registry.conditions == nullptr ? nullptr : registry.conditions())),
        reader_(fs::absolute(file).lexically_normal().parent_path(), diagnostics_, *conditions_) {
    pipeline_.file = fs::absolute(file).lexically_normal();
    pipeline_.directory = pipeline_.file.parent_path();
    if (secrets == SecretUse::none) reader_.set_secrets_may_lack();
  }

  PipelineOrDiagnostics run(const std::vector<std::pair<std::string, std::string>>& overrides) {
    const NodePtr root = tree(overrides);
    if (root) read(*root);
    if (!diagnostics_.empty()) {
      ask_jq();
      return {std::nullopt, diagnostics_.sorted()};
    }
    make_stages();
    if (!diagnostics_.empty()) return {std::nullopt, diagnostics_.sorted()};
    pipeline_.files = reader_.files();
    if (!content_) pipeline_.files.insert(pipeline_.files.begin(), pipeline_.file);
    keep_conditions();
    return {std::move(pipeline_), {}};
  }

 private:
  NodePtr tree(const std::vector<std::pair<std::string, std::string>>& overrides) {
    const auto text =
        content_ ? Result<std::string>(*content_) : read_whole_file(pipeline_.file, longest_yaml);
    if (!text) {
      diagnostics_.add({}, "", text.error().message);
      return nullptr;
    }
    const Yaml yaml = parse_yaml(*text);
    diagnostics_.set_text(*text);
    for (const YamlProblem& problem : yaml.problems) {
      diagnostics_.add(problem.position, "", problem.message);
    }
    if (!yaml.root) {
      if (yaml.problems.empty())
        diagnostics_.add({}, "", "the file is empty; it needs at least 'version' and 'stages'");
      return nullptr;
    }
    if (yaml.root->kind != Node::Kind::mapping) {
      diagnostics_.add(yaml.root->position, "", "expected 'name: value' lines such as 'version: 1'");
      return nullptr;
    }
    return apply_overrides(yaml.root, overrides, diagnostics_);
  }

  void read(const Node& root) {
    static const Node::Entry nothing{"", {}, std::make_shared<Node>()};
    const Node::Entry* backends = root.find("backends");
    const Node::Entry* stages = root.find("stages");
    std::vector<StageDraft> drafts;
    if (!stages && !SettingsReader::is_misspelt(section_fields(), root, "stages")) {
      diagnostics_.add({}, "stages", "missing, expected a list of stages");
    }
    if (stages) drafts = draft_stages(*stages, registry_.stages, reader_, diagnostics_);
    all_drafted_ = stages && drafts.size() == stages->value->items.size();
    set_names(backends ? *backends->value : *nothing.value, drafts);

    reader_.check_names({top_fields(), section_fields()}, root, "");
    pipeline_.settings = reader_.read(top_fields(), root, {}, "");
    read_top_level();
    if (backends) read_backends(*backends);
    check_backend_cycles(pipeline_, diagnostics_);
    check_redaction(pipeline_, root, diagnostics_);
    read_stages(drafts);
    check_budget(pipeline_, diagnostics_);
    choose_words();
    read_output_mode(root);
    read_complexity(root);
    hyphenated_ = check_conditions(pipeline_, reader_.conditions(), diagnostics_);
  }

  /// `rules:{ type: builtin }`, which is the name `rules:{ type` to YAML, with a space that is missing.
  static std::string_view before_flow(std::string_view key) { return key.substr(0, key.find(":{")); }

  void set_names(const Node& backends, const std::vector<StageDraft>& drafts) {
    SettingsReader::Names names;
    for (const Node::Entry& entry : backends.entries) {
      if (names.backends.size() < most_backends) names.backends.push_back(before_flow(entry.key));
    }
    for (const StageDraft& draft : drafts) {
      names.stages.push_back(draft.id);
    }
    reader_.set_names(std::move(names));
  }

  void read_top_level() {
    pipeline_.name = pipeline_.settings.text("name");
    if (pipeline_.name.empty()) pipeline_.name = pipeline_.file.stem().string();
    const Settings input = pipeline_.settings.group("input");
    pipeline_.inputs = input.texts("paths");
    pipeline_.input_exclude = input.texts("exclude");
    pipeline_.input_may_be_empty = input.boolean("may_be_empty");
    if (input.boolean("case_sensitive")) pipeline_.letters = LetterCase::counts;
    reader_.set_paths(PathPatterns::Use::choose, pipeline_.letters);
    pipeline_.output_dir =
        (pipeline_.directory / pipeline_.settings.group("output").text("dir")).lexically_normal();
  }

  void read_output_mode(const Node& root) {
    const std::string text = pipeline_.settings.group("output").text("mode");
    if (text.empty()) return;
    const FileModeOrMistake read = parse_file_mode(text);
    pipeline_.output_mode = read.mode;
    if (read.mode) return;
    const Node::Entry* output = root.find("output");
    const Node::Entry* mode = output == nullptr ? nullptr : output->value->find("mode");
    diagnostics_.add(mode == nullptr ? Position() : mode->value->position, "output.mode",
                     read.mistake + ", got '" + text + "'");
  }

  void choose_words() {
    const std::string words = pipeline_.settings.group("output").text("words");
    const auto shows_places = [](const StageConfig& stage) { return stage.type->shows_places; };
    pipeline_.writes_words =
        words == "always" || (words == "auto" && std::ranges::any_of(pipeline_.stages, shows_places));
  }

  void read_complexity(const Node& root) {
    const Node::Entry* given = root.find("complexity");
    pipeline_.complexity = complexity_rule(pipeline_, given ? given->position : Position(), diagnostics_);
  }

  void read_backends(const Node::Entry& section) {
    const Node& list = *section.value;
    if (list.kind != Node::Kind::mapping && list.kind != Node::Kind::null) {
      return diagnostics_.add(section.position, "backends", "expected a mapping of names to backends");
    }
    if (list.entries.size() > most_backends) {
      return diagnostics_.add(section.position, "backends",
                              "more than " + std::to_string(most_backends) + " backends");
    }
    for (const Node::Entry& entry : list.entries) {
      read_backend(entry);
    }
  }

  void read_backend(const Node::Entry& entry) {
    const std::string path = "backends." + entry.key;
    if (entry.key.empty()) return diagnostics_.add(entry.position, "backends", "a name must not be empty");
    if (const std::string_view name = before_flow(entry.key); name != entry.key)
      return diagnostics_.add(entry.position, "backends",
                              "a space is missing behind ':', write '" + std::string(name) + ": { … }'");
    if (entry.key == extraction_workers) {
      return diagnostics_.add(entry.position, path, "this name is reserved; choose another");
    }
    if (entry.value->kind != Node::Kind::mapping) {
      return diagnostics_.add(entry.position, path, "expected a mapping of settings with a 'type'");
    }
    const BackendType* type = type_of(entry, path);
    if (!type) return;
    reader_.check_names({backend_fields(), type->fields}, *entry.value, path, std::string(type->name));
    Settings settings = reader_.read(type->fields, *entry.value, entry.position, path);
    BackendConfig backend{entry.key, type, std::move(settings), entry.position.line, entry.position.column};
    if (const auto problem = problem_of(backend)) report(*problem, entry, path);
    for (const std::string& warning : warnings_of(backend))
      diagnostics_.warn(entry.position, path, warning);
    pipeline_.backends.push_back(std::move(backend));
  }

  /// Where the setting stands, or the last group on the way to it that is there; not if that could not be
  /// read.
  void report(const SettingProblem& problem, const Node::Entry& backend, const std::string& path) {
    const std::string outermost = problem.setting.substr(0, problem.setting.find('.'));
    if (!outermost.empty() && diagnostics_.concern(path + "." + outermost)) return;
    const Node::Entry* at = &backend;
    for (std::string_view rest = problem.setting; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find('.'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      const Node::Entry* next = at->value->find(name);
      if (next == nullptr) break;
      at = next;
    }
    const bool is_value = at != &backend && at->value->kind == Node::Kind::scalar;
    diagnostics_.add(is_value ? at->value->position : at->position,
                     problem.setting.empty() ? path : path + "." + problem.setting, problem.message);
  }

  const BackendType* type_of(const Node::Entry& entry, const std::string& path) {
    std::vector<std::string_view> names;
    std::vector<NamedType> types;
    for (const BackendType& type : registry_.backends) {
      names.push_back(type.name);
      types.push_back({type.name, type.also_called});
    }
    const Node::Entry* given = entry.value->find("type");
    if (!given) {
      diagnostics_.add(entry.position, path + ".type", "missing, expected " + one_of(names));
      return nullptr;
    }
    const auto name = reader_.text(*given->value, path + ".type");
    if (!name) return nullptr;
    for (const BackendType& type : registry_.backends) {
      if (type.name == *name) return &type;
    }
    diagnostics_.add(given->value->position, path + ".type",
                     "unknown backend type" + (name == given->value->text ? " '" + *name + "'" : "") +
                         type_meant(*name, types));
    return nullptr;
  }

  void read_stages(const std::vector<StageDraft>& drafts) {
    std::vector<StageConfig> stages;
    Predecessors after;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      const StageDraft& draft = drafts[i];
      const std::string path = "stages." + draft.id;
      options_[draft.id] = draft.options;
      reader_.check_names({stage_fields(), draft.type->fields}, *draft.options, path,
                          std::string(draft.type->name));
      const Settings common = reader_.read(stage_fields(), *draft.options, draft.position, path);
      StageConfig stage;
      stage.id = draft.id;
      stage.type = draft.type;
      stage.settings = reader_.read(draft.type->fields, *draft.options, draft.position, path);
      stage.when = common.conditions("when");
      if (common.has("budget")) stage.budget = common.decimal("budget");
      stage.line = draft.position.line;
      stage.column = draft.position.column;
      stages.push_back(std::move(stage));
      after.push_back(predecessors(drafts, i, common));
    }
    sort(drafts, std::move(stages), after);
  }

  /// By default, and when `after` could not be read, a stage waits for the one before it in the file.
  static std::vector<std::size_t> predecessors(const std::vector<StageDraft>& drafts, std::size_t number,
                                               const Settings& common) {
    const std::vector<std::string> ids = common.texts("after");
    const Node::Entry* given = drafts[number].options->find("after");
    const bool is_empty_list =
        given && given->value->kind == Node::Kind::sequence && given->value->items.empty();
    if (ids.empty() && !is_empty_list && number > 0) return {number - 1};
    std::vector<std::size_t> after;
    for (const std::string& id : ids) {
      const auto found =
          std::find_if(drafts.begin(), drafts.end(), [&](const StageDraft& draft) { return draft.id == id; });
      if (found != drafts.end()) after.push_back(found - drafts.begin());
    }
    return after;
  }

  void sort(const std::vector<StageDraft>& drafts, std::vector<StageConfig> stages,
            const Predecessors& after) {
    const StageOrder sorted = sort_stages(after);
    for (const auto& cycle : sorted.cycles) {
      report_cycle(drafts, cycle);
    }
    std::vector<std::size_t> new_place(drafts.size());
    for (std::size_t i = 0; i < sorted.order.size(); ++i) {
      new_place[sorted.order[i]] = i;
    }
    for (const std::size_t old : sorted.order) {
      for (const std::size_t earlier : after[old]) {
        stages[old].after.push_back(new_place[earlier]);
      }
      std::sort(stages[old].after.begin(), stages[old].after.end());
      pipeline_.stages.push_back(std::move(stages[old]));
    }
    if (all_drafted_) check_text(pipeline_, registry_, diagnostics_);
  }

  /// Shown at the first `after` in it.
  void report_cycle(const std::vector<StageDraft>& drafts, const std::vector<std::size_t>& cycle) {
    std::string text;
    const StageDraft* shown = nullptr;
    for (const std::size_t i : cycle) {
      text += drafts[i].id + " -> ";
      if (!shown && drafts[i].options->find("after")) shown = &drafts[i];
    }
    if (!shown) shown = &drafts[cycle.front()];
    const Node::Entry* after = shown->options->find("after");
    diagnostics_.add(after ? after->position : shown->position, "stages." + shown->id + ".after",
                     "these stages wait for each other: " + text + drafts[cycle.front()].id);
  }

  void make_stages() {
    for (StageConfig& stage : pipeline_.stages) {
      auto made = stage.type->make(stage, pipeline_);
      if (made) {
        stage.stage = std::move(*made);
        warn_of(stage);
      } else {
        const std::string& message = made.error().message;
        diagnostics_.add(position_of_setting(stage, message), "stages." + stage.id, message);
      }
    }
  }

  /// Of what a message begins with: `ocr.languages: …`; the stage's where it names no setting of the file.
  Position position_of_setting(const StageConfig& stage, const std::string& message) const {
    Position position{stage.line, stage.column, 0};
    const auto options = options_.find(stage.id);
    const Node* node = options == options_.end() ? nullptr : options->second.get();
    std::string_view rest = std::string_view(message).substr(0, message.find(':'));
    while (node != nullptr && !rest.empty()) {
      const Node::Entry* entry = node->find(rest.substr(0, rest.find('.')));
      if (entry == nullptr) break;
      node = entry->value.get();
      position = node->kind == Node::Kind::scalar ? node->position : entry->position;
      rest.remove_prefix(
          std::min(rest.size(), rest.find('.') == std::string_view::npos ? rest.size() : rest.find('.') + 1));
    }
    const Node* word = node == nullptr ? nullptr : below(*node, first_in_quotes(message));
    return word == nullptr ? position : word->position;
  }

  static std::string first_in_quotes(const std::string& message) {
    const std::size_t begin = message.find('\''), end = message.find('\'', begin + 1);
    return begin == std::string::npos || end == std::string::npos
               ? ""
               : message.substr(begin + 1, end - begin - 1);
  }

  /// The first text of that wording.
  static const Node* below(const Node& node, const std::string& text) {
    if (text.empty()) return nullptr;
    if (node.kind == Node::Kind::scalar) return node.text == text ? &node : nullptr;
    for (const NodePtr& item : node.items)
      if (const Node* found = below(*item, text)) return found;
    for (const Node::Entry& entry : node.entries)
      if (const Node* found = below(*entry.value, text)) return found;
    return nullptr;
  }

  void warn_of(const StageConfig& stage) {
    if (stage.type->warnings == nullptr) return;
    for (const std::string& warning : stage.type->warnings(stage, pipeline_))
      diagnostics_.warn(position_of_setting(stage, warning), "stages." + stage.id, warning);
  }

  /// What jq finds wrong, beside other mistakes. Of a file without any, jq is asked when it is needed.
  void ask_jq() {
    const auto problems = conditions_->compile();
    if (!problems || problems->empty()) return;
    for (const SettingsReader::PlacedCondition& placed : reader_.conditions()) {
      const Condition& condition = *placed.named.condition;
      if (condition.set() == nullptr || (*problems)[condition.number()].empty()) continue;
      const std::string& jq = (*problems)[condition.number()];
      if (hyphenated_.contains(&condition) && jq.find("is not defined") != std::string::npos) continue;
      const ConditionMistake mistake =
          explain_jq(condition.expression(), jq, readable_in_conditions(pipeline_));
      diagnostics_.add(diagnostics_.inside(placed.position, condition.expression(), mistake.at),
                       placed.setting, not_valid_jq + mistake.message);
    }
  }

  void keep_conditions() {
    pipeline_.conditions = conditions_;
    const auto places = std::make_shared<const Diagnostics>(diagnostics_);
    for (const SettingsReader::PlacedCondition& placed : reader_.conditions()) {
      const auto& condition = placed.named.condition;
      const bool is_next =
          condition->set() != nullptr && condition->number() == pipeline_.condition_places.size();
      if (!is_next) continue;
      const auto place_at = [places, begin = placed.position, text = condition->expression()](
                                std::size_t at) { return places->place(places->inside(begin, text, at)); };
      pipeline_.condition_places.push_back({condition, place_at, placed.setting});
    }
    for (const Diagnostic& warning : diagnostics_.warnings())
      pipeline_.warnings.push_back(to_string(warning));
  }

  const std::optional<std::string> content_;
  const Registry& registry_;
  Diagnostics diagnostics_;
  const std::shared_ptr<ConditionSet> conditions_;
  SettingsReader reader_;
  Pipeline pipeline_;
  std::map<std::string, NodePtr> options_;  ///< Of the stages, by id.
  std::set<const Condition*> hyphenated_;   ///< See check_conditions.
  bool all_drafted_ = false;                ///< No stage is missing because of a mistake.
};

}  // namespace

PipelineOrDiagnostics read_pipeline(const fs::path& file, const Registry& registry,
                                    const std::vector<std::pair<std::string, std::string>>& overrides,
                                    std::optional<std::string> content, SecretUse secrets) {
  return PipelineReader(file, registry, keys_of(overrides), std::move(content), secrets).run(overrides);
}

}  // namespace docket
