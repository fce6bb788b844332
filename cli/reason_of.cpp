#include "cli/reason_of.h"

#include "cli/records/not_accepted.h"
#include "cli/records/why_held.h"
#include "cli/report/reasons.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/acknowledgement.h"

namespace docket {
namespace {

nlohmann::json record_of(const std::string& path, OpenedLedger& opened) {
  const auto line = opened.ledger.record(path);
  return line ? nlohmann::json::parse(*line, nullptr, false) : nlohmann::json();
}

std::string failure_of(const LedgerDocument& document) {
  std::string text;
  if (document.error_stage) text += *document.error_stage + ": ";
  if (!document.error) return text;
  text += without_file_name(document.error->message, document.path);
  if (document.attempts > 1) text += " (" + counted(document.attempts, "attempt") + ")";
  return text;
}

}  // namespace

std::string reason_of(const LedgerDocument& document, OpenedLedger& opened) {
  const bool is_known = is_acknowledged(document);
  if (document.outcome == Outcome::cancelled && !is_known) return "not read yet";
  std::string text;
  if (document.outcome == Outcome::held) {
    text = why_held(record_of(document.path, opened), opened.pipeline);
    if (is_known) text = document.held.value_or("") + (text.empty() ? "" : ": " + text);
  } else {
    text = failure_of(document);
  }
  if (!is_known) return text;
  const std::string reason = document.ack_reason.value_or("");
  return "acknowledged " + document.acknowledged.value_or("") + (reason.empty() ? "" : ": " + reason) +
         (text.empty() ? "" : "; ") + text;
}

std::string reason_of(const std::string& doubt, const std::string& path, OpenedLedger& opened) {
  return doubt == "unsure" ? weakest_answers(record_of(path, opened), opened.pipeline) : "";
}

}  // namespace docket
