#include "worker/formats/odf_styles.h"

#include <algorithm>

#include "worker/formats/list_numbers.h"

namespace docket::worker {

void OdfStyles::read_levels(const pugi::xml_node& node, Levels& all) {
  for (const pugi::xml_node& at : node.children()) {
    const long number_of_level = number(at, "level").value_or(0);
    if (number_of_level < 1 || number_of_level > static_cast<long>(levels)) continue;
    Level& level = all[static_cast<std::size_t>(number_of_level - 1)];
    level.form = local_name(at) == "list-level-style-bullet" ? "-" : std::string(attribute(at, "num-format"));
    level.before = attribute(at, "num-prefix");
    level.behind = attribute(at, "num-suffix");
    level.start = number(at, "start-value").value_or(1);
    level.shown_levels = number(at, "display-levels").value_or(1);
  }
}

void OdfStyles::add(const pugi::xml_node& root) {
  walk(
      root,
      [&](const pugi::xml_node& node) {
        const std::string_view name = local_name(node);
        if (name == "body") return false;
        if (name == "list-style") read_levels(node, lists_[std::string(attribute(node, "name"))]);
        if (name == "outline-style") read_levels(node, outline_);
        if (name != "style") return true;
        Style style;
        style.parent = attribute(node, "parent-style-name");
        style.list = attribute(node, "list-style-name");
        style.is_hidden = attribute(child(node, "text-properties"), "display") == "none" ||
                          attribute(child(node, "table-properties"), "display") == "false" ||
                          attribute(child(node, "drawing-page-properties"), "visibility") == "hidden";
        style.begins_page = attribute(child(node, "paragraph-properties"), "break-before") == "page";
        if (const std::string_view page = attribute(node, "master-page-name"); !page.empty())
          master_pages_.emplace_back(page);
        styles_.insert_or_assign(std::string(attribute(node, "name")), std::move(style));
        return false;
      },
      [](const pugi::xml_node&) {});
}

OdfStyles::Style OdfStyles::find(std::string_view name) const {
  constexpr int deepest = 20;
  Style all;
  for (int depth = 0; depth < deepest && !name.empty(); ++depth) {
    const auto found = styles_.find(name);
    if (found == styles_.end()) break;
    const Style& style = found->second;
    if (all.list.empty()) all.list = style.list;
    all.is_hidden = all.is_hidden || style.is_hidden;
    all.begins_page = all.begins_page || style.begins_page;
    name = style.parent;
  }
  return all;
}

const OdfStyles::Levels* OdfStyles::list(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

std::array<long, OdfStyles::levels> OdfCounter::filled() {
  std::array<long, OdfStyles::levels> counts{};
  counts.fill(not_counted);
  return counts;
}

void OdfCounter::restart(std::size_t level) {
  if (level < counts_.size())
    std::fill(counts_.begin() + static_cast<std::ptrdiff_t>(level), counts_.end(), not_counted);
}

std::string OdfCounter::next(const OdfStyles::Levels& levels, std::size_t level) {
  if (level >= counts_.size()) return {};
  counts_[level] = counts_[level] == not_counted ? levels[level].start : counts_[level] + 1;
  restart(level + 1);
  const OdfStyles::Level& own = levels[level];
  if (own.form == "-") return own.form;
  if (own.form.empty()) return {};
  std::string out = own.before;
  const auto shown = static_cast<std::size_t>(std::clamp(own.shown_levels, 1L, static_cast<long>(level) + 1));
  for (std::size_t i = level + 1 - shown; i <= level; ++i) {
    const long count = counts_[i] == not_counted ? levels[i].start : counts_[i];
    if (levels[i].form.empty() || levels[i].form == "-") continue;
    out += list_number(count, levels[i].form);
    if (i < level) out += '.';
  }
  return out + own.behind;
}

}  // namespace docket::worker
