#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>

#include "cli/report/formats.h"
#include "cli/report/markup.h"
#include "cli/report/reasons.h"
#include "cli/terminal/words.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// A comment is read at a glance: all else is in the report.
constexpr std::size_t most_documents_commented = 10, most_of_a_message = 160;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// An ASCII character that means nothing to Markdown where it stands: a `_` inside of a word, and a `:` that
/// makes neither an address nor an :emoji:. A `.` makes an address of www.
bool means_nothing(const std::string& text, std::size_t at) {
  const char c = text[at], before = at > 0 ? text[at - 1] : ' ',
             after = at + 1 < text.size() ? text[at + 1] : ' ';
  if (c == '.') return (before | 0x20) != 'w';
  if (c == '_') return is_word(before) && is_word(after);
  if (c == ':') return after == ' ';
  return is_word(c) || std::string_view(" /-,;()=+%?'\"").find(c) != std::string_view::npos;
}

/// Foreign text as code: neither Markdown nor HTML, and no @mention, #issue or address in it is one.
std::string foreign(const std::string& text) {
  std::string safe;
  const std::string shown = printable(excerpt(text, most_of_a_message), "");
  for (std::size_t at = 0; at < shown.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(shown, at);
    if (c >= 0x80 || means_nothing(shown, begin))
      safe += shown.substr(begin, at - begin);
    else
      safe += fmt::format("&#{};", static_cast<std::uint32_t>(c));
  }
  return safe.empty() ? "" : "<code>" + safe + "</code>";
}

std::string counts_table(const ordered_json& report) {
  const ordered_json& documents = report["documents"];
  const ordered_json& totals = report["totals"];
  std::string head = "| documents |", line = "|--:|", row = "| " + grouped(documents["in"]) + " |";
  for (const char* state : {"done", "held", "failed", "up_to_date", "cancelled"}) {
    if (documents[state] == 0 && std::string_view(state) != "done") continue;
    const std::string name = std::string_view(state) == "up_to_date" ? "up to date" : state;
    head += " " + name + " |";
    line += "--:|";
    row += " " + grouped(documents[state]) + " |";
  }
  head += " calls | tokens in | out | cost | time |\n";
  line += "--:|--:|--:|--:|--:|\n";
  row += fmt::format(" {} | {} | {} | {} | {} |\n", grouped(totals["usage"]["calls"]),
                     grouped(totals["usage"]["input_tokens"]), grouped(totals["usage"]["output_tokens"]),
                     cost_cell(totals["usage"]["cost_usd"]).text, duration_of(report["run"]["wall_ms"]));
  return head + line + row;
}

/// A document that a person should look at, or has.
struct Listed {
  std::string document, what, why;
};

/// Those that are acknowledged stand last.
std::vector<Listed> listed(const ordered_json& report) {
  std::vector<Listed> list, acknowledged;
  const auto add = [&](const ordered_json& document, const char* outcome, const std::string& kind,
                       const std::string& why) {
    const bool is_known = document.contains("acknowledged");
    const std::string how = outcome + std::string(is_known ? ", acknowledged: " : ": ") + kind;
    (is_known ? acknowledged : list).push_back({document["path"], how, why});
  };
  for (const ordered_json& group : report["errors"])
    for (const ordered_json& document : group["documents"])
      add(document, "failed", group["class"], document["message"]);
  for (const ordered_json& group : report["held"])
    for (const ordered_json& document : group["documents"])
      add(document, "held", group["why"], held_reasons(document));
  std::ranges::move(acknowledged, std::back_inserter(list));
  return list;
}

std::string attention_table(const ordered_json& report) {
  const std::vector<Listed> list = listed(report);
  if (list.empty()) return "";
  std::string text = "\n| document | | why |\n|---|---|---|\n";
  std::int64_t all = 0;
  for (const char* groups : {"errors", "held"})
    for (const ordered_json& group : report[groups])
      all += group["count"].get<std::int64_t>();
  std::int64_t shown = 0;
  for (const Listed& one : list) {
    if (shown == static_cast<std::int64_t>(most_documents_commented)) break;
    ++shown;
    text += "| " + foreign(one.document) + " | " + foreign(one.what) + " | " + foreign(one.why) + " |\n";
  }
  if (all > shown) text += fmt::format("\nand {} more\n", grouped(all - shown));
  return text;
}

}  // namespace

std::string report_as_markdown(const ordered_json& report) {
  const int code = report["run"]["exit_code"];
  const std::string sign = code == 0 ? "✅" : code == 3 ? "⏸️" : "❌";
  const std::string left_out = code == 0 ? what_is_acknowledged(report) : "";
  std::string text = fmt::format("**docket** {} {} exit code {}{}\n\n", foreign(report["pipeline"]["name"]),
                                 sign, code, left_out.empty() ? "" : ": " + left_out);
  text += counts_table(report) + attention_table(report);
  if (report["run"].contains("stopped"))
    text += "\nThe run ended early: " + foreign(report["run"]["stopped"]) + "\n";
  return text;
}

}  // namespace docket
