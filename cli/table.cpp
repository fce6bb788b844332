#include "cli/table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "pipeline/support/duration.h"
#include "pipeline/support/money.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

namespace {

std::string number(const ordered_json& value) { return std::to_string(value.get<std::int64_t>()); }

/// More would hide the rest of the report; all are in report.json.
constexpr std::size_t most_documents_shown = 10;

std::string more(std::int64_t count, std::size_t shown) {
  const std::int64_t hidden = count - static_cast<std::int64_t>(shown);
  return hidden > 0 ? fmt::format("  … and {} more\n", hidden) : "";
}

std::string joined(const ordered_json& texts) {
  std::string result;
  for (const ordered_json& text : texts)
    result += (result.empty() ? "" : "; ") + text.get<std::string>();
  return result;
}

/// A column of the table of stages, from the stage's object in the report.
struct StageColumn {
  const char* heading;
  std::string (*cell)(const ordered_json& stage);
};

constexpr StageColumn stage_columns[] = {
    {"stage", [](const ordered_json& stage) { return stage["id"].get<std::string>(); }},
    {"in", [](const ordered_json& stage) { return number(stage["in"]); }},
    {"done", [](const ordered_json& stage) { return number(stage["done"]); }},
    {"skipped", [](const ordered_json& stage) { return number(stage["skipped"]); }},
    {"failed", [](const ordered_json& stage) { return number(stage["failed"]); }},
    {"held", [](const ordered_json& stage) { return number(stage["held"]); }},
    {"cpu", [](const ordered_json& stage) { return format_duration(milliseconds(stage["cpu_ms"])); }},
    {"calls", [](const ordered_json& stage) { return number(stage["usage"]["calls"]); }},
    {"tokens in", [](const ordered_json& stage) { return number(stage["usage"]["input_tokens"]); }},
    {"out", [](const ordered_json& stage) { return number(stage["usage"]["output_tokens"]); }},
    {"cost", [](const ordered_json& stage) { return format_cost(stage["usage"]["cost_usd"]); }},
};

std::string stage_table(const ordered_json& report) {
  std::vector<std::vector<std::string>> rows(1);
  for (const StageColumn& column : stage_columns)
    rows[0].push_back(column.heading);
  for (const ordered_json& stage : report["stages"]) {
    std::vector<std::string>& row = rows.emplace_back();
    for (const StageColumn& column : stage_columns)
      row.push_back(column.cell(stage));
  }
  return format_table(rows);
}

/// Behind a document that is not new: what was known of it.
std::string standing_of(const ordered_json& document) {
  const std::string standing = document.value("standing", "new");
  if (standing == "new") return "";
  if (!document.contains("acknowledged")) return " (" + standing + ")";
  const std::string reason = document["acknowledged"].value("reason", "");
  return " (acknowledged" + (reason.empty() ? "" : ": " + reason) + ")";
}

/// new: 1 failed, 7 held; known: 2 failed
std::string attention(const ordered_json& report) {
  if (!report.contains("attention")) return "";  // Of an older docket.
  std::string text;
  for (const char* standing : {"new", "known", "acknowledged"}) {
    std::string counts;
    for (const char* outcome : {"failed", "held"}) {
      const ordered_json& count = report["attention"][outcome][standing];
      if (count != 0) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", number(count), outcome);
    }
    if (!counts.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", standing, counts);
  }
  return text.empty() ? "" : text + "\n";
}

/// not accepted: structured_extract 40 of 40, classify 3 of 40
std::string not_accepted(const ordered_json& stages) {
  std::string text;
  for (const ordered_json& stage : stages)
    if (stage.value("not_accepted", 0) > 0)
      text +=
          fmt::format("{}{} {} of {}", text.empty() ? "not accepted: " : ", ", stage["id"].get<std::string>(),
                      number(stage["not_accepted"]), number(stage["answers"]));
  return text.empty() ? "" : text + "; `docket export --accepted-only` leaves them out\n";
}

/// no text: 12; poor text: 3
std::string bad_texts(const ordered_json& stages) {
  std::string text;
  for (const ordered_json& stage : stages)
    for (const auto& [grade, said] : {std::pair("none", "no text"), std::pair("poor", "poor text")})
      if (stage.contains("grades") && stage["grades"].contains(grade))
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", said, number(stage["grades"][grade]));
  return text.empty() ? "" : text + "\n";
}

/// At most so many columns: what is longer is in report.json.
constexpr std::size_t line_columns = 80;

std::string line(const std::string& text) { return within_columns(text, line_columns) + "\n"; }

/// 3 failed check: totals add up, 1 low confidence: classify
std::string with_counts(const ordered_json& groups, const char* name) {
  std::vector<std::pair<std::int64_t, std::string>> sorted;
  for (const ordered_json& group : groups)
    sorted.emplace_back(-group["count"].get<std::int64_t>(), group[name].get<std::string>());
  std::ranges::sort(sorted);
  std::string text;
  for (const auto& [count, what] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", -count, what);
  return text;
}

std::string calls(const ordered_json& totals) {
  const auto time = [](const ordered_json& ms) {
    return ms.is_null() ? "?" : format_duration(milliseconds(ms));
  };
  const ordered_json& latency = totals["latency_ms"];
  std::string text =
      line(fmt::format("calls: {}, retries {}, known answers {}; p50 {}, p90 {}, p99 {}",
                       number(totals["calls"]), number(totals["retries"]), number(totals["cache_hits"]),
                       time(latency["p50"]), time(latency["p90"]), time(latency["p99"])));
  if (totals["attempts"] == 0) return text;
  return text +
         line(fmt::format("time: {} in queues, {} between attempts, {} with servers",
                          time(totals["queued_ms"]), time(totals["paused_ms"]), time(totals["wire_ms"])));
}

/// answers by: local 90 %, cloud 10 %
std::string tiers(const ordered_json& shares) {
  std::map<std::string, std::int64_t> values;
  std::int64_t all = 0;
  for (const ordered_json& share : shares) {
    values[share["tier"].get<std::string>()] += share["answers"].get<std::int64_t>();
    all += share["answers"].get<std::int64_t>();
  }
  std::string text;
  for (const auto& [tier, count] : values)
    text += fmt::format("{}{} {:.1f} %", text.empty() ? "answers by: " : ", ", tier,
                        100.0 * static_cast<double>(count) / static_cast<double>(all));
  return text.empty() ? "" : line(text);
}

std::string saved(const ordered_json& saved) {
  std::string text;
  for (const auto& [what, said] : {std::pair("cache", "known answers"), std::pair("results", "known results"),
                                   std::pair("prefix", "cached prompts")})
    if (const ordered_json& usd = saved[what]["cost_usd"]; usd != 0)
      text += fmt::format("{}{} by {}", text.empty() ? "saved: " : ", ", format_cost(usd), said);
  return text.empty() ? "" : line(text);
}

/// all-cloud (gpt-5): $12.30, spent $1.23: 10.0 times as much
std::string all_cloud(const ordered_json& all) {
  if (all["questions"] == 0) return "";
  if (all["cost_usd"].is_null() || all["spent_usd"].is_null())
    return line("all-cloud: not known, as " + all["reason"].get<std::string>());
  const std::string model = (all["model"].is_null() ? all["backend"] : all["model"]).get<std::string>();
  std::string text = fmt::format("all-cloud ({}): {}, spent {}", model, format_cost(all["cost_usd"]),
                                 format_cost(all["spent_usd"]));
  if (!all["ratio"].is_null()) text += fmt::format(": {:.1f} times as much", all["ratio"].get<double>());
  return line(text);
}

/// What models did, and what it cost; empty: nothing, or the report is an older docket's.
std::string models(const ordered_json& report) {
  if (!report.contains("all_cloud")) return "";
  const ordered_json& totals = report["totals"];
  std::string text;
  if (totals["attempts"] != 0 || totals["cache_hits"] != 0) text += calls(totals) + tiers(report["tiers"]);
  const ordered_json& escalations = report["escalations"];
  if (escalations["documents"] != 0)
    text += line(fmt::format("escalated: {}: {}", number(escalations["documents"]),
                             with_counts(escalations["reasons"], "reason")));
  text += saved(report["saved"]) + all_cloud(report["all_cloud"]);
  if (report["unsure"] != 0)
    text += line("unsure: " + counted(report["unsure"], "document") + " done with an answer not accepted");
  return text;
}

/// to the cloud (`docket egress`): 3 calls, 2 documents, 5120 bytes; redacted: 4 email, 1 iban
std::string egress(const ordered_json& report) {
  if (!report.contains("egress") || report["egress"]["calls"] == 0)
    return "";  // The former: of an older docket.
  const ordered_json& egress = report["egress"];
  std::string redacted;
  for (const auto& [kind, count] : egress["redactions"].items())
    redacted += fmt::format("{}{} {}", redacted.empty() ? "; redacted: " : ", ", number(count), kind);
  return line(fmt::format("to the cloud (`docket egress`): {}, {}, {}{}", counted(egress["calls"], "call"),
                          counted(egress["documents"], "document"), counted(egress["bytes"], "byte"),
                          redacted));
}

std::string input_problems(const ordered_json& report) {
  if (!report.contains("input") || report["input"]["problems"]["count"] == 0) return "";
  const ordered_json& problems = report["input"]["problems"];
  std::string text = fmt::format("\ninput that is not as it should be ({}):\n", number(problems["count"]));
  std::size_t shown = 0;
  for (const ordered_json& problem : problems["first"]) {
    if (shown == most_documents_shown) break;
    text += "  " + problem.get<std::string>() + "\n";
    ++shown;
  }
  return text + more(problems["count"], shown);
}

std::string why_held(const ordered_json& document) {
  const std::string reasons = joined(document["reasons"]), detail = document.value("detail", "");
  if (reasons.empty() || detail.empty()) return (reasons + detail).empty() ? "" : ": " + reasons + detail;
  return ": " + reasons + " (" + detail + ")";
}

std::string held(const ordered_json& report) {
  std::string text;
  for (const ordered_json& group : report["held"]) {
    text += fmt::format("\nheld ({}): {}\n", number(group["count"]), group["why"].get<std::string>());
    std::size_t shown = 0;
    for (const ordered_json& document : group["documents"]) {
      if (shown == most_documents_shown) break;
      text += "  " + document["path"].get<std::string>() + why_held(document) + standing_of(document) + "\n";
      ++shown;
    }
    text += more(group["count"], shown);
  }
  return text;
}

std::string failed(const ordered_json& report) {
  std::string text;
  for (const ordered_json& group : report["errors"]) {
    text += fmt::format("\nfailed ({}): {}\n", number(group["count"]), group["class"].get<std::string>());
    std::size_t shown = 0;
    for (const ordered_json& document : group["documents"]) {
      if (shown == most_documents_shown) break;
      const std::string stage = document.value("stage", "");
      text += fmt::format("  {}: {}{}{}{}\n", document["path"].get<std::string>(), stage,
                          stage.empty() ? "" : ": ", document["message"].get<std::string>(),
                          standing_of(document));
      ++shown;
    }
    text += more(group["count"], shown);
  }
  return text;
}

/// "3 damaged, 1 timeout"; empty: all are done.
std::string not_read(const ordered_json& outcomes) {
  std::string text;
  for (const auto& [outcome, count] : outcomes.items())
    if (outcome != "done") text += (text.empty() ? "" : ", ") + number(count) + " " + outcome;
  return text;
}

/// What kinds of files there were, where some could not be read.
std::string files(const ordered_json& report) {
  constexpr std::size_t most_types_shown = 6;
  if (!report.contains("files")) return "";  // Of an older docket.
  std::vector<ordered_json> types = report["files"];
  std::ranges::stable_sort(types, std::ranges::greater(),
                           [](const auto& type) { return type["count"].template get<std::int64_t>(); });
  const auto all_read = [](const ordered_json& type) { return not_read(type["outcomes"]).empty(); };
  if (std::ranges::all_of(types, all_read)) return "";
  std::string text;
  for (std::size_t i = 0; i < std::min(types.size(), most_types_shown); ++i) {
    const std::string name = types[i]["media_type"], others = not_read(types[i]["outcomes"]);
    text += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", number(types[i]["count"]),
                        name.empty() ? "unknown" : name, others.empty() ? "" : " (" + others + ")");
  }
  if (types.size() > most_types_shown)
    text += fmt::format(", and {} more kinds", types.size() - most_types_shown);
  return "files: " + text + "\n";
}

std::string missing(const ordered_json& report) {
  const ordered_json& missing = report["missing"];
  if (missing["count"] == 0) return "";
  std::string text =
      fmt::format("\nno longer in the input ({}): `docket clean --missing` removes their records\n",
                  number(missing["count"]));
  std::size_t shown = 0;
  for (const ordered_json& path : missing["documents"]) {
    if (shown++ == most_documents_shown) break;
    text += "  " + path.get<std::string>() + "\n";
  }
  return text + more(missing["count"], std::min(shown, most_documents_shown));
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();)
    columns += static_cast<std::size_t>(columns_of(next_code_point(text, at)));
  return columns;
}

std::string within_columns(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  std::string shown;
  std::size_t used = 1;  // By the mark.
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    used += static_cast<std::size_t>(columns_of(next_code_point(text, at)));
    if (used > columns) break;
    shown += text.substr(begin, at - begin);
  }
  return shown + "…";
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - columns_of(row[i]), ' ');
      text += (i > 0 ? "  " : "") + (i == 0 ? row[i] + blanks : blanks + row[i]);
    }
    text += '\n';
  }
  return text;
}

