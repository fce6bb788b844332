#include "backends/calls/probe.h"

#include <latch>

#include "backends/calls/budget.h"
#include "backends/calls/egress_guard.h"
#include "backends/protocols/model_server.h"
#include "backends/protocols/model_type.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/stopwatch.h"

namespace docket::backends {
namespace {

using nlohmann::json;

/// Nobody would say this who is asked for a greeting, unless nothing else is allowed.
constexpr const char* unlikely = "docket-4711";
constexpr std::int64_t answer_tokens = 64;

Request question(const std::string& backend) {
  const json schema = {{"type", "object"},
                       {"properties", {{"greeting", {{"type", "string"}, {"enum", {unlikely}}}}}},
                       {"required", {"greeting"}},
                       {"additionalProperties", false}};
  Prompt prompt;
  prompt.system = "Answer with one JSON object.";
  prompt.document = {{PromptPart::Kind::text, "Good morning!"}};
  prompt.task = "Answer with an object that has one member, \"greeting\": a greeting of one word.";
  prompt.schema = std::make_shared<const Schema>(schema);
  prompt.most_output_tokens = answer_tokens;
  return {backend, std::move(prompt)};
}

void note(ProbeResult& result, const Reply& reply) {
  result.usage = reply.spent.total();
  if (reply.answer) {
    result.enforces_schema = true;
    result.tells_probabilities = !reply.answer->probabilities.empty();
  } else if (reply.answer.error().error_class == ErrorClass::withheld) {
    result.not_asked = "the budget";
  } else if (reply.answer.error().error_class != ErrorClass::content) {
    result.error = reply.answer.error();
  } else {
    result.bad_answer = reply.answer.error().message;  // A run may still get good ones.
  }
}

/// Everything about one address; `done` once.
void ask(ModelServer& server, ProbeResult& result, std::function<void()> done) {
  server.find_out([&server, &result, done = std::move(done), begin = WallClock::now()](Result<Server> found) {
    if (!found) {
      result.error = Error{found.error().error_class, found.error().message};
      return done();
    }
    result.server = *found;
    server.submit(question(result.backend), [&result, done, begin](const Reply& reply) {
      note(result, reply);
      result.wall_ms = nanoseconds_since(begin) / 1'000'000;
      done();
    });
  });
}

}  // namespace

std::vector<ProbeResult> probe(const Pipeline& pipeline, bool offline, const std::stop_token& stop) {
  std::vector<ProbeResult> results;
  std::vector<std::unique_ptr<ModelServer>> servers;
  const auto secrets = secrets_of(pipeline);
  const auto budget = budget_of(limits_of(pipeline, std::nullopt), nullptr).value();
  HttpLoop loop(stop);
  for (const BackendConfig& backend : pipeline.backends) {
    if (!backend.type->answers_prompts()) continue;
    for (const Target& target : targets_of(backend, secrets)) {
      ProbeResult result;
      result.backend = backend.name;
      result.url = target.url;
      result.location = target.location;
      if (is_kept_off(target.location, offline)) result.not_asked = "--offline";
      results.push_back(std::move(result));
      servers.push_back(std::make_unique<ModelServer>(
          target, price_of(backend), make_protocol(backend, target), loop, nullptr, budget.get()));
    }
  }
  std::latch all(static_cast<std::ptrdiff_t>(results.size()));
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].not_asked.empty()) {
      all.count_down();
    } else {
      ask(*servers[i], results[i], [&all] { all.count_down(); });
    }
  }
  all.wait();
  return results;
}

}  // namespace docket::backends
