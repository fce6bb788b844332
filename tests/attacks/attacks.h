#pragma once

namespace docket {

// Exit codes of docket-attacked, beside the numbers of errors.
inline constexpr int attack_worked = 200;
inline constexpr int no_such_attack = 201;

}  // namespace docket
