#include "pipeline/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <unordered_map>

#include "pipeline/config/lookalikes.h"
#include "pipeline/config/yaml_source.h"

namespace docket {
namespace {

/// Ends the reading.
struct Stop {
  YamlProblem problem;
};

/// Builds the tree from yaml-cpp's events. So budgets can stop it, and yaml-cpp's own recursive tree, in
/// which an alias bomb would go off, never exists.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(const YamlSource& source) : source_(source) {}

  NodePtr root() const { return root_; }
  /// Where what is being read began, for messages.
  std::string innermost() const {
    if (open_.empty()) return {};
    const Position& position = open_.back().node->position;
    return "; it began in line " + std::to_string(position.line) + ", column " +
           std::to_string(position.column);
  }
  std::vector<YamlProblem> take_problems() { return std::move(problems_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const bool marked = source_.line(mark.line).starts_with("---");
    throw Stop{{position(mark), marked
                                    ? "a second document begins here; a pipeline file has one"
                                    : "indented less than the lines before it: YAML sees a second document"}};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchor != YAML::NullAnchor)
      problem(position(mark), "an anchor ('&…') without a value; put text that begins with '&' in quotes");
    auto null = node(mark, Node::Kind::null);
    if (const auto comment = comment_for_value()) {
      null->position = *comment;
      null->text = "#";
    }
    add(std::move(null), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto scalar = node(mark, Node::Kind::scalar);
    scalar->quoted = tag == "!";
    if (scalar->quoted) check_quotes(mark);
    check_tag(tag, scalar->position);
    scalar->text = value.empty() && tag.size() > 1 ? tag : value;
    scalar->bytes = value.size();
    add(std::move(scalar), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, Node::Kind::sequence, style == YAML::EmitterStyle::Flow);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, Node::Kind::mapping, style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) {
      throw Stop{{position(mark), "an alias must not be inside the value of its own anchor"}};
    }
    spend(target->second->nodes, target->second->bytes, position(mark));
    place(target->second, position(mark));
  }

 private:
  /// A sequence or mapping that is being read.
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    std::optional<Node::Entry> key;                          ///< Read; its value is not.
    enum class Use { entry, merge, none } use = Use::entry;  ///< Of the key's value.
    std::vector<std::pair<Position, NodePtr>> merged;        ///< The values of `<<`.
    std::unordered_map<std::string, Position> keys;
  };

  Position position(const YAML::Mark& mark) const { return source_.at(mark.line, mark.column); }

  void problem(const Position& position, std::string message) {
    if (problems_.size() < most_problems) problems_.push_back({position, std::move(message)});
  }

  std::shared_ptr<Node> node(const YAML::Mark& mark, Node::Kind kind) {
    auto made = std::make_shared<Node>();
    made->kind = kind;
    made->position = position(mark);
    spend(1, 0, made->position);
    return made;
  }

