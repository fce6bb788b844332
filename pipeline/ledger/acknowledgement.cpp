#include "pipeline/ledger/acknowledgement.h"

#include "pipeline/ledger/up_to_date.h"

namespace docket {

std::string attention_of(const LedgerDocument& document) {
  if (document.outcome == Outcome::held) return "held: " + document.held.value_or("");
  if (document.outcome != Outcome::failed) return {};
  return std::string(name(document.error ? document.error->error_class : ErrorClass::bug));
}

namespace {

/// True if a document was acknowledged for what is wrong with it now. An older docket had one class for what
/// are three limits today.
bool is_same(const std::optional<std::string>& acknowledged, const LedgerDocument& now) {
  if (acknowledged == attention_of(now)) return true;
  if (acknowledged != name(ErrorClass::limit) || now.outcome != Outcome::failed || !now.error) return false;
  const ErrorClass error_class = now.error->error_class;
  return error_class == ErrorClass::timeout || error_class == ErrorClass::memory ||
         error_class == ErrorClass::output_limit;
}

}  // namespace

bool is_acknowledged(const LedgerDocument& document) {
  return document.acknowledged && is_same(document.ack_of, document);
}

void keep_acknowledgement(LedgerDocument& now, const LedgerDocument* before) {
  now.acknowledged = now.ack_reason = now.ack_of = std::nullopt;
  if (before == nullptr || !before->acknowledged) return;
  const bool not_its_doing = now.outcome == Outcome::failed && now.error &&
                             consequence(now.error->error_class) == Consequence::not_counted;
  const bool same_content = before->sha256 == now.sha256 || (not_its_doing && now.sha256.empty());
  if (!same_content || (!not_its_doing && !is_same(before->ack_of, now))) return;
  now.acknowledged = before->acknowledged;
  now.ack_reason = before->ack_reason;
  now.ack_of = before->ack_of;
}

Standing standing_of(const LedgerDocument& now, const LedgerDocument* before) {
  if (before == nullptr || before->outcome != now.outcome || before->sha256 != now.sha256)
    return Standing::fresh;
  LedgerDocument both = now;
  keep_acknowledgement(both, before);
  return is_acknowledged(both) ? Standing::acknowledged : Standing::known;
}

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::fresh:
      return "new";
    case Standing::known:
      return "known";
    case Standing::acknowledged:
      return "acknowledged";
  }
  return "new";
}

}  // namespace docket
