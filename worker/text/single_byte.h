#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// The encoding of one byte a character in which `bytes` are words: `detected`, or another one where that
/// leaves signs, capitals or letters of another script within words (`ing†tts`, `commandŽe`), as statistics
/// do with texts from DOS and old Macs, and with short ones.
std::string better_single_byte(std::string_view bytes, const std::string& detected);

/// Whether ASCII is UTF-7 (RFC 2152), in which mails were once written: all its `+` begin letters in base 64.
bool is_utf7(std::string_view bytes);

}  // namespace docket::worker
