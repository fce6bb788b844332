#include "pipeline/support/event.h"

#include <sys/eventfd.h>

namespace docket {

Event::Event() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Event::signal() const noexcept {
  // Fails only when the counter is full, and then it is signalled already.
  eventfd_write(descriptor_.get(), 1);
}

void Event::clear() const noexcept {
  eventfd_t times = 0;
  eventfd_read(descriptor_.get(), &times);  // Fails when there was no signal.
}

}  // namespace docket
