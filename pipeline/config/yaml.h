#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Where something stands: in the pipeline file, or in the value of a `--set`.
struct Position {
  int line = 0;      ///< From 1; 0: the whole file.
  int column = 0;    ///< From 1, in characters.
  int override = 0;  ///< 0: the file; n: the n-th `--set`.
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Node;
/// Shared by all the aliases of an anchor: who changes a node makes a copy first.
using NodePtr = std::shared_ptr<const Node>;

/// A value of a YAML file with its place. Aliases are resolved to what they stand for, merge keys (`<<`) to
/// the entries that they bring; what a plain scalar means is left to the reader.
struct Node {
  enum class Kind { null, scalar, sequence, mapping };
  struct Entry {
    std::string key;
    Position position;  ///< Of the key.
    NodePtr value;
  };
  Kind kind = Kind::null;
  Position position;
  std::string text;            ///< Of a scalar; `#` where a comment stands in place of a value.
  bool quoted = false;         ///< In quotes, or a block scalar: never a number, true or null.
  bool flow = false;           ///< A sequence in [ ] or a mapping in { }.
  std::vector<NodePtr> items;  ///< Of a sequence.
  std::vector<Entry> entries;  ///< Of a mapping, in the file's order.
  std::size_t nodes = 1;       ///< Itself and everything below, aliases as often as they are used.
  std::size_t bytes = 0;       ///< Of all texts below, likewise.

  const Entry* find(std::string_view key) const;
};

/// For messages: `'text'`, `nothing`, `a list`, `a mapping`.
std::string kind_of(const Node& node);

struct YamlProblem {
  Position position;
  std::string message;
};

struct Yaml {
  NodePtr root;  ///< Null when the text could not be read to its end.
  std::vector<YamlProblem> problems;
};

/// Budgets: a pipeline file is far below them, an attack on the parser far above.
inline constexpr std::size_t longest_yaml = 1 << 20;     ///< Bytes.
inline constexpr std::size_t deepest_yaml = 64;          ///< Levels of nesting.
inline constexpr std::size_t most_yaml_nodes = 100'000;  ///< After aliases have been expanded.
inline constexpr std::size_t most_yaml_text = 8 << 20;   ///< Bytes, likewise.

/// Reads one YAML document. `override` goes into every Position. The only file that knows yaml-cpp.
Yaml parse_yaml(std::string_view text, int override = 0);

}  // namespace docket
