#pragma once

namespace docket::worker {

/// Makes the process end with a WorkerExit when it dies of a failed allocation (poppler aborts, or follows
/// the null pointer) or of a file that shrank under its mapping, so that the pool can name the cause. Other
/// crashes end it as usual. Does nothing under sanitizers, which have handlers of their own.
void explain_fatal_signals();

/// Has the handler called on a stack of its own, also while another is running.
void handle(int signal_number, void (*handler)(int));

/// Forgets failed allocations that were survived. Called before each document.
void forget_failed_allocations();

}  // namespace docket::worker
