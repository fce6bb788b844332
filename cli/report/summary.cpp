#include "cli/report/summary.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "cli/report/lines.h"
#include "cli/report/reasons.h"
#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "cli/terminal/wrapped.h"
#include "pipeline/support/utf8.h"

namespace docket {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t most_lines = 20;
constexpr std::size_t most_documents = 3;  ///< Of a group.
constexpr std::size_t most_document_lines = 4;
constexpr std::size_t most_heading_lines = 8;  ///< Of one that says what all documents say.

/// Documents that ended the same way.
struct SummaryGroup {
  std::string heading;  ///< failed (14, 2 new): damaged
  struct Named {
    std::string path, why;
  };
  std::vector<Named> documents;           ///< The first ones, new ones before others.
  std::int64_t count = 0;                 ///< Of all that could be named.
  std::vector<std::string> release = {};  ///< What to do about all of them, as far as is known.
  bool is_minor = false;                  ///< They are done: has less room where there is little.
  bool says_all = false;                  ///< The heading: its documents have nothing to add.
};

/// How much of a group is shown.
struct Room {
  std::size_t documents;  ///< At most so many,
  std::size_t lines;      ///< each in at most so many lines.
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

/// Each line of a text in two at most.
std::string wrapped_lines(const std::string& text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines += wrapped(text.substr(at, end - at), 2, 2);
    at = end + 1;
  }
  return lines;
}

bool is_new(const ordered_json& document) { return document.value("standing", "new") == "new"; }

std::string heading_of(const char* outcome, const ordered_json& group, const std::string& why) {
  const auto& documents = group["documents"];
  const auto fresh = std::ranges::count_if(documents, is_new);
  const std::int64_t count = group["count"];
  const std::string news = fresh == 0 ? ", none new" : fresh == count ? "" : fmt::format(", {} new", fresh);
  return fmt::format("{} ({}{}): {}", outcome, count, news, why);
}

std::string why_failed(const ordered_json& document) {
  return without_file_name(document.value("message", ""), document["path"]);
}

/// `shared`: of all documents of the group, also of those that are not named.
void say_once_what_all_say(SummaryGroup& group, const SharedReason& shared) {
  const std::string reason = shared.text();
  if (reason.empty()) return;
  group.heading += ": " + reason;
  group.says_all = true;
  for (SummaryGroup::Named& each : group.documents)
    each.why.clear();
}

/// Documents that are done and still to be looked at: the first ones of this run, each once, and how many
/// there are.
std::vector<SummaryGroup> doubtful_groups(const ordered_json& report, const SummaryContext& context) {
  std::vector<SummaryGroup> groups;
  std::set<std::string> told;
  for (const ordered_json& group : report.value("doubtful", ordered_json::array())) {
    const std::string why = group["why"];
    const ordered_json& documents = group["documents"];
    SummaryGroup one{report_lines::doubt(why, group["count"]), {}, group["count"], {}, true};
    SharedReason shared;
    for (const ordered_json& path : documents) {
      const std::string reason = why == "unsure" && context.why_held ? context.why_held(path) : "";
      shared.add(reason);
      if (!told.insert(path.get<std::string>()).second) continue;  // Where there is no text, all is unsure.
      if (one.documents.size() < most_documents) one.documents.push_back({path, reason});
    }
    if (group["count"] != documents.size()) shared.give_up();
    say_once_what_all_say(one, shared);
    groups.push_back(std::move(one));
  }
  return groups;
}

std::vector<SummaryGroup> groups_of(const ordered_json& report, const SummaryContext& context) {
  std::vector<std::pair<bool, SummaryGroup>> groups;  // With whether none of it is new.
  const auto add = [&](const char* outcome, const ordered_json& group, const std::string& why,
                       auto&& why_of) {
    std::vector<ordered_json> documents = group["documents"];
    std::stable_partition(documents.begin(), documents.end(), is_new);
    SummaryGroup one{heading_of(outcome, group, why), {}, group["count"], {}, false};
    SharedReason shared;
    for (const ordered_json& document : documents) {
      const bool is_acknowledged = document.contains("acknowledged");
      const std::string reason = why_of(document) + (is_acknowledged ? report_lines::standing(document) : "");
      shared.add(reason);
      if (one.documents.size() < most_documents) one.documents.push_back({document["path"], reason});
    }
    say_once_what_all_say(one, shared);
    const bool none_is_new = documents.empty() || !is_new(documents.front());
    groups.emplace_back(none_is_new, std::move(one));
  };
  for (const ordered_json& group : report["errors"])
    add("failed", group, group["class"], why_failed);
  for (const ordered_json& group : report["held"]) {
    const std::string held = group["why"];
    add("held", group, held, [&](const ordered_json& document) {
      const std::string why = context.why_held ? context.why_held(document["path"]) : "";
      return why.empty() ? held_reasons(document) : why;
    });
    if (context.release_of) groups.back().second.release = context.release_of(held);
  }
  std::ranges::stable_sort(groups, {}, &std::pair<bool, SummaryGroup>::first);
  std::vector<SummaryGroup> sorted;
  for (auto& [none_is_new, group] : groups)
    sorted.push_back(std::move(group));
  std::ranges::move(doubtful_groups(report, context), std::back_inserter(sorted));
  return sorted;
}

std::string format_group(const SummaryGroup& group, const Room& room) {
  // The last to be cut: without it nobody knows what to do.
  const bool is_whole = group.says_all && (room.documents > 0 || room.lines > 1);
  std::string text = wrapped(printable(group.heading, ""), is_whole ? most_heading_lines : room.lines, 2);
  for (std::size_t i = 0; i < std::min(room.documents, group.documents.size()); ++i) {
    const auto& [path, why] = group.documents[i];
    const std::string name = printable(room.lines > 1 ? path : short_path(path), "");
    text += wrapped("  " + name + (why.empty() ? "" : ": " + printable(why, "")), room.lines, 4);
  }
  const auto shown = static_cast<std::int64_t>(std::min(room.documents, group.documents.size()));
  if (shown > 0 && group.count > shown) text += fmt::format("  … {} more\n", group.count - shown);
  for (const std::string& line : group.release)  // A command that is cut is none.
    text += wrapped((&line == &group.release.front() ? "  to release: " : "  ") + line, 3, 4);
  return text;
}

/// In the widest room that fits so many lines. First each document has a single line, then there are fewer
/// documents of each group, those that are done first; what is left then goes to the first groups. Each room
/// is of one group.
std::vector<Room> rooms_for(const std::vector<SummaryGroup>& groups, std::size_t lines) {
  std::vector<Room> rooms(groups.size(), {most_documents, most_document_lines});
  const auto fits = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < groups.size(); ++i)
      sum += lines_in(format_group(groups[i], rooms[i]));
    return sum <= lines;
  };
  for (const bool minor : {true, false})
    for (Room room = {most_documents, most_document_lines};
         !fits() && (room.lines > 1 || room.documents > 0);) {
      --(room.lines > 1 ? room.lines : room.documents);
      for (std::size_t i = 0; i < groups.size(); ++i)
        if (groups[i].is_minor == minor) rooms[i] = room;
    }
  if (!fits()) return rooms;
  for (const auto& [part, most] :
       {std::pair(&Room::documents, most_documents), std::pair(&Room::lines, most_document_lines)})
    for (Room& room : rooms)
      while (room.*part < most)
        if (++(room.*part); !fits()) {
          --(room.*part);
          break;
        }
  return rooms;
}

