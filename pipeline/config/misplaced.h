#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "pipeline/config/condition_mistake.h"

namespace docket {

/// Behind the text in "…" that begins at `at`; no \( is looked into.
std::size_t behind_text(std::string_view expression, std::size_t at);

/// Of an expression that jq cannot parse, the first thing that must not stand where it does: a letter that jq
/// does not have, two values side by side, an operator without a value. Nothing: none of these.
std::optional<ConditionMistake> misplaced_in(std::string_view expression);

/// `not .classify.accepted`: valid jq, that reads a member of what `not` says, which is an error.
std::optional<ConditionMistake> not_before_member(std::string_view expression);

}  // namespace docket
