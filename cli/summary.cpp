#include "cli/summary.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/report_lines.h"
#include "cli/table.h"
#include "pipeline/support/utf8.h"

namespace docket {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_lines = 20;
constexpr std::size_t most_documents = 3;  ///< Of a group.

/// Documents that ended the same way.
struct SummaryGroup {
  std::string heading;                 ///< failed (14, 2 new): damaged
  std::vector<std::string> documents;  ///< Lines; the new ones first.
  std::vector<std::string> release;    ///< Lines: what to do about all of them; empty: nothing is known.
};

/// Of a line that is not always worth its place: those of the highest rank go first.
struct RankedLine {
  std::string text;  ///< Empty, or a line or two with their ends.
  int rank;
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

/// The end of a path is what tells files apart.
std::string short_path(const std::string& path) {
  constexpr std::size_t most = 36;
  std::size_t begin = 0;
  while (columns_of(std::string_view(path).substr(begin)) > most - (begin > 0 ? 1 : 0))
    static_cast<void>(next_code_point(path, begin));
  return begin == 0 ? path : "…" + path.substr(begin);
}

/// In two lines at most.
std::vector<std::string> wrapped(const std::string& text) {
  constexpr std::size_t width = report_lines::columns - 4;
  const std::size_t end = columns_of(text) <= width ? std::string::npos : text.rfind(' ', width);
  if (end == std::string::npos) return {"  " + text};
  return {"  " + text.substr(0, end), "    " + text.substr(end + 1)};
}

bool is_new(const ordered_json& document) { return document.value("standing", "new") == "new"; }

std::string heading_of(const char* outcome, const ordered_json& group, const std::string& why) {
  const auto& documents = group["documents"];
  const auto fresh = std::ranges::count_if(documents, is_new);
  const std::int64_t count = group["count"];
  const std::string news = fresh == 0 ? ", none new" : fresh == count ? "" : fmt::format(", {} new", fresh);
  return fmt::format("{} ({}{}): {}", outcome, count, news, why);
}

std::string document_line(const ordered_json& document, const std::string& why) {
  const std::string path = printable(short_path(document["path"]), "");
  return "  " + path + (why.empty() ? "" : ": " + printable(why, ""));
}

/// Without the name of the file, which stands before it.
std::string why_failed(const ordered_json& document) {
  const std::string message = document.value("message", ""), path = document["path"];
  const std::string name = path.substr(path.find_last_of('/') + 1) + " ";
  return message.starts_with(name) ? message.substr(name.size()) : message;
}

std::string why_held_in_report(const ordered_json& document) {
  const std::string reasons = report_lines::joined(document["reasons"]),
                    detail = document.value("detail", "");
  return reasons + (reasons.empty() || detail.empty() ? detail : " (" + detail + ")");
}

std::vector<SummaryGroup> groups_of(const ordered_json& report, const SummaryContext& context) {
  std::vector<std::pair<bool, SummaryGroup>> groups;  // With whether none of it is new.
  const auto add = [&](const char* outcome, const ordered_json& group, const std::string& why, auto&& line) {
    std::vector<ordered_json> documents = group["documents"];
    std::stable_partition(documents.begin(), documents.end(), is_new);
    SummaryGroup one{heading_of(outcome, group, why), {}, {}};
    for (std::size_t i = 0; i < std::min(documents.size(), most_documents); ++i)
      one.documents.push_back(line(documents[i]));
    const bool none_is_new = documents.empty() || !is_new(documents.front());
    groups.emplace_back(none_is_new, std::move(one));
  };
  for (const ordered_json& group : report["errors"])
    add("failed", group, group["class"],
        [](const ordered_json& document) { return document_line(document, why_failed(document)); });
  for (const ordered_json& group : report["held"]) {
    const std::string held = group["why"];
    add("held", group, held, [&](const ordered_json& document) {
      const std::string why = context.why_held ? context.why_held(document["path"]) : "";
      return document_line(document, why.empty() ? why_held_in_report(document) : why);
    });
    if (context.release_of) groups.back().second.release = wrapped("to release: " + context.release_of(held));
  }
  std::ranges::stable_sort(groups, {}, &std::pair<bool, SummaryGroup>::first);
  std::vector<SummaryGroup> sorted;
  for (auto& [none_is_new, group] : groups)
    sorted.push_back(std::move(group));
  return sorted;
}

std::size_t lines_of(const SummaryGroup& group, std::size_t documents) {
  return 1 + std::min(documents, group.documents.size()) + group.release.size();
}

/// In at most so many lines: fewer documents of each group where there are many groups, then fewer groups.
std::string format_groups(const std::vector<SummaryGroup>& groups, std::size_t lines) {
  std::size_t documents = most_documents;
  const auto total = [&] {
    std::size_t sum = 0;
    for (const SummaryGroup& group : groups)
      sum += lines_of(group, documents);
    return sum;
  };
  while (documents > 0 && total() > lines)
    --documents;
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const SummaryGroup& group = groups[i];
    const bool is_last = i + 1 == groups.size();
    const std::size_t needed = lines_of(group, documents) + (is_last ? 0 : 1);
    if (lines_in(text) + needed > lines)
      return text + fmt::format("… and {} more kinds\n", groups.size() - i);
    text += group.heading + "\n";
    for (std::size_t at = 0; at < std::min(documents, group.documents.size()); ++at)
      text += group.documents[at] + "\n";
    for (const std::string& line : group.release)
      text += line + "\n";
  }
  return text;
}

std::string input_line(const ordered_json& report) {
  if (!report.contains("input") || report["input"]["problems"]["count"] == 0) return "";
  const ordered_json& problems = report["input"]["problems"];
  const std::string first = problems["first"].empty() ? "" : ": " + problems["first"][0].get<std::string>();
  return fmt::format("input: {}{}\n", counted(problems["count"], "problem"), first);
}

std::string missing_line(const ordered_json& report, const SummaryContext& context) {
  const ordered_json& count = report["missing"]["count"];
  if (count == 0) return "";
  return fmt::format("no longer in the input: {}; `docket clean {} --missing` removes their records\n",
                     report_lines::number(count), context.pipeline);
}

/// Behind what failed or is held: the totals, and what else is worth a line.
std::vector<RankedLine> ending_of(const ordered_json& report, const SummaryContext& context,
                                  bool has_groups) {
  const bool asked = report.contains("all_cloud");  // Not an older docket's.
  const ordered_json& run = report["run"];
  return {
      {input_line(report), 1},
      {missing_line(report, context), 2},
      {report_lines::totals(report), 0},
      {report_lines::attention(report), 0},
      {report_lines::files(report), 5},
      {report_lines::not_accepted(report["stages"]), 3},
      {report_lines::bad_texts(report["stages"]), 3},
      {asked ? report_lines::escalated(report["escalations"]) : "", 4},
      {asked ? report_lines::saved(report["saved"]) : "", 2},
      {asked ? report_lines::all_cloud(report["all_cloud"]) : "", 3},
      {report_lines::egress(report), 2},
      {run.contains("stopped") ? "stopped: " + run["stopped"].get<std::string>() + "\n" : "", 0},
      {has_groups ? "all of them: docket status " + context.pipeline + "\n" : "", 0},
      {"records and report.json in " + context.output + "\n", 0},
  };
}

}  // namespace

std::string format_summary(const ordered_json& report, const SummaryContext& context) {
  const std::vector<SummaryGroup> groups = groups_of(report, context);
  std::vector<RankedLine> ending = ending_of(report, context, !groups.empty());
  const auto lines = [&] {
    std::size_t sum = 0;
    for (const RankedLine& line : ending)
      sum += lines_in(line.text);
    return sum;
  };
  // A heading and a document of each of two groups have their place before lines that are only of use.
  const std::size_t for_groups = groups.empty() ? 0 : 1 + 4 * std::min<std::size_t>(groups.size(), 2);
  while (lines() + for_groups > most_lines) {
    const auto least = std::ranges::max_element(ending, {}, &RankedLine::rank);
    if (least->rank == 0) break;
    ending.erase(least);
  }
  std::string text = format_groups(groups, groups.empty() ? 0 : most_lines - 1 - lines());
  if (!text.empty()) text += "\n";
  for (const RankedLine& line : ending)
    text += line.text;
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    shown += within_columns(text.substr(at, end - at), report_lines::columns) + "\n";
    at = end + 1;
  }
  return printable(shown);
}

}  // namespace docket
