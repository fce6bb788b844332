#include "pipeline/run/calls.h"

#include <nlohmann/json.hpp>

#include "pipeline/record.h"
#include "pipeline/run/lines_file.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

ordered_json line_of(const CallOfRun& of_run) {
  const LedgerCall& call = of_run.call;
  ordered_json line = {{"docket", 1},
                       {"document", call.document},
                       {"stage", call.stage},
                       {"attempt", call.attempt},
                       {"time", of_run.time},
                       {"label", of_run.label ? ordered_json(*of_run.label) : ordered_json()},
                       {"backend", call.backend},
                       {"type", call.kind},
                       {"model", call.model},
                       {"location", call.location},
                       {"outcome", call.outcome}};
  if (call.message) line["message"] = *call.message;
  line["wall_ms"] = call.wall_ms;
  line["queued_ms"] = call.queued_ms;
  line["wire_ms"] = call.wire_ms;
  line["paused_ms"] = call.paused_ms;
  line["usage"] = docket::to_json(call.usage);
  if (call.outcome == known_answer) line["saved"] = docket::to_json(call.reused);
  return line;
}

}  // namespace

Result<std::int64_t> write_calls(const Output& output, LedgerDatabase& ledger, std::int64_t run,
                                 const std::function<void(const CallOfRun&)>& each) {
  LinesFile lines(output, calls_file);
  if (auto failed = select_calls_of_run(ledger, run, [&](const CallOfRun& call) {
        lines.add(to_line(line_of(call)));
        each(call);
      }))
    return *failed;
  return lines.finish();
}

}  // namespace docket
