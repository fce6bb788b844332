#include "cli/progress/progress_line.h"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ctime>

#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Time = BackendActivity::Clock::time_point;

/// A server thinks so long about a question as a matter of course.
constexpr auto usual_silence = 10s;
/// The first answer takes longer, mostly because a model is being loaded.
constexpr auto first_silence = 1s;

/// 08:03; with seconds where it is soon.
std::string time_of_day(Time until, Time now) {
  const std::time_t then = std::chrono::system_clock::to_time_t(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(until - now));
  std::tm local{};
  localtime_r(&then, &local);
  return until - now < 2min ? fmt::format("{:%H:%M:%S}", local) : fmt::format("{:%H:%M}", local);
}

/// ", 40 s"; empty in the first second.
std::string for_so_long(const char* before, Time since, Time now) {
  const auto passed = std::chrono::floor<std::chrono::seconds>(now - since);
  return passed < 1s ? "" : before + format_duration(passed);
}

std::string wait_of(const BackendActivity::Now& backend, Time now) {
  // One call that tries again later keeps nobody from asking; a server that is not ready does.
  if (backend.wait && (backend.with_server == 0 || !backend.wait->until)) {
    const bool knows_until = backend.wait->until && *backend.wait->until - now > 1s;
    const bool was_asked_to = backend.wait->what == asked_to_pause;
    return backend.wait->what + (knows_until ? (was_asked_to ? " until " : ", next try at ") +
                                                   time_of_day(*backend.wait->until, now)
                                             : for_so_long(", ", backend.wait->since, now));
  }
  if (!backend.silent_since) return "";
  const auto silence = now - *backend.silent_since;
  if (backend.answered == 0 && silence > first_silence)
    return "waiting for its first answer" + for_so_long(", ", *backend.silent_since, now);
  return silence > usual_silence ? "no answer" + for_so_long(" for ", *backend.silent_since, now) : "";
}

/// local: 4 asked, 12 queued
std::string work_of(const std::vector<Activity::Entry>& backends) {
  std::string text;
  for (const auto& [name, now] : backends) {
    if (now.asked == 0) continue;
    text += fmt::format("{}{}: {} asked", text.empty() ? "" : ", ", name, now.with_server);
    if (now.asked > now.with_server) text += fmt::format(", {} queued", now.asked - now.with_server);
  }
  return text;
}

struct Part {
  std::string text;
  int rank;  ///< Those of the highest number are left out first.
};

std::vector<Part> parts_of(const ProgressState& state) {
  const double seconds = std::max(0.001, std::chrono::duration<double>(state.elapsed).count());
  const auto tokens_rate = [&](std::int64_t tokens) {
    const double rate = static_cast<double>(tokens) / seconds;
    return rate < 10'000 ? fmt::format("{:.0f}", rate) : fmt::format("{:.0f}k", rate / 1000);
  };
  const auto rate = [&](std::int64_t count) {
    return fmt::format("{:.3g}", static_cast<double>(count) / seconds);
  };
  Usage used;
  for (const Activity::Entry& backend : state.backends)
    used += backend.now.usage;
  std::vector<Part> parts = {{fmt::format("{}{}/{}{} documents", state.is_stopping ? "stopping; " : "",
                                          state.done, state.total, state.is_total ? "" : "+"),
                              0}};
  const auto add = [&](bool is_of_use, int rank, auto&& text) {
    if (is_of_use) parts.push_back({", " + text(), rank});
  };
  add(state.done > 0, 5, [&] { return rate(state.done) + "/s"; });
  add(state.kept > 0, 6, [&] { return fmt::format("{} kept", state.kept); });
  add(state.failed > 0, 1, [&] { return fmt::format("{} failed", state.failed); });
  add(state.held > 0, 2, [&] { return fmt::format("{} held", state.held); });
  add(used.output_tokens + used.input_tokens > 0, 7,
      [&] { return tokens_rate(used.input_tokens + used.output_tokens) + " tokens/s"; });
  add(used.nano_dollars > 0, 4, [&] { return format_money(used.nano_dollars); });
  add(state.left.has_value(), 3,
      [&] { return format_duration(std::chrono::ceil<std::chrono::seconds>(*state.left)) + " left"; });
  return parts;
}

}  // namespace

std::string waits_of(const std::vector<Activity::Entry>& backends, Time now) {
  std::string text;
  for (const auto& [name, activity] : backends)
    if (const std::string wait = wait_of(activity, now); !wait.empty())
      text += (text.empty() ? "" : "; ") + name + ": " + wait;
  return text;
}

std::string progress_line(const ProgressState& state, const std::string& waits, std::size_t columns) {
  constexpr int rank_of_work = 8, rank_of_waits = 1;
  std::vector<Part> parts = parts_of(state);
  const std::string work = waits.empty() ? work_of(state.backends) : waits;
  if (!work.empty()) parts.push_back({"; " + work, waits.empty() ? rank_of_work : rank_of_waits});
  const auto joined = [&] {
    std::string text;
    for (const Part& part : parts)
      text += part.text;
    return printable(text);
  };
  while (parts.size() > 1 && columns_of(joined()) > columns) {
    const auto least = std::ranges::max_element(parts, {}, &Part::rank);
    if (least->rank <= rank_of_waits) break;
    parts.erase(least);
  }
  return within_columns(joined(), columns);
}

}  // namespace docket
