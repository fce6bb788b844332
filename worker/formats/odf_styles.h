#pragma once
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "worker/formats/xml.h"

namespace docket::worker {

/// What the styles of an OpenDocument say of text: hidden, on a new page, numbered.
class OdfStyles {
 public:
  struct Style {
    std::string parent;
    std::string list;
    bool is_hidden = false;
    bool begins_page = false;
  };
  struct Level {
    std::string form;  ///< `1`, `a`, `I`; empty: none. `-`: a bullet.
    std::string before, behind;
    long start = 1;
    long shown_levels = 1;
  };
  static constexpr std::size_t levels = 10;
  using Levels = std::array<Level, levels>;

  /// Adds the styles that stand anywhere below `root`.
  void add(const pugi::xml_node& root);

  /// With what it inherits.
  Style find(std::string_view name) const;
  /// Null: there is no such list.
  const Levels* list(std::string_view name) const;
  const Levels& outline() const { return outline_; }
  /// Pages' frames that some style asks for.
  const std::vector<std::string>& master_pages() const { return master_pages_; }

 private:
  static void read_levels(const pugi::xml_node& node, Levels& levels);
  std::map<std::string, Style, std::less<>> styles_;
  std::map<std::string, Levels, std::less<>> lists_;
  Levels outline_;
  std::vector<std::string> master_pages_;
};

/// Counts the items of lists.
class OdfCounter {
 public:
  /// What stands before the next item at `level` (from 0); empty: nothing.
  std::string next(const OdfStyles::Levels& levels, std::size_t level);
  void restart(std::size_t level);

 private:
  static constexpr long not_counted = -1;
  std::array<long, OdfStyles::levels> counts_ = filled();
  static std::array<long, OdfStyles::levels> filled();
};

}  // namespace docket::worker
