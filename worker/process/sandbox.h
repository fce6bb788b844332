#pragma once
#include <string>

namespace docket::worker {

/// Gives up, for good, all that a parser has no business doing: no network, no other process, no new program,
/// no file opened but for reading, nothing removed, renamed or made, no signal but to itself. A forbidden
/// call fails with EPERM. No core dump, no new privileges. What is open stays usable.
///
/// Of files, only the libraries' data can be opened (worker/process/file_access.h): poppler's character maps,
/// iconv's tables; others fail with EACCES. Where the kernel cannot tell them apart, no file can (EPERM).
///
/// What the kernel refuses of it, in words, with what to do; empty: nothing. The rest holds.
std::string lock_in();

/// For a worker of the pool at the other end of `socket`: dies with the pool, no file that it may still hold
/// can grow, and no other process of the user can look into its memory.
void bind_to_parent(int socket);

}  // namespace docket::worker
