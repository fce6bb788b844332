#include "backends/protocols/machine_time.h"

namespace docket::backends {

MachineTime::Begun MachineTime::begin(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  pass(now);
  ++calls_;
  return for_each_;
}

std::chrono::nanoseconds MachineTime::end(Begun begun, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  pass(now);
  --calls_;
  return for_each_ - begun;
}

/// Threads may come with their times in another order: then nothing has passed.
void MachineTime::pass(Clock::time_point now) {
  if (now <= last_) return;
  if (calls_ > 0) for_each_ += std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_) / calls_;
  last_ = now;
}

}  // namespace docket::backends
