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
      R"({"calls":5,"input_tokens":50,"cached_input_tokens":0,"cache_write_tokens":0,"cache_write_1h_tokens":0,"output_tokens":0,)"
      R"("reasoning_tokens":0,"cost_usd":2.5})";
  EXPECT_EQ(report.to_json({})["stages"].dump(),
            R"([{"id":"sort","type":"classify","in":6,"done":2,"skipped":1,"failed":1,"held":1,)"
            R"("cancelled":1,"answers":0,"not_accepted":0,"grades":{},"wall_ms":15,"cpu_ms":10,"usage":)" +
                usage + R"(,"models":[{"backend":"paid","model":"large","usage":)" + usage + "}]}]");
}

TEST(Report, CountsAnswersThatAreNotAcceptedOfDocumentsThatAreDone) {
  StageType type{};
  Pipeline pipeline;
  for (const char* id : {"read", "sort", "look"}) {
    pipeline.stages.emplace_back().id = id;
    pipeline.stages.back().type = &type;
  }
  Report report(pipeline);
  const auto add = [&](State state, const char* grade, bool sort, bool look) {
    Document document;
    document.stages.resize(3);
    for (StageResult& result : document.stages)
      result.state = State::done;
    document.stages[0].output = {{"grade", grade}};
    document.stages[1].output = {{"label", "a"}, {"accepted", sort}};
    document.stages[2].state = state;
    if (state == State::done) document.stages[2].output = {{"accepted", look}};
    report.add(document);
  };
  add(State::done, "good", true, false);
  add(State::done, "poor", false, false);
  add(State::skipped, "good", false, false);
  add(State::held, "none", false, false);  // Told already.
  report.add_verdicts({{"sort", false}, {"read", "none"}, {"gone", false}}, 5);
  report.add_verdicts(nullptr, 1);
  const nlohmann::ordered_json stages = report.to_json({})["stages"];
  EXPECT_EQ(stages[0]["grades"].dump(), R"({"good":2,"none":5,"poor":1})");
  EXPECT_EQ(stages[0]["answers"], 0);
  EXPECT_EQ(stages[1]["answers"], 8);
  EXPECT_EQ(stages[1]["not_accepted"], 7);
  EXPECT_EQ(stages[2]["answers"], 2);
  EXPECT_EQ(stages[2]["not_accepted"], 2);
}

}  // namespace
}  // namespace docket
