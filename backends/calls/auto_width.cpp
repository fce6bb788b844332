#include "backends/calls/auto_width.h"

#include <algorithm>

namespace docket::backends {
namespace {

constexpr std::size_t fewest_answers = 8;
/// Of what one call more would add if it had a slot of its own; less is a difference of documents.
constexpr double fair_share = 0.5;
constexpr double falls = 1 / 1.5;

}  // namespace

void AutoWidth::answered(Time sent, Time now, std::int64_t tokens) {
  if (sent < since_ || now <= sent) return;
  ++answers_;
  seconds_ += std::chrono::duration<double>(now - sent).count();
  tokens_ += static_cast<double>(std::max<std::int64_t>(tokens, 1));
  if (answers_ >= std::max(2 * width_, fewest_answers)) end_round(now);
}

void AutoWidth::overloaded(Time now) {
  set(width_ / 2, now);
  rest();
}

void AutoWidth::end_round(Time now) {
  const double rate = static_cast<double>(width_) * tokens_ / seconds_;
  answers_ = 0;
  seconds_ = tokens_ = 0;
  const double of_one_less =
      rate_before_ * (1 + fair_share / static_cast<double>(std::max<std::size_t>(width_ - 1, 1)));
  if (is_trying_ ? rate < of_one_less : rate < best_rate_ * falls) {
    rest();
    return set(width_ - 1, now);
  }
  best_rate_ = std::max(best_rate_, rate);
  if (!is_trying_ && rounds_to_rest_ > 0) {
    --rounds_to_rest_;
    return;
  }
  if (width_ == most) {
    is_trying_ = false;
    return;
  }
  set(width_ + 1, now);
  is_trying_ = true;
  rate_before_ = rate;
}

void AutoWidth::set(std::size_t width, Time now) {
  width_ = std::clamp<std::size_t>(width, 1, most);
  since_ = now;
  answers_ = 0;
  seconds_ = tokens_ = best_rate_ = 0;
  is_trying_ = false;
}

}  // namespace docket::backends
