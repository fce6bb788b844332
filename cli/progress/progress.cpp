#include "cli/progress/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cli/terminal/table.h"
#include "cli/terminal/words.h"

namespace docket {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// Often enough to look alive, seldom enough to cost nothing.
constexpr auto redraw_interval = 100ms;
/// A log of a long run stays readable.
constexpr auto plain_interval = 30s;
constexpr auto plain_look = 500ms;
/// Between two attempts nobody waits for the moment; what is waited for stays in the line.
constexpr auto wait_lingers = 1s;

bool terminal() {
  const char* type = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && type != nullptr && std::string(type) != "dumb";
}

/// no-color.org: set, and not to nothing.
bool no_colour() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

/// What takes a line away that was drawn when the terminal was perhaps wider: then it goes on in further
/// rows.
std::string wiping(const std::string& drawn, std::size_t columns) {
  const std::size_t width = columns_of(drawn);
  std::string up = "\r";
  for (std::size_t row = width == 0 ? 0 : (width - 1) / columns; row > 0; --row)
    up += "\x1b[A";
  return up + "\x1b[J";
}

}  // namespace

Progress::Progress(Mode mode, std::size_t stages, const Activity& activity)
    : bar_(mode == Mode::bar || (mode == Mode::automatic && terminal())),
      plain_(mode == Mode::plain || (mode == Mode::automatic && !terminal())),
      colour_(bar_ && !no_colour()),
      activity_(activity),
      time_left_(stages, begin_) {
  if (is_shown()) thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

Progress::~Progress() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  clear();
}

void Progress::left_stage(std::size_t stage, std::int64_t tokens) {
  if (!is_shown()) return;
  const std::lock_guard lock(time_mutex_);
  time_left_.left(stage, tokens, Clock::now());
}

void Progress::finished(Outcome outcome) {
  if (outcome == Outcome::cancelled) return;  // The next run takes it.
  ++ended_;
  if (outcome == Outcome::failed) ++failed_;
  if (outcome == Outcome::held) ++held_;
}

void Progress::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear();
  std::fputs((printable(line) + "\n").c_str(), stderr);
}

void Progress::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, bar_ ? redraw_interval : plain_look, [&] {
    return stop.stop_requested();
  }) && !stop.stop_requested())
    bar_ ? draw_bar() : print_plain();
}

ProgressState Progress::state() {
  const Clock::time_point now = Clock::now();
  ProgressState state;
  const std::int64_t kept = kept_, taken = taken_, counted = counted_;
  state.kept = kept;
  state.done = ended_ + kept;
  state.total = std::max(counted, taken + kept);
  state.is_total = counted > 0 || all_taken_;
  state.failed = failed_;
  state.held = held_;
  state.elapsed = std::chrono::floor<std::chrono::milliseconds>(now - begin_);
  state.backends = activity_.now();
  state.is_stopping = stopping_;
  if (state.is_stopping || !state.is_total || state.done >= state.total) return state;
  // Of those that nobody has looked at yet, as many need nothing as of the others.
  const auto to_come = static_cast<double>(state.total - kept - taken);
  const double need_work =
      static_cast<double>(taken) / static_cast<double>(std::max<std::int64_t>(1, taken + kept));
  const std::lock_guard lock(time_mutex_);
  state.left = time_left_.of(taken + static_cast<std::int64_t>(to_come * need_work), now);
  return state;
}

/// What all wait for, or waited for a moment ago.
std::string Progress::waits(const std::vector<Activity::Entry>& backends) {
  const Clock::time_point now = Clock::now();
  std::string waits = waits_of(backends, now);
  if (waits.empty()) return now - waited_at_ < wait_lingers ? wait_ : "";
  waited_at_ = now;
  return wait_ = std::move(waits);
}

void Progress::draw_bar() {
  ProgressState now = state();
  const std::string waiting = waits(now.backends);
  if (!waiting.empty()) now.left.reset();  // Nobody knows.
  const std::size_t columns = terminal_columns();
  const std::string line =
      progress_line(now, waiting, columns - 1);  // In the last column some terminals wrap.
  if (line == drawn_) return;
  // One write: the new text stands over the old one, and what is left of that goes.
  const bool fits = columns_of(drawn_) < columns;
  const std::string text = colour_ ? "\x1b[36m" + line + "\x1b[0m" : line;
  std::fputs(((fits ? "\r" : wiping(drawn_, columns)) + text + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
  drawn_ = line;
}

void Progress::print_plain() {
  ProgressState now = state();
  const std::string waiting = waits(now.backends);
  const bool is_due = Clock::now() - printed_at_ >= plain_interval;
  const bool begins_to_wait = !waiting.empty() && !said_wait_;
  said_wait_ = !waiting.empty();
  if (!is_due && !begins_to_wait) return;
  if (is_due) printed_at_ = Clock::now();
  if (!waiting.empty()) now.left.reset();
  constexpr std::size_t any_width = 1000;
  std::fputs((progress_line(now, waiting, any_width) + "\n").c_str(), stderr);
}

void Progress::clear() {
  if (drawn_.empty()) return;
  std::fputs(wiping(drawn_, terminal_columns()).c_str(), stderr);
  drawn_.clear();
}

}  // namespace docket
