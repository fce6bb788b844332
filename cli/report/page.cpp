#include "cli/report/page.h"

#include <spdlog/fmt/fmt.h>

#include "cli/report/charts.h"
#include "cli/report/flow_picture.h"
#include "cli/report/reasons.h"
#include "cli/report/tables.h"
#include "cli/terminal/words.h"
#include "pipeline/support/base64.h"
#include "pipeline/support/money.h"
#include "stages/prompt_template.h"

namespace docket {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string words_of_exit(int code, const ordered_json& report) {
  const std::string left_out = what_is_acknowledged(report);
  switch (code) {
    case 0:
      return left_out.empty() ? "all is done" : left_out;
    case 1:
      return "documents failed, or the input could not be listed";
    case 3:
      return "documents are held";
    case 4:
      return "a backend could not be used";
    default:
      return "the run was stopped";
  }
}

json tile(const std::string& label, const std::string& value, const std::string& note,
          const std::string& kind) {
  return {{"label", label}, {"value", value}, {"note", printable(note, "")}, {"kind", kind}};
}

std::int64_t acknowledged(const ordered_json& report, const char* outcome) {
  if (!report.contains("attention")) return 0;  // Of an older docket.
  return report["attention"][outcome]["acknowledged"];
}

std::string of_them_new(const ordered_json& report, const char* outcome) {
  if (!report.contains("attention")) return "";
  const std::int64_t fresh = report["attention"][outcome]["new"];
  const std::int64_t acknowledged = report["attention"][outcome]["acknowledged"];
  std::string text = fresh > 0 ? grouped(fresh) + " new" : "";
  if (acknowledged > 0) text += (text.empty() ? "" : ", ") + grouped(acknowledged) + " acknowledged";
  return text;
}

std::string saved_note(const ordered_json& report) {
  if (!report.contains("saved")) return "";
  const ordered_json& saved = report["saved"]["cache"]["cost_usd"];
  const ordered_json& results = report["saved"]["results"]["cost_usd"];
  if (!saved.is_number() || !results.is_number()) return "";
  const double all = saved.get<double>() + results.get<double>();
  return all > 0 ? format_cost(all) + " saved by known answers" : "";
}

json tiles_of(const ordered_json& report) {
  const ordered_json& documents = report["documents"];
  const ordered_json& totals = report["totals"];
  const ordered_json& usage = totals["usage"];
  const std::int64_t kept = documents["up_to_date"], done = documents["done"],
                     kept_done = report["up_to_date"]["done"];
  const std::int64_t held = documents["held"], kept_held = report["up_to_date"]["held"];
  json tiles = json::array();
  tiles.push_back(tile("documents in the input", grouped(documents["in"]),
                       kept > 0 ? grouped(kept) + " were up to date" : "", ""));
  const std::int64_t unsure = report.value("unsure", std::int64_t{0});
  tiles.push_back(tile("documents done", grouped(done + kept_done),
                       unsure > 0 ? grouped(unsure) + " with an answer not accepted" : "", "done"));
  tiles.push_back(tile("documents held", grouped(held + kept_held), of_them_new(report, "held"),
                       held + kept_held > acknowledged(report, "held") ? "held" : ""));
  const std::int64_t failed = documents["failed"], cancelled = documents["cancelled"];
  tiles.push_back(tile("documents failed", grouped(failed), of_them_new(report, "failed"),
                       failed > acknowledged(report, "failed") ? "failed" : ""));
  if (cancelled > 0)
    tiles.push_back(tile("documents not finished", grouped(cancelled), "taken up by the next run", "held"));
  tiles.push_back(tile("spent (USD)", cost_cell(usage["cost_usd"]).text, saved_note(report), ""));
  const std::int64_t input = usage["input_tokens"], output = usage["output_tokens"];
  tiles.push_back(
      tile("tokens", grouped(input + output), grouped(input) + " in, " + grouped(output) + " out", ""));
  const std::int64_t retries = totals.value("retries", std::int64_t{0}),
                     calls = totals.value("calls", std::int64_t{0});
  tiles.push_back(
      tile("calls to models", grouped(calls), retries > 0 ? counted(retries, "attempt") + " again" : "", ""));
  tiles.push_back(tile("wall time", duration_of(report["run"]["wall_ms"]),
                       duration_of(totals["cpu_ms"]) + " of CPU", ""));
  return tiles;
}

std::string chart_of_days(const std::vector<DayOfCalls>& days) {
  std::int64_t spent = 0;
  for (const DayOfCalls& day : days)
    spent += day.nano_dollars;
  std::vector<DayBar> bars;
  for (const DayOfCalls& day : days) {
    const std::int64_t tokens = day.input_tokens + day.output_tokens;
    if (spent > 0)
      bars.push_back({day.day, format_money(day.nano_dollars), static_cast<double>(day.nano_dollars)});
    else
      bars.push_back({day.day, grouped(tokens) + " tokens", static_cast<double>(tokens)});
  }
  return day_chart(bars, spent > 0 ? "Money spent by day, in US dollars" : "Tokens by day");
}

/// In the largest amount of words that a person reads; the rest is in the report.
json warnings_of(const ordered_json& report) {
  json warnings = json::array();
  const ordered_json& run = report["run"];
  if (run.contains("stopped"))
    warnings.push_back("The run ended early: " + printable(run["stopped"].get<std::string>(), ""));
  for (const ordered_json& warning : run.value("warnings", ordered_json::array()))
    if (warnings.size() < 20) warnings.push_back(printable(warning.get<std::string>(), ""));
  if (report.contains("input") && report["input"]["problems"]["count"] > 0) {
    std::size_t shown = 0;
    for (const ordered_json& problem : report["input"]["problems"]["first"])
      if (shown++ < 10) warnings.push_back("Input: " + printable(problem.get<std::string>(), ""));
  }
  if (const std::int64_t missing = report["missing"]["count"]; missing > 0)
    warnings.push_back(counted(missing, "document") + " with a record of an earlier run " +
                       (missing == 1 ? "is" : "are") + " no longer in the input.");
  return warnings;
}

std::string all_cloud_line(const ordered_json& report) {
  if (!report.contains("all_cloud")) return "";
  const ordered_json& all = report["all_cloud"];
  if (all["questions"] == 0 || all["cost_usd"].is_null() || all["spent_usd"].is_null()) return "";
  std::string text = "If the cloud model " +
                     (all["model"].is_null() ? all["backend"] : all["model"]).get<std::string>() +
                     " had given all answers of models: " + format_cost(all["cost_usd"]) +
                     "; this run spent " + format_cost(all["spent_usd"]) + ".";
  return printable(text, "");
}

std::string egress_line(const ordered_json& report) {
  if (!report.contains("egress")) return "";
  const ordered_json& egress = report["egress"];
  if (egress["calls"] == 0) return "In this run nothing of a document left this machine.";
  return counted(egress["calls"], "call") + " with " + grouped(egress["bytes"]) + " bytes of " +
         counted(egress["documents"], "document") + " went to the cloud; `docket egress` lists them.";
}

json evidence_of(const std::vector<SeenEvidence>& pages) {
  json list = json::array();
  for (const SeenEvidence& page : pages) {
    json boxes = json::array();
    for (const SeenEvidence::Box& box : page.boxes)
      boxes.push_back({{"x", fmt::format("{:.1f}", box.left - 1.5)},
                       {"y", fmt::format("{:.1f}", box.top - 1.5)},
                       {"width", fmt::format("{:.1f}", box.right - box.left + 3)},
                       {"height", fmt::format("{:.1f}", box.bottom - box.top + 3)},
                       {"text_y", fmt::format("{:.1f}", box.top - 3.5)},
                       {"field", printable(box.field, "")},
                       {"value", printable(box.value, "")},
                       {"note", printable(box.note, "")},
                       {"kind", box.is_accepted ? "" : "doubtful"}});
    list.push_back({{"document", printable(page.document, "")},
                    {"page", page.page},
                    {"problem", printable(page.problem, "")},
                    {"has_picture", !page.bytes.empty()},
                    {"view_width", fmt::format("{:.1f}", page.width)},
                    {"view_height", fmt::format("{:.1f}", page.height)},
                    {"values", counted(static_cast<std::int64_t>(page.boxes.size()), "value")},
                    {"source", "data:" + page.media_type + ";base64," + base64(page.bytes)},
                    {"boxes", std::move(boxes)}});
  }
  return list;
}

json documents_of(const DocumentsTable& list) {
  const std::int64_t more = list.count - static_cast<std::int64_t>(list.table.rows.size());
  return {{"table", html(list.table)}, {"more", more > 0 ? grouped(more) : ""}};
}

}  // namespace

