#include "cli/progress.h"

#include <spdlog/fmt/fmt.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/table.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/money.h"

namespace docket {

using namespace std::chrono_literals;

namespace {

/// Often enough to look alive, seldom enough to cost nothing.
constexpr auto redraw_interval = 100ms;
/// A log of a long run stays readable.
constexpr auto plain_interval = 30s;

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

}  // namespace

Progress::Progress(Mode mode)
    : bar_(mode == Mode::bar || (mode == Mode::automatic && terminal())),
      plain_(mode == Mode::plain || (mode == Mode::automatic && !terminal())),
      colour_(bar_ && !no_colour()) {
  if (bar_ || plain_) thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

Progress::~Progress() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  clear();
}

void Progress::finished(Outcome outcome, const Usage& usage) {
  ++done_;
  if (outcome == Outcome::failed) ++failed_;
  if (outcome == Outcome::held) ++held_;
  tokens_ += usage.input_tokens + usage.output_tokens;
  nano_dollars_ += usage.nano_dollars;
}

void Progress::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  clear();
  std::fputs((printable(line) + "\n").c_str(), stderr);
}

void Progress::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, bar_ ? redraw_interval : plain_interval, [&] {
    return stop.stop_requested();
  }) && !stop.stop_requested()) {
    if (bar_) draw(line());
    if (plain_) std::fputs((line() + "\n").c_str(), stderr);
  }
}

std::string Progress::line() const {
  const auto elapsed = std::chrono::steady_clock::now() - begin_;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  const std::int64_t kept = kept_;
  const std::int64_t done = done_ + kept;
  const std::int64_t taken = taken_ + kept;
  const double rate = static_cast<double>(done) / seconds;
  std::string text = fmt::format("{}/{}{} documents, {:.3g}/s", done, taken, all_taken_ ? "" : "+", rate);
  if (kept > 0) text += fmt::format(", {} kept", kept);
  if (failed_ > 0) text += fmt::format(", {} failed", failed_.load());
  if (held_ > 0) text += fmt::format(", {} held", held_.load());
  if (tokens_ > 0) text += fmt::format(", {:.3g} tokens/s", static_cast<double>(tokens_) / seconds);
  if (nano_dollars_ > 0) text += ", " + format_money(nano_dollars_);
  if (all_taken_ && done > 0 && done < taken) {
    text += fmt::format(", {} left", format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(
                                         1000.0 * static_cast<double>(taken - done) / rate))));
  }
  return text;
}

void Progress::draw(const std::string& line) {
  const std::string cut = line.substr(0, terminal_columns() - 1);
  std::fputs(("\r\x1b[K" + (colour_ ? "\x1b[36m" + cut + "\x1b[0m" : cut)).c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

}  // namespace docket
