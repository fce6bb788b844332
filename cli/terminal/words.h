#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace docket {

/// The text with `?` for control characters, for those that turn the direction of writing, and for bytes that
/// are not UTF-8: neither a document's name nor a server's words may drive the terminal or look like others.
/// `kept`: the control characters that stay.
std::string printable(std::string_view text, std::string_view kept = "\n");

/// JSON whose strings have escapes in place of such characters: the same values.
std::string printable_json(std::string_view json);

/// Prints `docket: message` on stderr, one whole line whatever other threads print.
void print_error(const std::string& message);

/// A word of a command for the shell: in quotes where it needs them.
std::string shell_word(const std::string& text);

/// 1 document, 2 documents.
std::string counted(std::int64_t count, const std::string& what);

/// What `cost_usd` of a usage says: $1.25; null, an unknown price, is "?".
std::string format_cost(const nlohmann::ordered_json& usd);

}  // namespace docket
