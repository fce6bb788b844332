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
  return document;
}

LedgerCall call_of(const std::string& document, std::int64_t attempt = 1, const std::string& outcome = "ok") {
  LedgerCall call;
  call.document = document;
  call.stage = "sort";
  call.backend = "paid";
  call.model = "large";
  call.location = "cloud";
  call.attempt = attempt;
  call.outcome = outcome;
  call.usage = {.calls = 1, .input_tokens = 10, .nano_dollars = 500'000'000};
  return call;
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
  for (const std::int64_t attempt : {1, 2, 1})
    report.add_call({call_of("a", attempt, attempt == 1 ? "ok" : "transient"), "", std::nullopt});
  const std::string usage =
      R"({"calls":3,"input_tokens":30,"cached_input_tokens":0,"cache_write_tokens":0,)"
      R"("cache_write_1h_tokens":0,"output_tokens":0,"reasoning_tokens":0,"cost_usd":1.5})";
  EXPECT_EQ(report.to_json({})["stages"].dump(),
            R"([{"id":"sort","type":"classify","in":6,"done":2,"skipped":1,"failed":1,"held":1,)"
            R"("cancelled":1,"answers":0,"not_accepted":0,"grades":{},"wall_ms":15,"cpu_ms":10,)"
            R"("calls":2,"attempts":3,"retries":1,"cache_hits":0,"latency_ms":{"p50":0,"p90":0,"p99":0},)"
            R"("queued_ms":0,"paused_ms":0,"wire_ms":0,"usage":)" +
                usage + R"(,"models":[{"backend":"paid","model":"large","usage":)" + usage + "}]}]");
}

TEST(Report, CountsFilesByMediaTypeAndHowReadingEnded) {
  StageType reading{}, later{};
  reading.provides_text = true;
  Pipeline pipeline;
  for (const auto& [id, type] : {std::pair("read", &reading), std::pair("sort", &later)}) {
    pipeline.stages.emplace_back().id = id;
    pipeline.stages.back().type = type;
  }
  Report report(pipeline);
  const auto add = [&](const char* media_type, State read, State sort, const nlohmann::json& output = {}) {
    Document document = document_with(read);
    document.media_type = media_type;
    document.stages[0].output = output;
    document.stages.emplace_back().state = sort;
    if (sort == State::failed) document.stages[1].error = Error{ErrorClass::content, "no answer"};
    report.add(document);
  };
  add("application/pdf", State::done, State::done);
  add("application/pdf", State::done, State::failed);
  add("application/pdf", State::done, State::done, {{"partial", {{"pages", 3}}}});
  add("application/pdf", State::failed, State::pending);
  add("text/plain", State::done, State::held);
  add("text/plain", State::pending, State::pending);
  LedgerDocument parked;
  parked.media_type = "application/pdf";
  parked.outcome = Outcome::failed;
  parked.error = Error{ErrorClass::encrypted, "needs a password"};
  parked.error_stage = "read";
  report.add_parked(9, parked);
  EXPECT_EQ(
      report.to_json({})["files"].dump(),
      R"([{"media_type":"application/pdf","count":5,"outcomes":{"damaged":1,"done":2,"encrypted":1,"partial":1}},)"
      R"({"media_type":"text/plain","count":1,"outcomes":{"done":1}}])");
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
  EXPECT_EQ(report.unsure(), 8) << "documents, not answers";
}

TEST(Report, SumsCallsByWhoWasAskedAndWhatAbout) {
  StageType type{};
  Pipeline pipeline;
  pipeline.stages.emplace_back().id = "sort";
  pipeline.stages.back().type = &type;
  Report report(pipeline);
  report.add_call({call_of("a"), "", "invoice"});
  LedgerCall known = call_of("b", 0, std::string(known_answer));
  known.usage = {};
  known.reused = {.calls = 1, .input_tokens = 7, .nano_dollars = 3};
  report.add_call({known, "", "invoice"});
  LedgerCall other = call_of("c");
  other.backend = "near";
  other.usage.nano_dollars = 0;
  report.add_call({other, "", std::nullopt});
  const nlohmann::ordered_json json = report.to_json({});
  const auto row = [](const nlohmann::ordered_json& sums) {
    return sums["calls"].dump() + " " + sums["cache_hits"].dump() + " " + sums["usage"]["cost_usd"].dump();
  };
  EXPECT_EQ(json["labels"][0]["label"], nullptr);
  EXPECT_EQ(row(json["labels"][0]), "1 0 0.0");
  EXPECT_EQ(row(json["labels"][1]), "1 1 0.5");
  EXPECT_EQ(json["backends"][0]["backend"], "near");
  EXPECT_EQ(row(json["backends"][1]), "1 1 0.5");
  EXPECT_EQ(row(json["models"][1]), "1 1 0.5");
  EXPECT_EQ(row(json["totals"]), "2 1 0.5");
  EXPECT_EQ(json["saved"]["cache"]["input_tokens"], 7);
  EXPECT_EQ(json["saved"]["cache"]["cost_usd"], 3e-9);
}

