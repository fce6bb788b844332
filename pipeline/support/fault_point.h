#pragma once

/// Defined in test programs alone, where it may end the process (see tests/faults/). Weak, so that a program
/// without it has nothing there.
extern "C" void docket_fault_point(const char* name) __attribute__((weak));

namespace docket {

/// Marks a moment at which a crash must lose nothing.
inline void fault_point(const char* name) {
  if (docket_fault_point != nullptr) docket_fault_point(name);
}

}  // namespace docket
