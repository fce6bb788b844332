#include "backends/calls/lane.h"

#include <algorithm>

namespace docket::backends {

using std::chrono::milliseconds;

milliseconds Lane::pause_left(Time now) const {
  return is_open(now) ? milliseconds(0) : std::chrono::ceil<milliseconds>(paused_until_ - now);
}

void Lane::succeeded() {
  dead_ = false;
  asked_away_until_ = Time::min();
  pauses_ = 0;
  if (width_ == options_.width || ++successes_ < options_.width) return;
  successes_ = 0;
  ++width_;
}

void Lane::measure(Time sent, Time now, std::int64_t tokens) {
  if (!auto_ || width_ != options_.width) return;  // It first recovers from trouble.
  auto_->answered(sent, now, tokens);
  options_.width = width_ = auto_->width();
}

void Lane::pause(std::optional<milliseconds> hint, std::uint64_t round, Time now) {
  milliseconds pause = hint.value_or(milliseconds(0));
  asked_away_until_ = now + pause;
  if (round == round_) {
    ++round_;
    successes_ = 0;
    width_ = std::max<std::size_t>(1, width_ / 2);
    if (auto_) {
      auto_->overloaded(now);
      options_.width = auto_->width();
      width_ = std::min(width_, options_.width);
    }
    pause = std::max(pause, options_.pause * (1 << std::min(pauses_++, 10)));
  }
  paused_until_ = std::max(paused_until_, now + std::min(pause, options_.longest_pause));
}

void Lane::set_width(std::size_t width) {
  width_ = is_in_trouble() ? std::min(width_, width) : width;
  options_.width = width;
  if (auto_) auto_.emplace(width);
}

void Lane::set_dead(const Reply& reply) {
  if (reply.answer) return;
  const ErrorClass error = reply.answer.error().error_class;
  if (error != ErrorClass::cancelled)
    dead_ = error == ErrorClass::unreachable || error == ErrorClass::unavailable;
}

bool may_be_the_address(const Reply& reply) {
  if (reply.answer) return false;
  switch (reply.answer.error().error_class) {
    case ErrorClass::unreachable:
    case ErrorClass::transport:
    case ErrorClass::transient:
    case ErrorClass::unavailable:
      return true;
    case ErrorClass::content:
    case ErrorClass::rejected: {  // What a model has written has tokens.
      const Usage used = reply.spent.total();
      return used.calls > 0 && used.output_tokens == 0;
    }
    default:
      return false;
  }
}

}  // namespace docket::backends
