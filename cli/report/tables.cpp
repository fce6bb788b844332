#include "cli/report/tables.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "cli/report/lines.h"
#include "cli/report/reasons.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// So that the page of a bad night stays small; `docket status -v` lists all.
constexpr std::size_t most_documents_listed = 500;

std::int64_t number_of(const ordered_json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

/// new; known; acknowledged: its reason
std::string standing_words(const ordered_json& document) {
  const std::string standing = document.value("standing", "new");
  if (!document.contains("acknowledged")) return standing;
  const std::string reason = document["acknowledged"].value("reason", "");
  return reason.empty() ? standing : standing + ": " + reason;
}

/// Of the columns from one on: those that are 0 everywhere go, so that what there is can be seen.
void leave_out_zeros(PageTable& table, std::size_t first) {
  for (std::size_t at = table.columns.size(); at-- > first;) {
    const auto is_zero = [&](const auto& row) { return row[at].sort == "0" || row[at].sort == "0.0"; };
    if (!std::ranges::all_of(table.rows, is_zero)) continue;
    const auto offset = static_cast<std::ptrdiff_t>(at);
    table.columns.erase(table.columns.begin() + offset);
    for (auto& row : table.rows)
      row.erase(row.begin() + offset);
  }
}

void add_usage(std::vector<TableCell>& row, const ordered_json& usage) {
  row.push_back(number_cell(usage["input_tokens"]));
  row.push_back(number_cell(number_of(usage, "cached_input_tokens")));
  row.push_back(number_cell(usage["output_tokens"]));
  row.push_back(cost_cell(usage["cost_usd"]));
}

}  // namespace

PageTable stages_table(const ordered_json& report) {
  PageTable table{"stages",
                  "Documents, time and money of each stage",
                  {{"stage"},
                   {"documents", true},
                   {"done", true},
                   {"not needed", true},
                   {"failed", true},
                   {"held", true},
                   {"CPU time", true},
                   {"calls", true},
                   {"tokens in", true},
                   {"of them cached", true},
                   {"tokens out", true},
                   {"cost (USD)", true}},
                  {}};
  for (const ordered_json& stage : report["stages"]) {
    std::vector<TableCell>& row = table.rows.emplace_back();
    row.push_back({stage["id"]});
    for (const char* member : {"in", "done", "skipped", "failed", "held"})
      row.push_back(number_cell(stage[member]));
    row.push_back(duration_cell(stage["cpu_ms"]));
    row.push_back(number_cell(report_lines::stage_calls(stage)));
    add_usage(row, stage["usage"]);
  }
  leave_out_zeros(table, 3);
  return table;
}

PageTable models_table(const ordered_json& report) {
  PageTable table{"models",
                  "Calls, tokens and money of each model",
                  {{"backend"},
                   {"model"},
                   {"calls", true},
                   {"retries", true},
                   {"known answers", true},
                   {"p50", true},
                   {"p90", true},
                   {"p99", true},
                   {"tokens in", true},
                   {"of them cached", true},
                   {"tokens out", true},
                   {"cost (USD)", true}},
                  {}};
  for (const ordered_json& model : report.value("models", ordered_json::array())) {
    std::vector<TableCell>& row = table.rows.emplace_back();
    row.push_back({model["backend"]});
    row.push_back({model["model"]});
    for (const char* member : {"calls", "retries", "cache_hits"})
      row.push_back(number_cell(model[member]));
    for (const char* member : {"p50", "p90", "p99"}) {
      const ordered_json& ms = model["latency_ms"][member];
      row.push_back({duration_of(ms), ms.is_null() ? "-1" : ms.dump()});
    }
    add_usage(row, model["usage"]);
  }
  leave_out_zeros(table, 3);
  return table;
}

PageTable days_table(const std::vector<DayOfCalls>& days) {
  PageTable table{"by-day",
                  "Calls, tokens and money of each day (UTC), of all runs",
                  {{"day"}, {"calls", true}, {"tokens in", true}, {"tokens out", true}, {"cost (USD)", true}},
                  {}};
  for (const DayOfCalls& day : days) {
    const std::string unpriced =
        day.unpriced > 0 ? " + " + grouped(day.unpriced) + " calls of unknown price" : "";
    table.rows.push_back({{day.day},
                          number_cell(day.requests),
                          number_cell(day.input_tokens),
                          number_cell(day.output_tokens),
                          {format_money(day.nano_dollars) + unpriced, std::to_string(day.nano_dollars)}});
  }
  return table;
}

