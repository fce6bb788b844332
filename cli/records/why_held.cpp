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

}  // namespace

std::string why_held(const nlohmann::json& record, const Pipeline& pipeline) {
  std::vector<std::string> why;
  bool is_unsure = false;
  if (const std::string detail = text_member(record, "held_detail"); !detail.empty()) why.push_back(detail);
  for (const nlohmann::json& reason : member(record, "reasons")) {
    if (!reason.is_string()) continue;
    if (reason.get_ref<const std::string&>().starts_with(low_confidence))
      is_unsure = true;
    else
      why.push_back(reason.get<std::string>());
  }
  if (is_unsure) {
    const std::string weak = weakest_answers(record, pipeline);
    why.push_back(weak.empty() ? "low confidence" : weak);
  }
  return joined(why, "; ");
}

std::string release_of(std::string_view held, const std::string& pipeline_file) {
  const std::string run = "`docket run " + pipeline_file;
  const std::string ack = "`docket ack " + pipeline_file + " DOCUMENT`";
  if (held == "no cloud backend") return "give the stage a cloud `backend:`, or " + ack;
  if (held == "offline") return run + "` without --offline";
  if (held == "cap: at_most") return run + "` takes the next ones; `at_most:` allows more";
  if (held == "policy: private" || held == "policy: redact")
    return "they stay here while `policy:` says so; accept them: " + ack;
  if (held.starts_with("budget: the day's")) return run + "` tomorrow, or with a larger `budget: {day: …}`";
  if (held.starts_with("budget: the month's"))
    return run + "` next month, or with a larger `budget: {month: …}`";
  if (held.starts_with("budget: the run's")) return run + "` again, each run has its own budget";
  if (held.starts_with("budget: ")) return run + "` with a larger `budget:`";
  return run + "`, or accept them: " + ack;
}

}  // namespace docket
