#pragma once
#include <string>
#include <string_view>

namespace docket::reference {

// Pieces of a manual page in the macros of man(7).

/// Text as it stands, with what is between backticks in bold.
std::string roff(std::string_view text);
/// The same as a sentence, which ends with a full stop.
std::string sentence(std::string_view text);
std::string bold(const std::string& text);
std::string italic(const std::string& text);
std::string title(const std::string& name, int section, const std::string& manual);
/// The whole of it, as the checkers of manual pages want it.
std::string page(std::string text);
std::string heading(const std::string& text);
std::string subheading(const std::string& text);
std::string paragraph(const std::string& text);
/// What is told of, already in roff, and what is told of it.
std::string tagged(const std::string& tag, const std::string& text);
/// Lines as they stand.
std::string literal(const std::string& text);

}  // namespace docket::reference