PageTable answers_table(const ordered_json& report) {
  PageTable table{"answers",
                  "Who gave the answers: a label is one, and so is each field with a value",
                  {{"stage"}, {"backend"}, {"answers", true}, {"share", true}},
                  {}};
  for (const ordered_json& tier : report.value("tiers", ordered_json::array())) {
    const double percent = 100 * tier["share"].get<double>();
    std::string share = std::to_string(static_cast<std::int64_t>(percent * 10 + 0.5));
    if (share.size() == 1) share = "0" + share;
    share.insert(share.size() - 1, ".");
    table.rows.push_back({{tier["stage"]},
                          {tier["tier"]},
                          number_cell(tier["answers"]),
                          {share + " %", std::to_string(percent)}});
  }
  return table;
}

PageTable escalations_table(const ordered_json& report) {
  PageTable table{"reasons",
                  "Why documents were escalated, or would have been; a document may have several reasons",
                  {{"reason"}, {"stage"}, {"documents", true}, {"a model asked", true}},
                  {}};
  for (const ordered_json& reason : report["reasons"]) {
    std::int64_t asked = 0;
    if (report.contains("escalations"))
      for (const ordered_json& escalated : report["escalations"]["reasons"])
        if (escalated["reason"] == reason["reason"] && escalated["stage"] == reason["stage"])
          asked = escalated["count"];
    table.rows.push_back(
        {{reason["reason"]}, {reason["stage"]}, number_cell(reason["count"]), number_cell(asked)});
  }
  const auto documents = [](const std::vector<TableCell>& row) { return std::stoll(row[2].sort); };
  std::ranges::stable_sort(table.rows, std::ranges::greater(), documents);
  return table;
}

PageTable files_table(const ordered_json& report) {
  PageTable table{"media-types",
                  "What became of the files when they were read",
                  {{"media type"}, {"files", true}, {"outcome"}},
                  {}};
  for (const ordered_json& type : report.value("files", ordered_json::array())) {
    std::string outcomes;
    for (const auto& [outcome, count] : type["outcomes"].items())
      outcomes += (outcomes.empty() ? "" : ", ") + grouped(count.get<std::int64_t>()) + " " + outcome;
    const std::string name = type["media_type"];
    table.rows.push_back({{name.empty() ? "unknown" : name}, number_cell(type["count"]), {outcomes}});
  }
  return table;
}

DocumentsTable failed_table(const ordered_json& report) {
  DocumentsTable list{{"failed-documents",
                       "Documents that failed",
                       {{"document"}, {"class"}, {"stage"}, {"what happened"}, {"standing"}},
                       {},
                       true}};
  for (const ordered_json& group : report["errors"]) {
    list.count += group["count"].get<std::int64_t>();
    for (const ordered_json& document : group["documents"]) {
      if (list.table.rows.size() == most_documents_listed) break;
      list.table.rows.push_back({{document["path"]},
                                 {group["class"]},
                                 {document.value("stage", "")},
                                 {document["message"]},
                                 {standing_words(document)}});
    }
  }
  return list;
}

DocumentsTable held_table(const ordered_json& report) {
  DocumentsTable list{{"held-documents",
                       "Documents that are held: their records are written, and a person decides",
                       {{"document"}, {"held because"}, {"stage"}, {"reasons"}, {"standing"}},
                       {},
                       true}};
  for (const ordered_json& group : report["held"]) {
    list.count += group["count"].get<std::int64_t>();
    for (const ordered_json& document : group["documents"]) {
      if (list.table.rows.size() == most_documents_listed) break;
      list.table.rows.push_back({{document["path"]},
                                 {group["why"]},
                                 {document.value("stage", "")},
                                 {held_reasons(document)},
                                 {standing_words(document)}});
    }
  }
  return list;
}

DoubtfulTable doubtful_table(const ordered_json& report) {
  DoubtfulTable list{{"doubtful-documents",
                      "Documents that are done, and yet to be looked at",
                      {{"document"}, {"because of"}},
                      {},
                      true}};
  std::map<std::string, std::size_t> rows;  // A document may be here for two reasons.
  for (const ordered_json& group : report.value("doubtful", ordered_json::array())) {
    const std::string why = group["why"], said = why == "unsure"      ? "an answer not accepted"
                                                 : why == "poor_text" ? "a poor text"
                                                                      : "no text";
    std::int64_t more = group["count"];
    for (const ordered_json& path : group["documents"]) {
      const auto [row, is_new] = rows.try_emplace(path, list.table.rows.size());
      if (is_new && row->second < most_documents_listed)
        list.table.rows.push_back({{path}, {said}});
      else if (row->second < list.table.rows.size())
        list.table.rows[row->second][1].text += "; " + said;
      else
        continue;
      --more;
    }
    if (more > 0) list.more += (list.more.empty() ? "" : ", ") + grouped(more) + " with " + said;
  }
  return list;
}

}  // namespace docket
