#include "cli/records/why_held.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/records/not_accepted.h"
#include "pipeline/json/member.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// What the numbers of `weakest_answers` say better.
constexpr std::string_view low_confidence = "low confidence: ";
/// What is not said again of each field that the check reads.
constexpr std::string_view failed_check = "failed check: ";

}  // namespace

std::string why_held(const nlohmann::json& record, const Pipeline& pipeline) {
  std::vector<std::string> why, told;
  bool is_unsure = false;
  if (const std::string detail = text_member(record, "held_detail"); !detail.empty()) why.push_back(detail);
  for (const nlohmann::json& reason : member(record, "reasons")) {
    if (!reason.is_string()) continue;
    const std::string text = reason.get<std::string>();
    is_unsure = is_unsure || text.starts_with(low_confidence);
    if (text.starts_with(failed_check)) told.push_back(fails_check(text.substr(failed_check.size())));
    if (!text.starts_with(low_confidence)) why.push_back(text);
  }
  if (is_unsure) {
    std::vector<WeakAnswer> weak = weak_answers(record, pipeline);
    for (WeakAnswer& answer : weak)
      std::erase_if(answer.why,
                    [&](const std::string& one) { return std::ranges::find(told, one) != told.end(); });
    const std::string text = in_one_line(std::move(weak));
    why.push_back(text.empty() ? "low confidence" : text);
  }
  return joined(why, "; ");
}

std::vector<std::string> release_of(std::string_view held, const std::string& pipeline_file,
                                    const std::string& document) {
  const std::string run = "`docket run " + pipeline_file;
  const auto or_accepted = [&](const std::string& release) {
    if (document.empty()) return std::vector{release};
    return std::vector{release, "to accept as it is: `docket ack " + pipeline_file + " " + document + "`"};
  };
  if (held == "no cloud backend") return or_accepted("give the stage a cloud `backend:`");
  if (held == "offline") return {run + "` without --offline"};
  if (held == "cap: at_most") return {run + "` takes the next ones; `at_most:` allows more"};
  if (held == "policy: private" || held == "policy: redact")
    return or_accepted("they stay here while `policy:` says so");
  if (held.starts_with("budget: the day's")) return {run + "` tomorrow, or with a larger `budget: {day: …}`"};
  if (held.starts_with("budget: the month's"))
    return {run + "` next month, or with a larger `budget: {month: …}`"};
  if (held.starts_with("budget: the run's")) return {run + "` again, each run has its own budget"};
  if (held.starts_with("budget: ")) return {run + "` with a larger `budget:`"};
  return or_accepted(run + "`");
}

}  // namespace docket
