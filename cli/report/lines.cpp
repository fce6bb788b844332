#include "cli/report/lines.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "pipeline/support/duration.h"

namespace docket::report_lines {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

namespace {

std::string line(const std::string& text) { return within_columns(text, screen_columns) + "\n"; }

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

/// "3 damaged, 1 timeout"; empty: all are done.
std::string not_read(const ordered_json& outcomes) {
  std::string text;
  for (const auto& [outcome, count] : outcomes.items())
    if (outcome != "done") text += (text.empty() ? "" : ", ") + number(count) + " " + outcome;
  return text;
}

}  // namespace

std::string number(const ordered_json& value) { return std::to_string(value.get<std::int64_t>()); }

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

std::string not_accepted(const ordered_json& stages) {
  std::string text;
  for (const ordered_json& stage : stages)
    if (stage.value("not_accepted", 0) > 0)
      text +=
          fmt::format("{}{} {} of {}", text.empty() ? "not accepted: " : ", ", stage["id"].get<std::string>(),
                      number(stage["not_accepted"]), number(stage.value("answers", ordered_json(0))));
  return text.empty() ? "" : text + "; `export --accepted-only` leaves them out\n";
}

std::string bad_texts(const ordered_json& stages) {
  std::string text;
  for (const ordered_json& stage : stages)
    for (const auto& [grade, said] : {std::pair("none", "no text"), std::pair("poor", "poor text")})
      if (stage.contains("grades") && stage["grades"].contains(grade))
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", said, number(stage["grades"][grade]));
  return text.empty() ? "" : text + "\n";
}

const ordered_json& stage_calls(const ordered_json& stage) {
  return stage.contains("calls") ? stage["calls"] : stage["usage"]["calls"];
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

std::string all_cloud(const ordered_json& all) {
  if (all["questions"] == 0) return "";
  if (all["cost_usd"].is_null() || all["spent_usd"].is_null())
    return line("all-cloud: not known, as " + all.value("reason", "a price is not known"));
  const std::string model = (all["model"].is_null() ? all["backend"] : all["model"]).get<std::string>();
  std::string text = fmt::format("all-cloud ({}): {}, spent {}", model, format_cost(all["cost_usd"]),
                                 format_cost(all["spent_usd"]));
  if (!all["ratio"].is_null()) text += fmt::format(": {:.1f} times as much", all["ratio"].get<double>());
  return line(text);
}

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

std::string escalated(const ordered_json& escalations) {
  if (escalations["documents"] == 0) return "";
  return line(fmt::format("escalated: {}: {}", number(escalations["documents"]),
                          with_counts(escalations["reasons"], "reason")));
}

std::string unsure(const ordered_json& count) {
  return count == 0 ? ""
                    : line("unsure: " + counted(count, "document") + " done with an answer not accepted");
}

std::string doubt(const std::string& why, std::int64_t count) {
  if (why == "no_text") return fmt::format("no text ({}): done, and nothing was read in them", count);
  if (why == "poor_text") return fmt::format("poor text ({}): done, what was read may be wrong", count);
  return fmt::format("unsure ({}): done, with an answer not accepted", count);
}

std::string invalid_answers(const ordered_json& report, const std::string& pipeline) {
  std::string text;
  for (const ordered_json& backend : report.value("backends", ordered_json::array())) {
    const ordered_json invalid = backend.value("invalid_answers", ordered_json());
    if (!invalid.is_object() || invalid["count"] == 0) continue;  // The former: of an older docket.
    const std::int64_t failed = invalid["failed"];
    text +=
        fmt::format("{}: {} of {} not valid, {}", backend["backend"].get<std::string>(),
                    number(invalid["count"]), counted(invalid["of"], "answer"),
                    failed > 0 ? counted(failed, "document") + " failed for it"
                               : "in " + counted(invalid["documents"], "document") + ", none failed for it");
    if (!pipeline.empty() && invalid["example"].is_string())
      text += ": docket explain " + pipeline + " " + shell_word(invalid["example"]);
    text += "\n";
  }
  return text;
}

std::string more(std::int64_t count, std::size_t shown) {
  const std::int64_t hidden = count - static_cast<std::int64_t>(shown);
  return hidden > 0 ? fmt::format("  … and {} more\n", hidden) : "";
}

std::string totals(const ordered_json& report) {
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
  std::string text =
      fmt::format("{}: {}; {}", counted(in, "document"), counts, format_duration(milliseconds(wall_ms)));
  const std::int64_t ended = in - documents["cancelled"].get<std::int64_t>();
  if (wall_ms > 0 && ended > 0) {
    const double rate = 1000.0 * static_cast<double>(ended) / static_cast<double>(wall_ms);
    text += (rate < 100 ? fmt::format(", {:.3g}", rate) : fmt::format(", {:.0f}", rate)) + " a second";
  }
  const ordered_json& cost = report["totals"]["usage"]["cost_usd"];
  return text + ", " + (cost.is_null() ? "cost not known" : format_cost(cost)) + "\n";
}

std::string standing(const ordered_json& document) {
  const std::string standing = document.value("standing", "new");
  if (standing == "new") return "";
  if (!document.contains("acknowledged")) return " (" + standing + ")";
  const std::string reason = document["acknowledged"].value("reason", "");
  return " (acknowledged" + (reason.empty() ? "" : ": " + reason) + ")";
}

}  // namespace docket::report_lines
