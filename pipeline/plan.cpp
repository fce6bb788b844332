#include "pipeline/plan.h"

#include <algorithm>

#include "pipeline/complaints.h"
#include "pipeline/location.h"
#include "pipeline/named_files.h"
#include "pipeline/overrides.h"
#include "pipeline/plan_checks.h"
#include "pipeline/plan_fields.h"
#include "pipeline/settings_reader.h"
#include "pipeline/stage_drafts.h"
#include "pipeline/stage_order.h"
#include "pipeline/suggest.h"
#include "pipeline/yaml.h"

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
class PlanReader {
 public:
  PlanReader(const fs::path& file, const Catalog& catalog, std::vector<std::string> overrides)
      : catalog_(catalog),
        complaints_(file.string(), std::move(overrides)),
        reader_(fs::absolute(file).lexically_normal().parent_path(), complaints_) {
    plan_.file = fs::absolute(file).lexically_normal();
    plan_.directory = plan_.file.parent_path();
  }

  PlanOrComplaints run(const std::vector<std::pair<std::string, std::string>>& overrides) {
    const NodePtr root = tree(overrides);
    if (root) read(*root);
    if (!complaints_.empty()) return {std::nullopt, complaints_.sorted()};
    make_stages();
    if (!complaints_.empty()) return {std::nullopt, complaints_.sorted()};
    plan_.files = reader_.files();
    plan_.files.insert(plan_.files.begin(), plan_.file);
    return {std::move(plan_), {}};
  }

 private:
  NodePtr tree(const std::vector<std::pair<std::string, std::string>>& overrides) {
    const auto text = read_whole_file(plan_.file, longest_yaml);
    if (!text) {
      complaints_.add({}, "", text.error().message);
      return nullptr;
    }
    const Yaml yaml = parse_yaml(*text);
    for (const YamlProblem& problem : yaml.problems) {
      complaints_.add(problem.position, "", problem.message);
    }
    if (!yaml.root) {
      if (yaml.problems.empty())
        complaints_.add({}, "", "the file is empty; it needs at least 'version' and 'stages'");
      return nullptr;
    }
    if (yaml.root->kind != Node::Kind::mapping) {
      complaints_.add(yaml.root->position, "", "expected 'name: value' lines such as 'version: 1'");
      return nullptr;
    }
    return apply_overrides(yaml.root, overrides, complaints_);
  }

  void read(const Node& root) {
    static const Node::Entry nothing{"", {}, std::make_shared<Node>()};
    const Node::Entry* backends = root.find("backends");
    const Node::Entry* stages = root.find("stages");
    std::vector<StageDraft> drafts;
    if (!stages && !SettingsReader::is_misspelt(section_fields(), root, "stages")) {
      complaints_.add({}, "stages", "missing, expected a list of stages");
    }
    if (stages) drafts = draft_stages(*stages, catalog_.stages, reader_, complaints_);
    all_drafted_ = stages && drafts.size() == stages->value->items.size();
    set_names(backends ? *backends->value : *nothing.value, drafts);

    reader_.check_names({top_fields(), section_fields()}, root, "");
    plan_.settings = reader_.read(top_fields(), root, {}, "");
    read_top_level();
    if (backends) read_backends(*backends);
    check_backend_cycles(plan_, complaints_);
    check_budget(plan_, complaints_);
    read_stages(drafts);
    check_conditions(plan_, complaints_);
  }

  void set_names(const Node& backends, const std::vector<StageDraft>& drafts) {
    SettingsReader::Names names;
    for (const Node::Entry& entry : backends.entries) {
      if (names.backends.size() < most_backends) names.backends.push_back(entry.key);
    }
    for (const StageDraft& draft : drafts) {
      names.stages.push_back(draft.id);
    }
    reader_.set_names(std::move(names));
  }

  void read_top_level() {
    plan_.name = plan_.settings.text("name");
    if (plan_.name.empty()) plan_.name = plan_.file.stem().string();
    plan_.inputs = plan_.settings.group("input").texts("paths");
    plan_.output_dir = (plan_.directory / plan_.settings.group("output").text("dir")).lexically_normal();
  }

  void read_backends(const Node::Entry& section) {
    const Node& list = *section.value;
    if (list.kind != Node::Kind::mapping && list.kind != Node::Kind::null) {
      return complaints_.add(section.position, "backends", "expected a mapping of names to backends");
    }
    if (list.entries.size() > most_backends) {
      return complaints_.add(section.position, "backends",
                             "more than " + std::to_string(most_backends) + " backends");
    }
    for (const Node::Entry& entry : list.entries) {
      read_backend(entry);
    }
  }

