#include "cli/report/flow_picture.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "cli/report/markup.h"
#include "cli/terminal/words.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// Where documents end, from the top of the picture down. Those that were up to date pass below all others,
/// so that no band crosses theirs.
enum End : std::size_t { done, held, failed, stopped, up_to_date };
constexpr std::size_t ends = 5;
constexpr std::array<const char*, ends> end_names = {"done", "held", "failed", "stopped", "up to date"};
/// As the style sheet calls them.
constexpr std::array<const char*, ends> end_kinds = {"done", "held", "failed", "stopped", "up-to-date"};
using Counts = std::array<std::int64_t, ends>;

/// A column of the picture: the input, or a stage.
struct Step {
  std::string name, note;
  std::int64_t documents = 0, skipped = 0;
  Counts leaving = {};                                     ///< Documents that end here.
  std::int64_t onward = 0;                                 ///< Those that reach the next one.
  std::vector<std::pair<std::string, double>> tiers = {};  ///< Who gave its answers, and how much of them.
};

std::int64_t take(std::int64_t& from, std::int64_t most) {
  const std::int64_t taken = std::clamp<std::int64_t>(most, 0, std::max<std::int64_t>(from, 0));
  from -= taken;
  return taken;
}

std::vector<Step> steps_of(const ordered_json& report) {
  std::vector<Step> steps = {{"input", "", report["documents"]["in"]}};
  for (const ordered_json& stage : report["stages"])
    steps.push_back({stage["id"], "", stage["in"], stage["skipped"]});
  for (const ordered_json& tier : report.value("tiers", ordered_json::array()))
    for (Step& step : steps)
      if (step.name == tier["stage"].get<std::string>()) step.tiers.emplace_back(tier["tier"], tier["share"]);
  return steps;
}

/// Tells for each step who goes on and who ends there. A stage says how many failed in it; how many of the
/// others are held is known of all of them together.
void share_out(const ordered_json& report, std::vector<Step>& steps) {
  const ordered_json& documents = report["documents"];
  std::int64_t held_left = documents["held"], failed_left = documents["failed"];
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    const bool is_last = i + 1 == steps.size();
    step.onward = is_last ? 0 : std::min(steps[i + 1].documents, step.documents);
    std::int64_t rest = step.documents - step.onward;
    if (i == 0) {
      step.leaving[up_to_date] = take(rest, documents["up_to_date"]);
      std::int64_t in_stages = 0;
      for (const ordered_json& stage : report["stages"])
        in_stages += stage["failed"].get<std::int64_t>();
      step.leaving[failed] = take(rest, failed_left - in_stages);
      failed_left -= step.leaving[failed];
      step.leaving[stopped] = rest;
      continue;
    }
    const ordered_json& stage = report["stages"][i - 1];
    step.leaving[failed] = take(rest, stage["failed"]);
    step.leaving[stopped] = take(rest, stage["cancelled"]);
    step.leaving[held] = take(rest, is_last ? held_left : std::min<std::int64_t>(held_left, stage["held"]));
    held_left -= step.leaving[held];
    step.leaving[done] = rest;
  }
}

// Of the picture, in its own units.
constexpr double bar = 14, tallest = 190, top = 50, line_height = 15, gap = 26, margin = 4;

// Names stand side by side, so columns are as wide as they need, as far as that is of use.
constexpr double narrowest_column = 120, letter_width = 8.6, name_gap = 14;
constexpr std::size_t most_of_a_name = 22;
constexpr double smallest_scale = 0.85;  // Below that, letters are too small, and the picture is scrolled.

std::string shortened(const std::string& text, std::size_t most) {
  if (characters(text) <= most) return text;
  std::size_t at = 0;
  for (std::size_t i = 1; i < most; ++i)
    static_cast<void>(next_code_point(text, at));
  return text.substr(0, at) + "…";
}

std::string share_text(double share) {
  return share > 0 && share < 0.01 ? "<1 %" : fmt::format("{:.0f} %", share * 100);
}

std::string band(const std::string& kind, double x1, double y1, double x2, double y2, double height,
                 const std::string& title) {
  const double middle = (x1 + x2) / 2;
  return fmt::format(
      "<path class=\"band {}\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}V{:.1f}"
      "C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}Z\"><title>{}</title></path>\n",
      kind, x1, y1, middle, y1, middle, y2, x2, y2, y2 + height, middle, y2 + height, middle, y1 + height, x1,
      y1 + height, markup(title));
}

std::string rectangle(const std::string& kind, double x, double y, double height, const std::string& title) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.1f}\"><title>{}</title>"
      "</rect>\n",
      kind, x, y, bar, height, markup(title));
}

std::string label(const std::string& kind, double x, double y, const std::string& text) {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", kind, x, y, markup(text));
}

class Drawing {
 public:
  Drawing(const std::vector<Step>& steps, const Counts& totals) : steps_(steps), totals_(totals) {
    std::size_t most_tiers = 0;
    for (const Step& step : steps)
      most_tiers = std::max(most_tiers, std::min<std::size_t>(step.tiers.size(), 3));
    top_ = top + line_height * static_cast<double>(most_tiers);
    std::size_t longest = 0;
    for (const Step& step : steps) {
      most_ = std::max(most_, step.documents);
      longest = std::max(longest, std::min(characters(step.name), most_of_a_name));
    }
    column_ = std::max(narrowest_column, letter_width * static_cast<double>(longest) + name_gap);
    place_ends();
  }

