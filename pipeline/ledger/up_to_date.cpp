#include "pipeline/ledger/up_to_date.h"

#include <tuple>

namespace docket {
namespace {

using What = Rebuild::What;

Rebuild run_because(std::string why) { return {What::run, std::move(why)}; }

/// What is to be done when neither content nor plan has changed.
Rebuild decide_unchanged(const LedgerDocument& before, const RebuildOptions& options) {
  switch (before.outcome) {
    case Outcome::failed: {
      const std::string error = before.error ? before.error->message : "";
      if (!before.parked) return run_because("failed before: " + error);
      if (options.retry_parked) return run_because("was parked: " + error);
      return {What::parked, error};
    }
    case Outcome::cancelled:
      return run_because("was not finished");
    case Outcome::held:
      if (!before.settled) return run_because("was held: " + before.held.value_or(""));
      break;
    case Outcome::done:
      if (!before.settled)
        return run_because("was done without a model that --offline or the budget excluded");
      break;
  }
  return {What::up_to_date, {}};
}

std::string loss(const char* what, std::int64_t written, std::optional<std::int64_t> now) {
  if (written == not_written || now == written) return {};
  return what + std::string(now ? " was changed by another program" : " is missing");
}

}  // namespace

std::string lost_file(const LedgerDocument& before, const FilesNow& now) {
  for (const auto& [what, written, size] :
       {std::tuple("its record", std::optional(before.record_bytes), now.record),
        std::tuple("its text", before.text_bytes, now.text),
        std::tuple("its file of word boxes", before.words_bytes, now.words)})
    if (std::string lost = loss(what, written.value_or(not_written), size); !lost.empty()) return lost;
  return {};
}

std::string words_change(bool writes_words, bool has_words, std::optional<std::int64_t> words_bytes) {
  if (writes_words && has_words && !was_written(words_bytes))
    return "its file of word boxes is to be written";
  if (!writes_words && was_written(words_bytes)) return "its file of word boxes is to be removed";
  return {};
}

bool up_to_date(const LedgerGlance& before, const FileStamp& stamp,
                std::optional<std::int64_t> record_bytes) {
  return before.same_pipeline && before.settled && before.outcome != Outcome::failed &&
         before.stamp.known() && before.stamp == stamp && record_bytes == before.record_bytes;
}

Rebuild decide(const LedgerDocument* before, const DocumentNow& now, const RebuildOptions& options) {
  if (options.which == RebuildOptions::Which::failed) {
    if (before == nullptr || before->outcome != Outcome::failed) return {What::not_asked, {}};
  }
  if (before == nullptr) return run_because("new document");
  if (options.which == RebuildOptions::Which::everything) return run_because("asked for by --always-make");
  if (before->sha256 != now.sha256) return run_because("its content changed");
  if (!now.pipeline_digests.cover(before->pipeline_digest)) return run_because("the pipeline changed");
  return decide_unchanged(*before, options);
}

Consequence consequence(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::config:
    case ErrorClass::unreadable:
    case ErrorClass::unavailable:
    case ErrorClass::unreachable:
    case ErrorClass::transport:
    case ErrorClass::transient:
    case ErrorClass::withheld:
    case ErrorClass::output:
    case ErrorClass::cancelled:
      return Consequence::not_counted;
    case ErrorClass::unsupported:
    case ErrorClass::encrypted:
    case ErrorClass::empty:
    case ErrorClass::damaged:
    case ErrorClass::too_long:
      return Consequence::parks;
    case ErrorClass::timeout:
    case ErrorClass::memory:
    case ErrorClass::output_limit:
    case ErrorClass::limit:
    case ErrorClass::crash:
    case ErrorClass::condition:
    case ErrorClass::rejected:
    case ErrorClass::content:
    case ErrorClass::bug:
      return Consequence::counted;
  }
  return Consequence::counted;
}

void count_attempt(LedgerDocument& now, const LedgerDocument* before) {
  const bool same_inputs =
      before != nullptr && before->sha256 == now.sha256 && before->pipeline_digest == now.pipeline_digest;
  now.attempts = 0;
  now.parked = false;
  if (now.outcome == Outcome::failed) {
    if (same_inputs && before->outcome == Outcome::failed) now.attempts = before->attempts;
    const Consequence what = now.error ? consequence(now.error->error_class) : Consequence::counted;
    if (what != Consequence::not_counted) ++now.attempts;
    now.parked = what == Consequence::parks || now.attempts >= most_attempts;
  }
  now.settled = now.outcome == Outcome::done || now.outcome == Outcome::held || now.parked;
}

}  // namespace docket