namespace {

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    const bool is_no_character = c == replacement_character && at == begin + 1;
    const bool stays = at == begin + 1 && kept.find(text[begin]) != std::string_view::npos;
    if (stays || !(is_control(c) || is_no_character))
      shown += text.substr(begin, at - begin);
    else
      shown += '?';
  }
  return shown;
}

std::string printable_json(std::string_view json) {
  std::string shown;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(json, at);
    if (c >= 0x7F && is_control(c))  // Those below stand between values, or are escaped already.
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
    else
      shown += json.substr(begin, at - begin);
  }
  return shown;
}

std::string format_doubts(const ordered_json& stages) { return not_accepted(stages) + bad_texts(stages); }

std::string format_failures(const ordered_json& report) { return printable(failed(report)); }

std::string format_report(const ordered_json& report) {
  const ordered_json& documents = report["documents"];
  const std::int64_t wall_ms = report["run"]["wall_ms"];
  const std::int64_t in = documents["in"];
  std::string counts;
  for (const char* state : {"done", "held", "failed", "cancelled"}) {
    if (documents[state] == 0 && std::string(state) != "done") continue;
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", number(documents[state]), state);
  }
  const ordered_json& kept = report["up_to_date"];
  const std::int64_t kept_held = kept["held"];
  if (documents["up_to_date"] != 0) {
    counts += ", " + number(documents["up_to_date"]) + " up to date";
    if (kept_held > 0) counts += " (" + std::to_string(kept_held) + " of them held)";
  }
  // Not a table of zeros when nothing had to be done.
  const auto has_worked = [](const ordered_json& stage) { return stage["in"] != 0; };
  const bool some_ran = in == 0 || std::ranges::any_of(report["stages"], has_worked);
  std::string text = (some_ran ? stage_table(report) : "") + held(report) + failed(report) + missing(report) +
                     input_problems(report);
  text +=
      fmt::format("\n{}: {}; {}", counted(in, "document"), counts, format_duration(milliseconds(wall_ms)));
  if (wall_ms > 0 && in > 0) {
    const double rate = 1000.0 * static_cast<double>(in) / static_cast<double>(wall_ms);
    text += (rate < 100 ? fmt::format(", {:.3g}", rate) : fmt::format(", {:.0f}", rate)) + " a second";
  }
  text += fmt::format(", {}\n", format_cost(report["totals"]["usage"]["cost_usd"]));
  text +=
      files(report) + attention(report) + format_doubts(report["stages"]) + models(report) + egress(report);
  if (report["run"].contains("stopped"))
    text += "stopped: " + report["run"]["stopped"].get<std::string>() + "\n";
  return printable(text);
}

std::string counted(std::int64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string format_cost(const ordered_json& usd) {
  return usd.is_null() ? "?" : format_money(in_nano_dollars(usd.get<double>()));
}

}  // namespace docket