  void spend(std::size_t nodes, std::size_t bytes, const Position& position) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > most_yaml_nodes) {
      throw Stop{{position, "more than " + std::to_string(most_yaml_nodes) +
                                " values, counting every use of an alias"}};
    }
    if (bytes_ > most_yaml_text)
      throw Stop{{position, "more than 8 MiB of text, counting every use of an alias"}};
  }

  void check_tag(const std::string& tag, const Position& position) {
    if (tag.size() > 1)
      problem(position, "tags ('!…') have no meaning here; remove it, or put text that begins so in quotes");
  }

  /// yaml-cpp takes the end of the file for the closing quote.
  void check_quotes(const YAML::Mark& mark) const {
    const std::string_view text = source_.text();
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text.size()) return;
    const char quote = text[mark.pos];
    if (quote != '"' && quote != '\'') return;
    for (std::size_t at = mark.pos + 1; at < text.size(); ++at) {
      const bool escape = quote == '"' ? text[at] == '\\' : text.substr(at, 2) == "''";
      if (escape) {
        ++at;
      } else if (text[at] == quote) {
        return;
      }
    }
    throw Stop{{position(mark), std::string("the text that begins here has no closing ") + quote}};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind,
            bool flow) {
    auto opened = node(mark, kind);
    opened->flow = flow;
    check_tag(tag, opened->position);
    if (open_.size() >= deepest_yaml) {
      throw Stop{{opened->position, "nested more than " + std::to_string(deepest_yaml) + " levels deep"}};
    }
    open_.push_back({});
    open_.back().node = std::move(opened);
    open_.back().anchor = anchor;
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    for (const auto& [position, value] : closed.merged) {
      merge(closed, position, *value);
    }
    add(std::move(closed.node), closed.anchor);
  }

  /// `<<` brings the entries of a mapping, or of several, that are not written out; the first one wins.
  void merge(Open& into, const Position& position, const Node& from) {
    if (from.kind == Node::Kind::sequence) {
      for (const NodePtr& item : from.items) {
        item->kind == Node::Kind::mapping ? merge(into, position, *item) : not_mergeable(position);
      }
      return;
    }
    if (from.kind != Node::Kind::mapping) return not_mergeable(position);
    for (const Node::Entry& entry : from.entries) {
      if (!into.keys.emplace(entry.key, entry.position).second) continue;
      spend(entry.value->nodes, entry.value->bytes + entry.key.size(), position);
      append(*into.node, entry);
    }
  }

  void not_mergeable(const Position& position) {
    problem(position, "'<<' takes an alias of a mapping, or a list of such aliases");
  }

  void add(std::shared_ptr<Node> made, YAML::anchor_t anchor) {
    const Position position = made->position;
    if (made->kind == Node::Kind::scalar) spend(0, made->bytes, position);
    const NodePtr finished = std::move(made);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = finished;
    place(finished, position);
  }

  /// Puts a finished value where it belongs.
  void place(const NodePtr& value, const Position& position) {
    if (open_.empty()) {
      root_ = value;
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Node::Kind::sequence) {
      parent.node->items.push_back(value);
      parent.node->nodes += value->nodes;
      parent.node->bytes += value->bytes;
    } else if (!parent.key) {
      key(parent, *value, position);
    } else {
      parent.key->value = value;
      if (parent.use == Open::Use::entry) append(*parent.node, *parent.key);
      if (parent.use == Open::Use::merge) parent.merged.emplace_back(position, value);
      parent.key.reset();
    }
  }

  /// Behind the key that is open, where its value would be: `name: #7`.
  std::optional<Position> comment_for_value() const {
    if (open_.empty() || !open_.back().key) return std::nullopt;
    const Node::Entry& entry = *open_.back().key;
    const int number = entry.position.line - 1;
    const std::string_view line = source_.line(number);
    const std::size_t key = line.find(entry.key);
    if (key == line.npos) return std::nullopt;
    const std::size_t begin = line.find_first_not_of("\"': ", key + entry.key.size());
    if (begin == line.npos || line[begin] != '#') return std::nullopt;
    return source_.at(number, static_cast<int>(begin));
  }

  static bool is_first_in(std::string_view line, std::string_view name) {
    return line.substr(std::min(line.find_first_not_of(" -"), line.size())).starts_with(name);
  }

  void key(Open& parent, const Node& value, const Position& position) {
    parent.key = Node::Entry{value.text, position, nullptr};
    parent.use = Open::Use::none;
    if (value.kind != Node::Kind::scalar) return problem(position, "a key must be text; put it in quotes");
    const std::string_view line = source_.line(position.line - 1);
    if (const auto letter = value.quoted ? std::nullopt : lookalike_at_name(line);
        letter && is_first_in(line, value.text))
      return problem(source_.at(position.line - 1, static_cast<int>(letter->at)),
                     letter->message + ", or put the name in quotes");
    const auto [first, fresh] = parent.keys.emplace(value.text, position);
    if (!fresh) {
      return problem(position, "'" + value.text + "' is given twice, first in line " +
                                   std::to_string(first->second.line));
    }
    parent.use = value.text == "<<" && !value.quoted ? Open::Use::merge : Open::Use::entry;
  }

  static void append(Node& mapping, const Node::Entry& entry) {
    mapping.nodes += entry.value->nodes;
    mapping.bytes += entry.value->bytes + entry.key.size();
    mapping.entries.push_back(entry);
  }

  static constexpr std::size_t most_problems = 100;

  const YamlSource& source_;
  NodePtr root_;
  std::vector<YamlProblem> problems_;
  int documents_ = 0;
  std::size_t nodes_ = 0;  ///< So far, every use of an alias counted.
  std::size_t bytes_ = 0;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return node.text.empty() ? "nothing"
                               : "nothing: what begins with '#' is a comment; put text that does in quotes";
    case Node::Kind::scalar:
      return node.text.empty() ? "an empty text" : "'" + node.text + "'";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return {};
}

Yaml parse_yaml(std::string_view text, int override) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const YamlSource source(text, override);
  if (auto problems = unreadable_text(source); !problems.empty()) return {nullptr, std::move(problems)};

  Builder builder(source);
  std::optional<YamlProblem> last;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    last = stop.problem;
  } catch (const YAML::Exception& error) {
    last = explain_yaml_error(source, error.msg, error.mark.line, error.mark.column);
    if (last->message.find("not closed") != std::string::npos) last->message += builder.innermost();
  }
  Yaml yaml{last ? nullptr : builder.root(), builder.take_problems()};
  if (last) yaml.problems.push_back(std::move(*last));
  return yaml;
}

}  // namespace docket
