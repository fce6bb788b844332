#pragma once
#include "pipeline/support/descriptor.h"

namespace docket {

/// Wakes a thread that waits in poll(2) or epoll(7), from any thread (eventfd(2)).
class Event {
 public:
  Event();
  /// Readable from `signal` until `clear`.
  int descriptor() const { return descriptor_.get(); }
  void signal() const noexcept;
  void clear() const noexcept;

 private:
  const Descriptor descriptor_;
};

}  // namespace docket
