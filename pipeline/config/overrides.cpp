#include "pipeline/config/overrides.h"

#include <algorithm>

#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using Path = std::vector<std::string>;

Path split(const std::string& text) {
  Path path;
  std::size_t start = 0;
  for (std::size_t dot = text.find('.'); dot != std::string::npos; dot = text.find('.', start)) {
    path.push_back(text.substr(start, dot - start));
    start = dot + 1;
  }
  path.push_back(text.substr(start));
  return path;
}

std::string id_of(const Node& item) {
  const std::string type = stage_type(item);
  if (!item.entries.empty()) {
    const Node::Entry* id = item.entries.front().value->find("id");
    if (id && id->value->kind == Node::Kind::scalar) return id->value->text;
  }
  return default_id(type);
}

/// Sets one value; what is on the way is copied, since aliases may share it.
class Setter {
 public:
  Setter(Path path, NodePtr value, Position position, Diagnostics& diagnostics)
      : path_(std::move(path)), value_(std::move(value)), position_(position), diagnostics_(diagnostics) {}

  NodePtr set(const NodePtr& root) {
    if (std::find(path_.begin(), path_.end(), "") != path_.end()) {
      diagnostics_.add(position_, "", "expected a path such as output.dir or stages.ID.SETTING");
      return root;
    }
    return into(root, 0);
  }

 private:
  NodePtr into(const NodePtr& node, std::size_t depth) {
    if (depth == path_.size()) return value_;
    if (depth == 1 && path_[0] == "stages" && node->kind == Node::Kind::sequence) return into_stage(*node);
    if (node->kind != Node::Kind::mapping && node->kind != Node::Kind::null) {
      diagnostics_.add(position_, "",
                       "'" + (depth ? path_[depth - 1] : "the file") + "' is not a mapping of settings");
      return node;
    }
    auto copy = std::make_shared<Node>(*node);
    copy->kind = Node::Kind::mapping;
    for (Node::Entry& entry : copy->entries) {
      if (entry.key != path_[depth]) continue;
      entry.value = into(entry.value, depth + 1);
      return copy;
    }
    auto empty = std::make_shared<Node>();
    empty->position = position_;
    copy->entries.push_back({path_[depth], position_, into(empty, depth + 1)});
    return copy;
  }

  NodePtr into_stage(const Node& stages) {
    auto copy = std::make_shared<Node>(stages);
    std::vector<std::string> ids;
    for (NodePtr& item : copy->items) {
      ids.push_back(id_of(*item));
      if (ids.back() != path_[1] || ids.back().empty()) continue;
      item = into_options(*item);
      return copy;
    }
    diagnostics_.add(position_, "",
                     "unknown stage '" + path_[1] + "'" + did_you_mean(path_[1], {ids.begin(), ids.end()}));
    return copy;
  }

  NodePtr into_options(const Node& item) {
    auto copy = std::make_shared<Node>(item);
    if (item.kind == Node::Kind::scalar) {  // `- extract`
      auto empty = std::make_shared<Node>();
      empty->position = item.position;
      copy->entries = {{item.text, item.position, empty}};
      copy->kind = Node::Kind::mapping;
    }
    copy->entries.front().value = into(copy->entries.front().value, 2);
    return copy;
  }

  const Path path_;
  const NodePtr value_;
  const Position position_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::string stage_type(const Node& item) {
  if (item.kind == Node::Kind::scalar) return item.text;
  return item.kind == Node::Kind::mapping && item.entries.size() == 1 ? item.entries.front().key : "";
}

std::string default_id(std::string type) {
  std::replace(type.begin(), type.end(), '-', '_');
  return type;
}

NodePtr apply_overrides(NodePtr root, const std::vector<std::pair<std::string, std::string>>& overrides,
                        Diagnostics& diagnostics) {
  int number = 0;
  for (const auto& [key, text] : overrides) {
    const Position position{0, 0, ++number};
    Yaml value = parse_yaml(text, number);
    for (const YamlProblem& problem : value.problems) {
      diagnostics.add(position, "", problem.message);
    }
    if (!value.root && !value.problems.empty()) continue;
    if (!value.root) {
      auto nothing = std::make_shared<Node>();
      nothing->position = position;
      value.root = std::move(nothing);
    }
    root = Setter(split(key), value.root, position, diagnostics).set(root);
  }
  return root;
}

}  // namespace docket
