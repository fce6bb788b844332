#include "pipeline/run/report.h"

#include <gtest/gtest.h>

#include "pipeline/registry.h"

namespace docket {
namespace {

using State = StageResult::State;

Document document_with(State state) {
  Document document;
  StageResult& result = document.stages.emplace_back();
  result.state = state;
  if (state == State::failed) result.error = Error{ErrorClass::damaged, "broken"};
  result.wall_ns = 3'000'000;
  result.cpu_ns = 2'000'000;
  result.spent.add({"paid", "large", {.calls = 1, .input_tokens = 10, .nano_dollars = 500'000'000}});
  return document;
}

TEST(Report, CountsWhatEachStageDid) {
  StageType type{};
  type.name = "classify";
  Pipeline pipeline;
  pipeline.stages.emplace_back().id = "sort";
  pipeline.stages.back().type = &type;
  Report report(pipeline);
  for (const State state : {State::done, State::done, State::skipped, State::held, State::failed})
    report.add(document_with(state));
  Document not_reached;
  not_reached.stages.emplace_back();
  report.add(not_reached);
  Document cut_short = not_reached;
  cut_short.stages[0].error = Error{ErrorClass::cancelled, "stopped"};
  report.add(cut_short);
  const std::string usage =
      R"({"calls":5,"input_tokens":50,"cached_input_tokens":0,"cache_write_tokens":0,"output_tokens":0,)"
      R"("reasoning_tokens":0,"cost_usd":2.5})";
  EXPECT_EQ(report.to_json({})["stages"].dump(),
            R"([{"id":"sort","type":"classify","in":6,"done":2,"skipped":1,"failed":1,"held":1,)"
            R"("cancelled":1,"wall_ms":15,"cpu_ms":10,"usage":)" +
                usage + R"(,"models":[{"backend":"paid","model":"large","usage":)" + usage + "}]}]");
}

}  // namespace
}  // namespace docket
