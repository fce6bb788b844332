#pragma once
#include <string_view>

namespace docket::worker {

/// Whether a text is an e-mail message as mail programs keep it: its readable part has to be unpacked first.
///
/// Letters, memos and invoices begin with `From:`, `To:`, `Date:` and `Subject:` too, so these say nothing.
/// What only programs write does (RFC 5322, RFC 2045): `MIME-Version:`, `Return-Path:`, the stations of
/// `Received:`, an id in angle brackets, a signature, a date with a zone, a type of content with its charset.
bool is_mail(std::string_view utf8);

}  // namespace docket::worker