TEST(Report, TellsWhoAnsweredAndWhyOthersWereAsked) {
  StageType type{}, asks_for_reasons{};
  asks_for_reasons.decides_on_reasons = true;
  Pipeline pipeline;
  for (const char* id : {"sort", "look", "up"}) {
    pipeline.stages.emplace_back().id = id;
    pipeline.stages.back().type = &type;
  }
  pipeline.stages.back().type = &asks_for_reasons;
  Report report(pipeline);
  Document document;
  document.stages.resize(3);
  for (StageResult& result : document.stages)
    result.state = State::done;
  document.stages[0].output = {{"label", "a"}, {"tier", "rules"}};
  document.stages[1].output = {{"fields", {{"x", 1}}}, {"details", {{"x", {{"tier", "rules"}}}}}};
  document.stages[2].state = State::skipped;
  report.add(document);
  document.stages[2].state = State::done;
  document.stages[2].reasons = {"large sum", "poor text"};
  document.stages[2].output = {{"replaces", "look"}};
  document.stages[2].replaces = {"look",
                                 {{"fields", {{"x", 2}, {"y", 3}, {"z", nullptr}}},
                                  {"details",
                                   {{"x", {{"tier", "cloud"}}},
                                    {"y", {{"tier", "near"}}},
                                    {"z", {{"tier", "near"}, {"problem", "not found"}}}}}}};
  report.add(document);
  const nlohmann::ordered_json json = report.to_json({});
  EXPECT_EQ(json["tiers"].dump(),
            R"([{"stage":"sort","tier":"rules","answers":2,"share":1.0},)"
            R"({"stage":"look","tier":"cloud","answers":1,"share":0.3333333333333333},)"
            R"({"stage":"look","tier":"near","answers":1,"share":0.3333333333333333},)"
            R"({"stage":"look","tier":"rules","answers":1,"share":0.3333333333333333}])");
  EXPECT_EQ(json["escalations"].dump(),
            R"({"documents":1,"reasons":[{"reason":"large sum","stage":"up","count":1},)"
            R"({"reason":"poor text","stage":"up","count":1}]})");
  EXPECT_EQ(json["all_cloud"]["without_model"]["answers"], 3)
      << "the one that was replaced is not the rules'";
}

/// What a report says of documents that were put aside, whose stages ran earlier in the run or were known.
nlohmann::ordered_json report_of_put_aside(const std::vector<EarlierWork>& earlier) {
  StageType type{}, asks_for_reasons{};
  asks_for_reasons.decides_on_reasons = true;
  Pipeline pipeline;
  for (const char* id : {"sort", "up", "tell"}) {
    pipeline.stages.emplace_back().id = id;
    pipeline.stages.back().type = &type;
  }
  pipeline.stages[1].type = &asks_for_reasons;
  Document document;
  document.earlier = earlier;
  document.stages.resize(3);
  for (StageResult& result : document.stages) {
    result.state = State::done;
    result.origin.taken = true;
  }
  document.stages[0].output = {{"label", "a"}, {"tier", "rules"}};
  document.stages[1].output = {{"label", "b"}, {"tier", "cloud"}};
  document.stages[1].reasons = {"large sum"};
  document.stages[1].reused = {.calls = 2, .nano_dollars = 3};
  document.stages[2].output = {{"text", "short"}};
  document.stages[2].reused = {.calls = 1, .nano_dollars = 4};
  Report report(pipeline);
  report.add(document);
  return report.to_json({});
}

TEST(Report, WhatRanBeforeTheDocumentWasPutAsideWasNotSaved) {
  EarlierWork ran{.ran = true, .why = "new", .wall_ns = 1, .spent = {}};
  EarlierWork told = ran;
  told.spent.add({"near", "n", {.calls = 1, .nano_dollars = 4}});
  const nlohmann::ordered_json made = report_of_put_aside({ran, ran, told});
  EXPECT_EQ(made["saved"]["results"]["calls"], 0);
  EXPECT_EQ(made["all_cloud"]["without_model"]["answers"], 1) << "of the rules";
  EXPECT_EQ(made["escalations"].dump(),
            R"({"documents":1,"reasons":[{"reason":"large sum","stage":"up","count":1}]})");
  EXPECT_EQ(made["tiers"][2]["tier"], "near") << "an answer that names no tier";
  const nlohmann::ordered_json known = report_of_put_aside({{}, {}, {}});
  EXPECT_EQ(known["saved"]["results"]["calls"], 3);
  EXPECT_EQ(known["all_cloud"]["without_model"]["answers"], 0);
  EXPECT_EQ(known["escalations"]["documents"], 0);
  EXPECT_EQ(known["tiers"].size(), 2U);
  const nlohmann::ordered_json both = report_of_put_aside({{}, ran, {}});
  EXPECT_EQ(both["saved"]["results"]["calls"], 1);
  EXPECT_EQ(both["escalations"]["documents"], 1);
}

}  // namespace
}  // namespace docket
