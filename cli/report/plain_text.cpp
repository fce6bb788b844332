#include "cli/report/plain_text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "cli/report/lines.h"
#include "cli/report/reasons.h"
#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "pipeline/support/duration.h"

namespace docket {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

using namespace report_lines;

namespace {

/// More would hide the rest of the report; all are in report.json.
constexpr std::size_t most_documents_shown = 10;

/// A column of the table of stages, from the stage's object in the report.
struct StageColumn {
  const char* heading;
  std::string (*cell)(const ordered_json& stage);
  bool may_be_left_out = true;  ///< Where it is 0 for all stages.
};

constexpr StageColumn stage_columns[] = {
    {"stage", [](const ordered_json& stage) { return stage["id"].get<std::string>(); }, false},
    {"in", [](const ordered_json& stage) { return number(stage["in"]); }, false},
    {"done", [](const ordered_json& stage) { return number(stage["done"]); }, false},
    {"skipped", [](const ordered_json& stage) { return number(stage["skipped"]); }},
    {"failed", [](const ordered_json& stage) { return number(stage["failed"]); }},
    {"held", [](const ordered_json& stage) { return number(stage["held"]); }},
    {"cpu", [](const ordered_json& stage) { return format_duration(milliseconds(stage["cpu_ms"])); }},
    {"calls", [](const ordered_json& stage) { return number(stage_calls(stage)); }},
    {"tokens in", [](const ordered_json& stage) { return number(stage["usage"]["input_tokens"]); }},
    {"out", [](const ordered_json& stage) { return number(stage["usage"]["output_tokens"]); }},
    {"cost", [](const ordered_json& stage) { return format_cost(stage["usage"]["cost_usd"]); }},
};

std::vector<std::vector<std::string>> transposed(const std::vector<std::vector<std::string>>& columns) {
  std::vector<std::vector<std::string>> rows(columns.front().size());
  for (const std::vector<std::string>& column : columns)
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i].push_back(column[i]);
  return rows;
}

bool is_zero(const std::string& cell) { return cell == "0" || cell == "$0.00"; }

/// Without the columns that say nothing, nor the least of the others where it is wider than a terminal.
std::string stage_table(const ordered_json& report) {
  std::vector<std::vector<std::string>> columns;
  for (const StageColumn& column : stage_columns) {
    std::vector<std::string> cells = {column.heading};
    for (const ordered_json& stage : report["stages"])
      cells.push_back(column.cell(stage));
    const bool says_nothing = column.may_be_left_out && std::all_of(cells.begin() + 1, cells.end(), is_zero);
    if (!says_nothing) columns.push_back(std::move(cells));
  }
  std::string table = format_table(transposed(columns));
  const auto least = std::ranges::find_if(columns, [](const auto& cells) { return cells[0] == "cpu"; });
  if (table.find('\n') <= screen_columns || least == columns.end()) return table;
  columns.erase(least);
  return format_table(transposed(columns));
}

/// What models did, and what it cost; empty: nothing, or the report is an older docket's.
std::string models(const ordered_json& report) {
  if (!report.contains("all_cloud")) return "";
  const ordered_json& totals = report["totals"];
  std::string text;
  if (totals["attempts"] != 0 || totals["cache_hits"] != 0) text += calls(totals) + tiers(report["tiers"]);
  text += invalid_answers(report, "");
  return text + escalated(report["escalations"]) + saved(report["saved"]) + all_cloud(report["all_cloud"]) +
         unsure(report["unsure"]);
}

std::string input_section(const ordered_json& report) {
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
  const std::string reasons = held_reasons(document);
  return reasons.empty() ? "" : ": " + reasons;
}

std::string held_section(const ordered_json& report) {
  std::string text;
  for (const ordered_json& group : report["held"]) {
    text += fmt::format("\nheld ({}): {}\n", number(group["count"]), group["why"].get<std::string>());
    std::size_t shown = 0;
    for (const ordered_json& document : group["documents"]) {
      if (shown == most_documents_shown) break;
      text += "  " + document["path"].get<std::string>() + why_held(document) + standing(document) + "\n";
      ++shown;
    }
    text += more(group["count"], shown);
  }
  return text;
}

std::string failed_section(const ordered_json& report) {
  std::string text;
  for (const ordered_json& group : report["errors"]) {
    text += fmt::format("\nfailed ({}): {}\n", number(group["count"]), group["class"].get<std::string>());
    std::size_t shown = 0;
    for (const ordered_json& document : group["documents"]) {
      if (shown == most_documents_shown) break;
      const std::string stage = document.value("stage", "");
      text += fmt::format(
          "  {}: {}{}{}{}\n", document["path"].get<std::string>(), stage, stage.empty() ? "" : ": ",
          without_file_name(document["message"].get<std::string>(), document["path"]), standing(document));
      ++shown;
    }
    text += more(group["count"], shown);
  }
  return text;
}

/// The groups without what is acknowledged, and those of which nothing is left.
ordered_json without_acknowledged(const ordered_json& groups) {
  ordered_json left = ordered_json::array();
  for (const ordered_json& group : groups) {
    ordered_json documents = ordered_json::array();
    for (const ordered_json& document : group["documents"])
      if (!document.contains("acknowledged")) documents.push_back(document);
    const std::size_t count =
        group["count"].get<std::size_t>() - (group["documents"].size() - documents.size());
    if (count == 0) continue;
    ordered_json& one = left.emplace_back(group);
    one["count"] = count;
    one["documents"] = std::move(documents);
  }
  return left;
}

std::string all_in_status(const std::string& pipeline) {
  return "  all of them: docket status " + pipeline + " -v\n";
}

/// Of those that are held, the ones that this run did not work on. A report does not name them.
std::string held_before(const ordered_json& report, const ordered_json& told, const std::string& pipeline) {
  const ordered_json& held = report["attention"]["held"];
  std::int64_t before = held["new"].get<std::int64_t>() + held["known"].get<std::int64_t>();
  for (const ordered_json& group : told)
    before -= group["count"].get<std::int64_t>();
  return before > 0 ? fmt::format("\nheld ({}): since an earlier run\n", before) + all_in_status(pipeline)
                    : "";
}

std::string unsure_section(const ordered_json& report, const std::string& pipeline) {
  for (const ordered_json& group : report["doubtful"]) {
    if (group["why"] != "unsure") continue;
    std::string text = "\n" + doubt("unsure", group["count"]) + "\n";
    std::size_t shown = 0;
    for (const ordered_json& path : group["documents"]) {
      if (shown == most_documents_shown) break;
      text += "  " + path.get<std::string>() + "\n";
      ++shown;
    }
    return text + (shown > 0 ? more(group["count"], shown) : all_in_status(pipeline));
  }
  return "";
}

std::string missing_section(const ordered_json& report) {
  const ordered_json& missing = report["missing"];
  if (missing["count"] == 0) return "";
  std::string text = fmt::format("\nno longer in the input ({}): `clean --missing` removes their records\n",
                                 number(missing["count"]));
  std::size_t shown = 0;
  for (const ordered_json& path : missing["documents"]) {
    if (shown++ == most_documents_shown) break;
    text += "  " + path.get<std::string>() + "\n";
  }
  return text + more(missing["count"], std::min(shown, most_documents_shown));
}

}  // namespace

