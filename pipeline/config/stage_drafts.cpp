#include "pipeline/config/stage_drafts.h"

#include <algorithm>
#include <map>

#include "pipeline/config/fields.h"
#include "pipeline/config/other_names.h"
#include "pipeline/config/overrides.h"

namespace docket {
namespace {

constexpr std::size_t most_stages = 1000;

bool is_id(const std::string& text) {
  const auto is_start = [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); };
  return !text.empty() && is_start(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); });
}

class Drafter {
 public:
  Drafter(std::span<const StageType> known, SettingsReader& reader, Diagnostics& diagnostics)
      : known_(known), reader_(reader), diagnostics_(diagnostics) {
    for (const StageType& type : known) {
      names_.push_back({type.name, type.also_called});
    }
  }

  std::vector<StageDraft> run(const Node::Entry& stages) {
    const Node& list = *stages.value;
    if (list.kind != Node::Kind::sequence || list.items.empty()) {
      diagnostics_.add(
          stages.position, "stages",
          "expected a list of stages, each as '- TYPE:' with its settings below" + missing_blank(list));
      return {};
    }
    if (list.items.size() > most_stages) {
      diagnostics_.add(stages.position, "stages", "more than " + std::to_string(most_stages) + " stages");
      return {};
    }
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      draft(*list.items[i], "stages[" + std::to_string(i + 1) + "]");
    }
    return std::move(drafts_);
  }

 private:
  void draft(const Node& item, const std::string& path) {
    const std::string name = stage_type(item);
    if (name.empty()) return diagnostics_.add(item.position, path, wrong_form(item));
    StageDraft draft;
    draft.position = item.entries.empty() ? item.position : item.entries.front().position;
    draft.options = item.entries.empty() ? std::make_shared<Node>() : item.entries.front().value;
    draft.type = type_named(name, draft.position, path);
    if (!draft.type) return;
    const std::string by_type = default_id(name);
    const bool has_good_id = set_id(draft, by_type);
    if (draft.options->kind != Node::Kind::mapping && draft.options->kind != Node::Kind::null) {
      diagnostics_.add(draft.options->position, "stages." + draft.id, "expected a mapping of settings");
      draft.options = std::make_shared<Node>();
    }
    const auto [taken, fresh] = places_.emplace(draft.id, draft.position);
    if (!fresh && has_good_id) {
      diagnostics_.add(draft.position, "stages." + draft.id,
                       "the id '" + draft.id + "' is taken by the stage in line " +
                           std::to_string(taken->second.line) + "; give one of them another 'id'");
    }
    drafts_.push_back(std::move(draft));
  }

  /// `-extract:` is a name to YAML.
  static std::string missing_blank(const Node& list) {
    if (list.entries.empty()) return "";
    const std::string& key = list.entries.front().key;
    return key.starts_with('-') ? "; a space is missing: write '- " + key.substr(1) + ":'"
                                : "; write '- " + key + ":'";
  }

  static std::string wrong_form(const Node& item) {
    const std::string form = "expected '- TYPE:' with the stage's settings below";
    if (item.entries.size() < 2) return form;
    const Node::Entry& first = item.entries.front();
    if (first.value->kind != Node::Kind::null) return form + ", got several keys";
    return form + "; '" + item.entries[1].key + "' must be indented further than '" + first.key + "'";
  }

  const StageType* type_named(const std::string& name, const Position& position, const std::string& path) {
    const auto found =
        std::find_if(known_.begin(), known_.end(), [&](const StageType& type) { return type.name == name; });
    if (found != known_.end()) return &*found;
    if (!diagnostics_.full()) {
      diagnostics_.add(position, path, "unknown stage type '" + name + "'" + type_meant(name, names_));
    }
    return nullptr;
  }

  /// The stage's own id if it has a good one, else that of its type. False: it has a bad one.
  bool set_id(StageDraft& draft, const std::string& by_type) {
    draft.id = by_type;
    const Node::Entry* given = draft.options->find("id");
    if (!given) return true;
    const std::string path = "stages." + by_type + ".id";
    if (given->value->kind != Node::Kind::scalar) return false;  // Complained about with the other settings.
    const auto text = reader_.text(*given->value, path);
    if (!text) return false;
    const auto reserved = reserved_ids();
    if (std::find(reserved.begin(), reserved.end(), *text) != reserved.end()) {
      diagnostics_.add(given->value->position, path,
                       "'" + *text + "' is reserved: every record has such a member; choose another");
      return false;
    }
    if (is_id(*text)) {
      draft.id = *text;
      return true;
    }
    diagnostics_.add(given->value->position, path,
                     "expected lower-case letters, digits and '_', not beginning with a digit, got '" +
                         given->value->text + "'");
    return false;
  }

  std::span<const StageType> known_;
  SettingsReader& reader_;
  Diagnostics& diagnostics_;
  std::vector<NamedType> names_;
  std::map<std::string, Position> places_;  ///< By id.
  std::vector<StageDraft> drafts_;
};

}  // namespace

std::vector<StageDraft> draft_stages(const Node::Entry& stages, std::span<const StageType> types,
                                     SettingsReader& reader, Diagnostics& diagnostics) {
  return Drafter(types, reader, diagnostics).run(stages);
}

}  // namespace docket