  std::string svg(const std::string& description) {
    std::string bands, bars;
    for (std::size_t i = steps_.size(); i-- > 0;)  // From the last one, whose bands end above the others.
      bands += bands_of(i);
    for (std::size_t i = 0; i < steps_.size(); ++i)
      bars += bar_of(i);
    for (std::size_t end = 0; end < ends; ++end)
      bars += end_bar(end);
    const double width = end_x() + bar + 130;
    return fmt::format(
               "<svg class=\"flow\" role=\"img\" aria-labelledby=\"flow-title flow-desc\" "
               "viewBox=\"0 0 {:.0f} {:.0f}\" style=\"min-width:{:.0f}px\">\n"
               "<title id=\"flow-title\">Where the documents went</title>\n<desc "
               "id=\"flow-desc\">{}</desc>\n",
               width, bottom_ + 8, smallest_scale * width, markup(description)) +
           bands + bars + "</svg>\n";
  }

 private:
  double height(std::int64_t documents) const {
    if (documents <= 0) return 0;
    return std::max(1.5, tallest * static_cast<double>(documents) / static_cast<double>(most_));
  }
  double x(std::size_t step) const { return margin + column_ * static_cast<double>(step); }
  double end_x() const { return x(steps_.size()); }

  void place_ends() {
    double y = top_;
    for (std::size_t end = 0; end < ends; ++end) {
      end_y_[end] = next_[end] = y;
      if (totals_[end] > 0) y += std::max(height(totals_[end]), 6.0) + gap;
    }
    bottom_ = std::max(top_ + tallest, y - gap + 6);
  }

  std::string bands_of(std::size_t i) {
    const Step& step = steps_[i];
    double y = top_;
    std::string text;
    if (step.onward > 0) {
      text += band("onward", x(i) + bar, y, x(i + 1), top_, height(step.onward),
                   counted(step.onward, "document") + " from " + step.name + " to " + steps_[i + 1].name);
      y += height(step.onward);
    }
    for (std::size_t end = 0; end < ends; ++end) {
      if (step.leaving[end] <= 0) continue;
      const double thick = height(step.leaving[end]);
      text += band(end_kinds[end], x(i) + bar, y, end_x(), next_[end], thick,
                   counted(step.leaving[end], "document") + " " + end_names[end] +
                       (i == 0 ? "" : " after " + step.name));
      y += thick;
      next_[end] += thick;
    }
    return text;
  }

  std::string bar_of(std::size_t i) const {
    const Step& step = steps_[i];
    const double all = height(step.documents), skipped = std::min(height(step.skipped), all);
    const double worked = all - skipped;
    double y = top_ + skipped;
    std::string text = rectangle("bar skipped", x(i), top_, skipped,
                                 counted(step.skipped, "document") + " for which the stage was not needed");
    if (step.tiers.empty()) text += rectangle("bar", x(i), y, worked, counted(step.documents, "document"));
    for (std::size_t tier = 0; tier < step.tiers.size(); ++tier) {
      const auto& [name, share] = step.tiers[tier];
      text += rectangle(fmt::format("bar tier{}", tier % 4), x(i), y, worked * share,
                        share_text(share) + " of the answers by " + name);
      y += worked * share;
    }
    text += label("name", x(i), 18, shortened(step.name, most_of_a_name));
    text += label("count", x(i), 34, grouped(step.documents) + (i == 0 ? " documents" : ""));
    for (std::size_t tier = 0; tier < std::min<std::size_t>(step.tiers.size(), 3); ++tier)
      text += label(fmt::format("tier tier{}", tier), x(i), 34 + line_height * static_cast<double>(tier + 1),
                    shortened(step.tiers[tier].first, 13) + " " + share_text(step.tiers[tier].second));
    return text;
  }

  std::string end_bar(std::size_t end) const {
    if (totals_[end] <= 0) return "";
    const double tall = height(totals_[end]), middle = end_y_[end] + std::max(tall, 6.0) / 2;
    return rectangle(std::string("end ") + end_kinds[end], end_x(), end_y_[end], tall,
                     counted(totals_[end], "document") + " " + end_names[end]) +
           label("name", end_x() + bar + 8, middle - 1, end_names[end]) +
           label("count", end_x() + bar + 8, middle + 14, grouped(totals_[end]));
  }

  const std::vector<Step>& steps_;
  const Counts& totals_;
  double top_ = top, bottom_ = 0, column_ = narrowest_column;
  std::int64_t most_ = 1;
  std::array<double, ends> end_y_ = {}, next_ = {};
};

/// The picture in words.
std::string in_words(const std::vector<Step>& steps, const Counts& totals) {
  std::string text = counted(steps[0].documents, "document") + " in the input";
  for (std::size_t i = 1; i < steps.size(); ++i)
    text += "; " + grouped(steps[i].documents) + " reached " + steps[i].name;
  for (std::size_t end = 0; end < ends; ++end)
    if (totals[end] > 0) text += "; " + grouped(totals[end]) + " " + end_names[end];
  return text + ".";
}

}  // namespace

std::string flow_picture(const ordered_json& report) {
  if (report["documents"]["in"] == 0) return "";
  std::vector<Step> steps = steps_of(report);
  share_out(report, steps);
  Counts totals = {};
  for (const Step& step : steps)
    for (std::size_t end = 0; end < ends; ++end)
      totals[end] += step.leaving[end];
  return Drawing(steps, totals).svg(in_words(steps, totals));
}

}  // namespace docket
