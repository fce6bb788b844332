#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "worker/formats/xml.h"

namespace docket::worker {

/// Counts the items of the lists of a Word document, as `word/numbering.xml` says.
class DocxNumbering {
 public:
  explicit DocxNumbering(const pugi::xml_node& numbering);

  /// What stands before the next paragraph of list `num` at `level` (from 0), such as `2.1`; empty: none.
  std::string next(std::string_view num, long level);

 private:
  static constexpr std::size_t depth = 9;
  struct Level {
    std::string form = "none";
    std::string text;  ///< With %1 for the number of the first level.
    long start = 1;
    bool is_legal = false;  ///< All numbers are decimal.
  };
  static constexpr long not_counted = -1;  ///< Since an item of a higher level came.
  struct List {
    List() { counts.fill(not_counted); }
    std::array<Level, depth> levels;
    std::array<long, depth> counts{};
  };
  struct Num {
    std::string list;
    std::map<std::size_t, long> restarts;  ///< Once, where it is first used.
    std::map<std::size_t, Level> overrides;
  };

  static Level read_level(const pugi::xml_node& node);
  static void read_list(const pugi::xml_node& node, List& list);
  static void read_num(const pugi::xml_node& node, Num& num);
  static std::string written(const List& list, const Num& num, std::size_t level);

  std::map<std::string, List, std::less<>> lists_;
  std::map<std::string, Num, std::less<>> nums_;
};

}  // namespace docket::worker