std::string format_doubts(const ordered_json& stages) { return not_accepted(stages) + bad_texts(stages); }

std::string format_failures(const ordered_json& report, AlsoFails also, const std::string& pipeline) {
  const ordered_json left = {
      {"errors", without_acknowledged(report["errors"])},
      {"held", also.held ? without_acknowledged(report["held"]) : ordered_json::array()}};
  std::string text = failed_section(left) + held_section(left);
  if (also.held) text += held_before(report, left["held"], pipeline);
  if (also.unsure) text += unsure_section(report, pipeline);
  if (text.empty()) return "";
  return printable(text.substr(1));
}

std::string format_report(const ordered_json& report) {
  // Not a table of zeros when nothing had to be done.
  const auto has_worked = [](const ordered_json& stage) { return stage["in"] != 0; };
  const bool some_ran = report["documents"]["in"] == 0 || std::ranges::any_of(report["stages"], has_worked);
  std::string text = (some_ran ? stage_table(report) : "") + held_section(report) + failed_section(report) +
                     missing_section(report) + input_section(report);
  if (text.starts_with('\n')) text.erase(0, 1);
  text += (text.empty() ? "" : "\n") + totals(report) + files(report) + attention(report) +
          format_doubts(report["stages"]) + models(report) + egress(report);
  if (report["run"].contains("stopped"))
    text += "stopped: " + report["run"]["stopped"].get<std::string>() + "\n";
  return printable(text);
}

}  // namespace docket
