#include "worker/formats/docx_numbering.h"

#include <algorithm>

#include "worker/formats/list_numbers.h"

namespace docket::worker {

DocxNumbering::Level DocxNumbering::read_level(const pugi::xml_node& node) {
  Level level;
  level.form = attribute(child(node, "numFmt"), "val");
  level.text = attribute(child(node, "lvlText"), "val");
  level.start = number(child(node, "start"), "val").value_or(1);
  level.is_legal = static_cast<bool>(child(node, "isLgl"));
  return level;
}

void DocxNumbering::read_list(const pugi::xml_node& node, List& list) {
  for (const pugi::xml_node& at : node.children()) {
    const auto level = number(at, "ilvl").value_or(-1);
    if (local_name(at) == "lvl" && level >= 0 && level < static_cast<long>(depth))
      list.levels[static_cast<std::size_t>(level)] = read_level(at);
  }
}

void DocxNumbering::read_num(const pugi::xml_node& node, Num& num) {
  num.list = attribute(child(node, "abstractNumId"), "val");
  for (const pugi::xml_node& at : node.children()) {
    const auto level = number(at, "ilvl").value_or(-1);
    if (local_name(at) != "lvlOverride" || level < 0 || level >= static_cast<long>(depth)) continue;
    const auto index = static_cast<std::size_t>(level);
    if (const auto start = number(child(at, "startOverride"), "val")) num.restarts[index] = *start;
    if (const pugi::xml_node own = child(at, "lvl")) num.overrides[index] = read_level(own);
  }
}

DocxNumbering::DocxNumbering(const pugi::xml_node& numbering) {
  std::map<std::string, std::string, std::less<>> by_style;  // The lists that hold a style's levels.
  std::map<std::string, std::string, std::less<>> linked;
  for (const pugi::xml_node& node : numbering.children()) {
    const std::string_view name = local_name(node);
    if (name == "abstractNum") {
      const std::string id(attribute(node, "abstractNumId"));
      read_list(node, lists_[id]);
      if (const auto style = find_attribute(child(node, "styleLink"), "val"))
        by_style[std::string(*style)] = id;
      if (const auto style = find_attribute(child(node, "numStyleLink"), "val")) linked[id] = *style;
    } else if (name == "num") {
      read_num(node, nums_[std::string(attribute(node, "numId"))]);
    }
  }
  for (auto& [id, num] : nums_) {
    const auto link = linked.find(num.list);
    if (link == linked.end()) continue;
    if (const auto list = by_style.find(link->second); list != by_style.end()) num.list = list->second;
  }
}

std::string DocxNumbering::written(const List& list, const Num& num, std::size_t level) {
  const auto level_at = [&](std::size_t i) -> const Level& {
    const auto own = num.overrides.find(i);
    return own == num.overrides.end() ? list.levels[i] : own->second;
  };
  const Level& own = level_at(level);
  if (own.form == "bullet") return "-";
  if (own.form == "none" || own.form.empty()) return {};
  std::string out;
  for (std::size_t i = 0; i < own.text.size(); ++i) {
    const bool is_number =
        own.text[i] == '%' && i + 1 < own.text.size() && own.text[i + 1] >= '1' && own.text[i + 1] <= '9';
    if (!is_number) {
      out += own.text[i];
      continue;
    }
    const auto of = static_cast<std::size_t>(own.text[++i] - '1');
    const long count = list.counts[of] == not_counted ? level_at(of).start : list.counts[of];
    out += list_number(count, own.is_legal && of != level ? "decimal" : level_at(of).form);
  }
  return out;
}

std::string DocxNumbering::next(std::string_view num_id, long level) {
  const auto num = nums_.find(num_id);
  if (num == nums_.end() || level < 0 || level >= static_cast<long>(depth)) return {};
  const auto list = lists_.find(num->second.list);
  if (list == lists_.end()) return {};
  const auto index = static_cast<std::size_t>(level);
  List& counted = list->second;
  long& count = counted.counts[index];
  const auto own = num->second.overrides.find(index);
  const long start = own == num->second.overrides.end() ? counted.levels[index].start : own->second.start;
  if (const auto restart = num->second.restarts.find(index); restart != num->second.restarts.end()) {
    count = restart->second;
    num->second.restarts.erase(restart);
  } else {
    count = count == not_counted ? start : count + 1;
  }
  std::fill(counted.counts.begin() + static_cast<std::ptrdiff_t>(index) + 1, counted.counts.end(),
            not_counted);
  return written(counted, num->second, index);
}

}  // namespace docket::worker