std::string report_page(const ordered_json& report, const PageFacts& facts) {
  const ordered_json& run = report["run"];
  const std::string stages = html(stages_table(report));
  const std::string models = html(models_table(report));
  const int exit_code = run["exit_code"];
  const DoubtfulTable doubtful = doubtful_table(report);
  json values = {
      {"pipeline", printable(report["pipeline"]["name"].get<std::string>(), "")},
      {"file", printable(report["pipeline"]["file"].get<std::string>(), "")},
      {"all_of_them", "docket status " + shell_word(report["pipeline"]["file"].get<std::string>()) + " -v"},
      {"run", printable(run["id"].get<std::string>(), "")},
      {"started", printable(run["started"].get<std::string>(), "")},
      {"finished", printable(run["finished"].get<std::string>(), "")},
      {"wall", duration_of(run["wall_ms"])},
      {"exit_code", exit_code},
      {"exit_words", words_of_exit(exit_code, report)},
      {"exit_kind", exit_code == 0   ? "done"
                    : exit_code == 3 ? "held"
                                     : "failed"},
      {"css", std::string(report_template("page.css"))},
      {"script", std::string(report_template("page.js"))},
      {"tiles", tiles_of(report)},
      {"warnings", warnings_of(report)},
      {"flow", flow_picture(report)},
      {"stages", stages},
      {"answers", html(answers_table(report))},
      {"models", models},
      {"day_chart", chart_of_days(facts.days)},
      {"days", html(days_table(facts.days))},
      {"latency",
       latency_chart(
           facts.latencies,
           report["totals"].value(
               "latency_ms", ordered_json::object({{"p50", nullptr}, {"p90", nullptr}, {"p99", nullptr}})))},
      {"reasons", html(escalations_table(report))},
      {"files", html(files_table(report))},
      {"all_cloud", all_cloud_line(report)},
      {"egress", egress_line(report)},
      {"failed", documents_of(failed_table(report))},
      {"held", documents_of(held_table(report))},
      {"doubtful", {{"table", html(doubtful.table)}, {"more", doubtful.more}}},
      {"pages", evidence_of(facts.pages)},
  };
  values["has_pages"] = !facts.pages.empty();
  values["has_warnings"] = !values["warnings"].empty();
  return stages::render_html(report_template("page.mustache"), values);
}

}  // namespace docket