  void read_backend(const Node::Entry& entry) {
    const std::string path = "backends." + entry.key;
    if (entry.key.empty()) return complaints_.add(entry.position, "backends", "a name may not be empty");
    if (entry.key == extraction_workers) {
      return complaints_.add(entry.position, path, "this name is docket's own; choose another");
    }
    if (entry.value->kind != Node::Kind::mapping) {
      return complaints_.add(entry.position, path, "expected a mapping of settings with a 'type'");
    }
    const BackendKind* kind = backend_kind(entry, path);
    if (!kind) return;
    reader_.check_names({backend_fields(), kind->fields}, *entry.value, path);
    Settings settings = reader_.read(kind->fields, *entry.value, entry.position, path);
    BackendPlan backend{entry.key, kind, std::move(settings), entry.position.line, entry.position.column};
    if (const auto problem = address_problem(backend))
      complaints_.add(entry.position, path, problem->message);
    plan_.backends.push_back(std::move(backend));
  }

  const BackendKind* backend_kind(const Node::Entry& entry, const std::string& path) {
    std::vector<std::string_view> types;
    for (const BackendKind& kind : catalog_.backends) {
      types.push_back(kind.type);
    }
    const Node::Entry* given = entry.value->find("type");
    if (!given) {
      complaints_.add(entry.position, path + ".type", "missing, expected " + one_of(types));
      return nullptr;
    }
    const auto type = reader_.text(*given->value, path + ".type");
    if (!type) return nullptr;
    for (const BackendKind& kind : catalog_.backends) {
      if (kind.type == *type) return &kind;
    }
    complaints_.add(given->value->position, path + ".type",
                    "unknown type of backend" + (type == given->value->text ? " '" + *type + "'" : "") +
                        did_you_mean(*type, types));
    return nullptr;
  }

  void read_stages(const std::vector<StageDraft>& drafts) {
    std::vector<StagePlan> stages;
    Predecessors after;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      const StageDraft& draft = drafts[i];
      const std::string path = "stages." + draft.id;
      reader_.check_names({stage_fields(), draft.kind->fields}, *draft.options, path);
      const Settings common = reader_.read(stage_fields(), *draft.options, draft.position, path);
      StagePlan stage;
      stage.id = draft.id;
      stage.kind = draft.kind;
      stage.settings = reader_.read(draft.kind->fields, *draft.options, draft.position, path);
      stage.when = common.conditions("when");
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

  void sort(const std::vector<StageDraft>& drafts, std::vector<StagePlan> stages, const Predecessors& after) {
    const StageOrder sorted = sort_stages(after);
    for (const auto& cycle : sorted.cycles) {
      complain_of_cycle(drafts, cycle);
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
      plan_.stages.push_back(std::move(stages[old]));
    }
    if (all_drafted_) check_text(plan_, catalog_, complaints_);
  }

  /// Shown at the first `after` in it.
  void complain_of_cycle(const std::vector<StageDraft>& drafts, const std::vector<std::size_t>& cycle) {
    std::string text;
    const StageDraft* shown = nullptr;
    for (const std::size_t i : cycle) {
      text += drafts[i].id + " -> ";
      if (!shown && drafts[i].options->find("after")) shown = &drafts[i];
    }
    if (!shown) shown = &drafts[cycle.front()];
    const Node::Entry* after = shown->options->find("after");
    complaints_.add(after ? after->position : shown->position, "stages." + shown->id + ".after",
                    "these stages wait for each other: " + text + drafts[cycle.front()].id);
  }

  void make_stages() {
    for (StagePlan& stage : plan_.stages) {
      auto made = stage.kind->make(stage, plan_);
      if (made) {
        stage.stage = std::move(*made);
      } else {
        complaints_.add({stage.line, stage.column, 0}, "stages." + stage.id, made.error().message);
      }
    }
  }

  const Catalog& catalog_;
  Complaints complaints_;
  SettingsReader reader_;
  Plan plan_;
  bool all_drafted_ = false;  ///< No stage is missing because of a mistake.
};

}  // namespace

const BackendPlan* Plan::backend(std::string_view wanted) const {
  const auto found = std::find_if(backends.begin(), backends.end(),
                                  [&](const BackendPlan& backend) { return backend.name == wanted; });
  return found == backends.end() ? nullptr : &*found;
}

const StagePlan* Plan::stage(std::string_view id) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const StagePlan& stage) { return stage.id == id; });
  return found == stages.end() ? nullptr : &*found;
}

bool names_backend(const StagePlan& stage, std::string_view backend) {
  for (const Field& field : stage.kind->fields) {
    if (field.type == Field::Type::backend && stage.settings.text(field.name) == backend) return true;
    if (field.type != Field::Type::backends) continue;
    const std::vector<std::string> names = stage.settings.texts(field.name);
    if (std::ranges::find(names, backend) != names.end()) return true;
  }
  return false;
}

PlanOrComplaints read_plan(const fs::path& file, const Catalog& catalog,
                           const std::vector<std::pair<std::string, std::string>>& overrides) {
  return PlanReader(file, catalog, keys_of(overrides)).run(overrides);
}

}  // namespace docket
