#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Rows of cells as text, in columns; the first column is flush left, the others flush right. Rows may be
/// short.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// Columns that a terminal needs for UTF-8 text.
std::size_t columns_of(std::string_view text);
/// Its beginning, at most so many columns, with a mark where it is cut.
std::string within_columns(const std::string& text, std::size_t columns);

/// The text with `?` for control characters, for those that turn the direction of writing, and for bytes that
/// are not UTF-8: neither a document's name nor a server's words may drive the terminal or look like others.
/// `kept`: the control characters that stay.
std::string printable(std::string_view text, std::string_view kept = "\n");

/// JSON whose strings have escapes in place of such characters: the same values.
std::string printable_json(std::string_view json);

/// A run's report (docs/report.schema.json) as a person wants to read it: the stages, then what needs
/// attention.
std::string format_report(const nlohmann::ordered_json& report);
/// How many answers are not accepted and how many texts are not good, from the `stages` of a report; empty:
/// none.
std::string format_doubts(const nlohmann::ordered_json& stages);
/// Of a report, only what failed; empty: nothing did.
std::string format_failures(const nlohmann::ordered_json& report);

/// A word of a command for the shell: in quotes where it needs them.
std::string shell_word(const std::string& text);

/// 1 document, 2 documents.
std::string counted(std::int64_t count, const std::string& what);

/// What `cost_usd` of a usage says: $1.25; null, an unknown price, is "?".
std::string format_cost(const nlohmann::ordered_json& usd);

}  // namespace docket
