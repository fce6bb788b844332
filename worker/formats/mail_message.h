#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "worker/formats/unpacking.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What a person sees of HTML, in UTF-8; `bytes` in whatever encoding they say.
using HtmlToText = std::function<std::string(std::string_view bytes)>;

/// Reads an e-mail message (RFC 5322, MIME) as a mail program shows it: sender, receivers, date and subject,
/// then the best of its bodies. Headers are in `value["metadata"]` too. Files in it are not read here.
/// The Error is of class `encrypted` for what only the receiver can open (S/MIME, PGP).
Result<Extraction> read_mail(std::string_view bytes, const HtmlToText& html_to_text);

/// Its attachments, messages that it forwards, pictures and signatures; those in a winmail.dat too.
std::optional<Error> unpack_mail(std::string_view bytes, MemberBudget& budget, const MemberHandler& handler);

/// `2024-03-05 Rechnung 117.eml`: what a message may be called that has no name.
std::string name_of_message(std::string_view bytes);

/// Once, before the process locks itself in.
void load_mail();

}  // namespace docket::worker
