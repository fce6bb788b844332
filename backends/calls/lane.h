#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "backends/calls/auto_width.h"
#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct LaneOptions {
  std::size_t width = 4;             ///< Calls at a time.
  bool finds_width = false;          ///< `width` is where it begins: see AutoWidth.
  std::size_t width_in_trouble = 4;  ///< After trouble, until a call has succeeded.
  /// How long nothing is sent after trouble, when the server does not say; doubles while trouble lasts.
  std::chrono::milliseconds pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};
};

/// One address behind a gate, and how much may be sent there now. For one thread at a time.
class Lane {
 public:
  using Time = Timer::Clock::time_point;
  Lane(std::unique_ptr<Backend> server, LaneOptions options)
      : server_(std::move(server)), options_(options), width_(options.width) {
    if (options.finds_width) auto_.emplace(options.width);
  }

  Backend& server() const { return *server_; }
  bool is_open(Time now) const { return paused_until_ <= now; }
  /// True until a call has succeeded again.
  bool is_in_trouble() const { return pauses_ > 0; }
  /// The last reply said that nobody is there, or that nothing can be had there.
  bool is_dead() const { return dead_; }
  /// Until when the server asked to be left alone, however long.
  Time asked_away_until() const { return asked_away_until_; }
  Time paused_until() const { return paused_until_; }
  std::chrono::milliseconds pause_left(Time now) const;

  /// Calls that are under way, and seats that are kept for documents.
  std::size_t running = 0, seats = 0;
  bool has_room() const { return running < width(); }
  bool has_free_room() const { return running + seats < width(); }

  /// Told by each call when it begins, for the note of how it ended.
  std::uint64_t round() const { return round_; }
  void succeeded();
  /// The same, of one that began when the address was full.
  void measure(Time sent, Time now, std::int64_t tokens);
  /// Leaves the address alone for a while. Of calls that were sent together only the first to fail narrows it
  /// and makes the pause longer.
  void pause(std::optional<std::chrono::milliseconds> hint, std::uint64_t round, Time now);
  void set_dead(const Reply& reply);

  /// True once: whoever asks finds out how wide it is.
  bool has_unknown_width() { return !std::exchange(width_is_asked_, true); }
  void set_width(std::size_t width);

 private:
  std::size_t width() const { return is_in_trouble() ? std::min(width_, options_.width_in_trouble) : width_; }

  std::unique_ptr<Backend> server_;
  LaneOptions options_;
  std::size_t width_;
  std::optional<AutoWidth> auto_;  ///< None: the width is fixed.
  std::size_t successes_ = 0;      ///< Since the width last changed.
  std::uint64_t round_ = 0;        ///< How often it was narrowed.
  bool width_is_asked_ = false;
  int pauses_ = 0;  ///< Without a success between them.
  Time paused_until_ = Time::min();
  Time asked_away_until_ = Time::min();
  bool dead_ = false;
};

/// True if the fault may be the address's, so that another one may answer the same request: not reached, no
/// reply, broken, overloaded, the wrong path or key, or a page that no model has written.
bool may_be_the_address(const Reply& reply);

}  // namespace docket::backends
