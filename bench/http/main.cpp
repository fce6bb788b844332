// How near the calls of a model backend come to what a server that takes 200 ms for each allows, and what
// they cost this process. See README.md.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <latch>
#include <nlohmann/json.hpp>

#include "backends/backends.h"
#include "backends/calls/model_backend.h"
#include "backends/protocols/model_type.h"
#include "bench/http/slow_server.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "stages/stages.h"

namespace {

using namespace docket;
using namespace std::chrono_literals;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr auto delay = 200ms;
constexpr int calls_of_each = 200;
constexpr std::size_t call_bytes = 4096;  // Of the document and of the reply.
constexpr double least_of_ideal = 0.97;
constexpr double most_cpu_us = 200;
constexpr double most_megabytes = 100;

std::string reply_body() {
  json body = {{"model", "m"},
               {"choices",
                {{{"message", {{"role", "assistant"}, {"content", R"({"label":"invoice"})"}}},
                  {"finish_reason", "stop"}}}},
               {"usage", {{"prompt_tokens", 1000}, {"completion_tokens", 10}, {"total_tokens", 1010}}}};
  body["padding"] = std::string(call_bytes - body.dump().size(), 'x');
  return body.dump();
}

Request question(const std::shared_ptr<const Schema>& schema) {
  std::string document;
  while (document.size() < call_bytes)
    document += "Shelves of oak, delivered in March: GBP 119.00\n";
  Prompt prompt;
  prompt.system = "You sort documents.";
  prompt.document = {{PromptPart::Kind::text, std::move(document)}};
  prompt.task = "Which of these labels fits: invoice, letter?";
  prompt.schema = schema;
  prompt.most_output_tokens = 100;
  return {"model", std::move(prompt)};
}

double cpu_us(const rusage& usage) {
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

rusage used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

/// Asks one question after the other, so many times.
class Asker {
 public:
  Asker(Backend& backend, const std::shared_ptr<const Schema>& schema, std::latch& end,
        std::atomic<int>& failures)
      : backend_(backend), schema_(schema), end_(end), failures_(failures) {}
  void ask() {
    backend_.submit(question(schema_), [this](const Reply& reply) {
      if (!reply.answer && failures_++ == 0)
        std::fprintf(stderr, "%s\n", reply.answer.error().message.c_str());
      if (++calls_ == calls_of_each) return end_.count_down();
      ask();
    });
  }

 private:
  Backend& backend_;
  const std::shared_ptr<const Schema>& schema_;
  std::latch& end_;
  std::atomic<int>& failures_;
  int calls_ = 0;
};

/// True: as good as it must be.
bool measure(int in_flight) {
  SlowServer server(delay, reply_body(), R"({"data":[{"id":"m"}]})");
  const pid_t child = fork();  // So that its CPU time is not counted.
  if (child == 0) server.run();

  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("bench-http-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nbackends:\n  model: { type: openai, model: m, max_concurrent: "
                      << in_flight << ", url: 'http://127.0.0.1:" << server.port()
                      << "/v1' }\nstages:\n  - extract:\n";
  const PipelineOrDiagnostics read = read_pipeline(file, {stages::all(), backends::all()});
  std::filesystem::remove(file);
  if (!read.pipeline) {
    std::fprintf(stderr, "%s\n", to_string(read.diagnostics.at(0)).c_str());
    std::exit(1);
  }
  const auto schema = std::make_shared<const Schema>(
      json{{"type", "object"},
           {"properties", {{"label", {{"type", "string"}, {"enum", {"invoice", "letter"}}}}}},
           {"required", {"label"}},
           {"additionalProperties", false}});
  std::atomic<int> failures = 0;
  const rusage before = used();
  const auto begin = Clock::now();
  {
    backends::HttpLoop loop({});
    const auto backend = backends::make_model_backend(
        read.pipeline->backends[0], backends::secrets_of(*read.pipeline), false, {}, loop, nullptr);
    std::latch end(in_flight);
    std::deque<Asker> askers;
    for (int i = 0; i < in_flight; ++i)
      askers.emplace_back(*backend, schema, end, failures).ask();
    end.wait();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const rusage after = used();
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);

  const double calls = static_cast<double>(in_flight) * calls_of_each;
  const double ideal = in_flight / std::chrono::duration<double>(delay).count();
  const double rate = calls / seconds;
  const double cpu = (cpu_us(after) - cpu_us(before)) / calls;
  const double megabytes = static_cast<double>(after.ru_maxrss) / 1024;
  std::printf("%5d in flight: %7.1f calls/s, ideal %7.1f: %5.1f %%   CPU %5.1f us a call   memory %5.1f MB\n",
              in_flight, rate, ideal, 100 * rate / ideal, cpu, megabytes);
  return failures == 0 && rate >= least_of_ideal * ideal && cpu <= most_cpu_us && megabytes <= most_megabytes;
}

}  // namespace

int main() {
  std::printf(
      "%d calls after one another in each place, %zu bytes there and back; wanted: %.0f %%, %.0f us, %.0f "
      "MB\n",
      calls_of_each, call_bytes, 100 * least_of_ideal, most_cpu_us, most_megabytes);
  bool good = true;
  for (const int in_flight : {64, 512})
    good = measure(in_flight) && good;
  return good ? 0 : 1;
}
