#pragma once
#include <optional>
#include <string_view>

#include "worker/formats/unpacking.h"

namespace docket::worker {

/// Whether a text is a mailbox of several messages: each behind an empty line and `From SENDER DATE`, as
/// RFC 4155 has it. One message with such a line is only a message.
bool is_mbox(std::string_view text);

/// Each message is a member, named by its date and subject, so that the names of others stay when one is
/// added or deleted. Lines that were quoted (`>From`) are as they were.
std::optional<Error> unpack_mbox(std::string_view text, MemberBudget& budget, const MemberHandler& handler);

}  // namespace docket::worker
