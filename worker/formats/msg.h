#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "worker/formats/mail_message.h"
#include "worker/formats/unpacking.h"

namespace docket::worker {

/// What is seen of RTF, in UTF-8.
using RtfToText = std::function<std::string(std::string_view rtf)>;

/// Whether a file is a message that Outlook has saved (.msg, [MS-OXMSG]).
bool is_msg(std::string_view bytes);

/// As read_mail: sender, receivers, date, subject, and the best of its bodies: plain, HTML, RTF.
Result<Extraction> read_msg(std::string_view bytes, const HtmlToText& html_to_text,
                            const RtfToText& rtf_to_text);

/// Its attachments; a message in it is `SUBJECT.msg`, a file of its own.
std::optional<Error> unpack_msg(std::string_view bytes, MemberBudget& budget, const MemberHandler& handler);

/// Once, before the process locks itself in.
void load_msg();

}  // namespace docket::worker
