#include "cli/report/charts.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "cli/report/markup.h"
#include "cli/terminal/words.h"

namespace docket {
namespace {

// Of the pictures, in their own units.
constexpr double chart_width = 640, left = 10, right = 10, head = 62, plot = 130, foot = 26;

/// 1, 2, 5, 10, 20, … milliseconds: the bounds of bars of like width, as people say them.
std::int64_t bound(int index) {
  constexpr std::int64_t first[] = {1, 2, 5};
  std::int64_t ms = first[index % 3];
  for (int i = 0; i < index / 3; ++i)
    ms *= 10;
  return ms;
}

/// Of the last bound that does not exceed it.
int bar_of(std::int64_t ms) {
  int index = 0;
  while (index < 45 && bound(index + 1) <= ms)
    ++index;
  return index;
}

struct Bars {
  int first = 0;
  std::vector<std::int64_t> counts;
  double step() const { return (chart_width - left - right) / static_cast<double>(counts.size()); }
  /// Where a time stands; within a bar by its logarithm.
  double x(std::int64_t ms) const {
    const int index = bar_of(ms);
    const double from = static_cast<double>(bound(index)), to = static_cast<double>(bound(index + 1));
    const double within =
        std::clamp(std::log(std::max(static_cast<double>(ms), from) / from) / std::log(to / from), 0.0, 1.0);
    return left + step() * (index - first + within);
  }
};

Bars bars_of(const std::map<std::int64_t, std::int64_t>& latencies) {
  Bars bars{bar_of(latencies.begin()->first), {}};
  const int last = std::max(bar_of(latencies.rbegin()->first), bars.first + 3);
  const int bar_count = last - bars.first + 1;
  bars.counts.resize(static_cast<std::size_t>(bar_count));
  for (const auto& [ms, count] : latencies)
    bars.counts[static_cast<std::size_t>(bar_of(ms) - bars.first)] += count;
  return bars;
}

/// `unused`: of the room for words above the bars.
std::string svg_head(const std::string& id, const std::string& title, const std::string& description,
                     double unused) {
  return fmt::format(
      "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{0}-title {0}-desc\" viewBox=\"0 {5:.0f} {1:.0f} "
      "{2:.0f}\">\n"
      "<title id=\"{0}-title\">{3}</title>\n<desc id=\"{0}-desc\">{4}</desc>\n",
      id, chart_width, head + plot + foot - unused, markup(title), markup(description), unused);
}

std::string chart_bar(double x, double width, double share, const std::string& title) {
  const double tall = share <= 0 ? 0 : std::max(1.5, plot * share);
  return fmt::format(
      "<rect class=\"column\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title>"
      "</rect>\n",
      x, head + plot - tall, width, tall, markup(title));
}

std::string chart_text(const std::string& kind, double x, double y, const std::string& text) {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", kind, x, y, markup(text));
}

std::string base_line() {
  return fmt::format("<path class=\"axis\" d=\"M{0} {1}H{2}\"/>\n", left, head + plot, chart_width - right);
}

/// A line at each percentile, and its name on a line of its own, so that none hides another.
std::string percentiles(const Bars& bars, const nlohmann::ordered_json& latency_ms) {
  std::string text;
  double y = 12;
  for (const char* name : {"p50", "p90", "p99"}) {
    if (!latency_ms[name].is_number()) continue;
    const double x = bars.x(latency_ms[name]);
    const bool is_at_end = x > chart_width - 100;
    text += fmt::format("<path class=\"mark\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>\n", x, y - 8, head + plot);
    text += chart_text(is_at_end ? "mark end" : "mark", is_at_end ? x - 4 : x + 4, y,
                       std::string(name) + " " + duration_of(latency_ms[name]));
    y += 14;
  }
  return text;
}

}  // namespace

std::string latency_chart(const std::map<std::int64_t, std::int64_t>& latencies,
                          const nlohmann::ordered_json& latency_ms) {
  if (latencies.empty()) return "";
  const Bars bars = bars_of(latencies);
  const std::int64_t most = *std::ranges::max_element(bars.counts);
  std::string drawn, tallest, words;
  for (std::size_t i = 0; i < bars.counts.size(); ++i) {
    const int index = bars.first + static_cast<int>(i);
    const double x = left + bars.step() * static_cast<double>(i);
    const std::string span =
        (index == 0 ? "0 ms" : duration_of(bound(index))) + " to " + duration_of(bound(index + 1));
    const std::string said = counted(bars.counts[i], "answer") + " in " + span;
    drawn += chart_bar(x + 1.5, bars.step() - 3,
                       static_cast<double>(bars.counts[i]) / static_cast<double>(most), said);
    if (bars.counts[i] == most && tallest.empty())
      tallest = chart_text("value", x + 1.5, head - 5, grouped(most) + (most == 1 ? " answer" : " answers"));
    if (i > 0) drawn += chart_text("tick", x, head + plot + 16, duration_of(bound(index)));
    if (bars.counts[i] > 0) words += (words.empty() ? "" : "; ") + said;
  }
  return svg_head("latency", "How long answers took", words + ".", 0) + drawn + base_line() +
         percentiles(bars, latency_ms) + tallest + "</svg>\n";
}

std::string day_chart(const std::vector<DayBar>& days, const std::string& title) {
  double most = 0;
  for (const DayBar& day : days)
    most = std::max(most, day.height);
  if (days.size() < 2 || most <= 0) return "";
  const double step = (chart_width - left - right) / static_cast<double>(days.size());
  const double width = std::min(step - 3, 40.0);
  std::string drawn, words;
  for (std::size_t i = 0; i < days.size(); ++i) {
    const double x = left + step * (static_cast<double>(i) + 0.5);
    const std::string said = days[i].day + ": " + days[i].value;
    drawn += chart_bar(x - width / 2, width, days[i].height / most, said);
    words += (words.empty() ? "" : "; ") + said;
    if (days[i].height == most)
      drawn += chart_text(i * 2 > days.size() ? "value end" : "value",
                          i * 2 > days.size() ? x + width / 2 : x - width / 2, head - 8, days[i].value);
  }
  return svg_head("days", title, words + ".", head - 22) + drawn + base_line() +
         chart_text("tick first", left, head + plot + 16, days.front().day) +
         chart_text("tick last", chart_width - right, head + plot + 16, days.back().day) + "</svg>\n";
}

}  // namespace docket
