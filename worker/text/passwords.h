#pragma once

namespace docket::worker {

// What is said of an encrypted file, behind its name: in the same words for every format.
inline constexpr const char* wants_password =
    "needs a password: give it in `passwords` of the extract stage, and run with --retry-parked";
inline constexpr const char* wrong_passwords = "opens with none of the `passwords` of the extract stage";
inline constexpr const char* takes_no_password =
    "needs a password, and docket opens files of this kind only without one: save it without";

}  // namespace docket::worker