/// With each document in a single line.
std::size_t lines_of_all(const std::vector<SummaryGroup>& groups) {
  std::size_t sum = 0;
  for (const SummaryGroup& group : groups)
    sum += lines_in(format_group(group, {most_documents, 1}));
  return sum;
}

/// In at most so many lines; where even a heading for each group is too much, the last ones are counted.
std::string format_groups(const std::vector<SummaryGroup>& groups, std::size_t lines) {
  const std::vector<Room> rooms = rooms_for(groups, lines);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string group = format_group(groups[i], rooms[i]);
    const bool is_last = i + 1 == groups.size();
    if (lines_in(text + group) + (is_last ? 0 : 1) > lines)
      return text + fmt::format("… and {} more kinds\n", groups.size() - i);
    text += group;
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
  return fmt::format("no longer in the input ({}): `docket clean {} --missing` removes their records\n",
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
      {report_lines::invalid_answers(report, context.pipeline), 1},
      {asked && report["totals"]["cache_hits"] != 0 ? report_lines::calls(report["totals"]) : "", 6},
      {asked ? report_lines::escalated(report["escalations"]) : "", 4},
      {asked ? report_lines::saved(report["saved"]) : "", 2},
      {asked && !report["all_cloud"]["backend"].is_null() ? report_lines::all_cloud(report["all_cloud"]) : "",
       3},
      {report_lines::egress(report), 2},
      {run.contains("stopped") && context.says_stop
           ? wrapped("stopped: " + run["stopped"].get<std::string>(), 6, 2)
           : "",
       0},
      {has_groups || !report_lines::attention(report).empty()
           ? "all of them: docket status " + context.pipeline + " -v\n"
           : "",
       0},
  };
}

}  // namespace

std::string format_summary(const ordered_json& report, const SummaryContext& context) {
  const std::vector<SummaryGroup> groups = groups_of(report, context);
  std::vector<RankedLine> ending = ending_of(report, context, !groups.empty());
  for (RankedLine& line : ending)
    line.text = wrapped_lines(line.text);
  const auto lines = [&] {
    std::size_t sum = 0;
    for (const RankedLine& line : ending)
      sum += lines_in(line.text);
    return sum;
  };
  // The first documents of each group have their place before lines that are only of use.
  constexpr std::size_t most_for_groups = 14, least_for_groups = 6;
  const std::size_t wanted = 2 + lines_of_all(groups);
  const std::size_t for_groups = groups.empty() ? 1 : std::clamp(wanted, least_for_groups, most_for_groups);
  while (lines() + for_groups > most_lines) {
    const auto least = std::ranges::max_element(ending, {}, &RankedLine::rank);
    if (least->rank == 0) break;
    ending.erase(least);
  }
  std::string text = format_groups(groups, groups.empty() ? 0 : most_lines - 2 - lines());
  if (!text.empty()) text += "\n";
  for (const RankedLine& line : ending)
    text += line.text;
  // Not cut: who looks for it needs all of it.
  return printable(text +
                   (context.has_report ? "records and report.json in " : "records, but no report.json, in ") +
                   context.output + "\n");
}

}  // namespace docket
