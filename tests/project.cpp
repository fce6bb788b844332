#include "tests/project.h"

#include <gtest/gtest.h>

#include <fstream>

#include "cli/exit_code.h"
#include "tests/conditions.h"

namespace docket {
namespace {

constexpr const char* pipeline_yaml = R"(version: 1
input: { paths: [in] }
output: { dir: out }
backends:
  rules: { type: builtin }
  local: { type: ollama, url: "http://127.0.0.1:11434", model: small, max_concurrent: 4, timeout: 60s }
stages:
  - extract: { time_limit: 20s }
  - classify:
      backends: [rules, local]
      accept: 0.85
      labels:
        invoice: { description: a bill, keywords: [bill] }
        letter:  { description: to a person }
  - structured-extract:
      when: { is invoice: .classify.label == "invoice" }
      backends: [rules]
      accept: 0.5
      schema: fields.json
  - escalate:
      when: { much: .structured_extract.fields.total > 1000 }
)";

constexpr const char* schema_json =
    R"({"type": "object", "properties": {"total": {"type": "number", "description": "to pay"}}})";

}  // namespace

Project::Project() {
  write("pipeline.yaml", pipeline_yaml);
  write("fields.json", schema_json);
  write("in/a.txt", "an invoice, total 100");
  write("in/b.txt", "an invoice, total 200");
  write("in/c.txt", "a letter");
  options.jobs = 2;
}

void Project::write(const std::string& name, std::string_view content) const {
  const std::filesystem::path file = root / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void Project::replace(const std::string& name, const std::string& what, const std::string& by) const {
  std::string content = read(name);
  const std::size_t place = content.find(what);
  ASSERT_NE(place, std::string::npos) << what;
  write(name, content.replace(place, what.size(), by));
}

PipelineOrDiagnostics Project::pipeline() const {
  return read_pipeline(root / "pipeline.yaml", sharing_registry(), {});
}

RunOutcome Project::run_with(RunListener& listener, const std::stop_token& stop) {
  PipelineOrDiagnostics read = pipeline();
  if (!read.pipeline) {
    RunOutcome outcome;
    outcome.state = RunOutcome::State::refused;
    return outcome;
  }
  RunEnvironment environment;
  environment.make_backend = [this](const Pipeline&, AnswerStore& store, const ModelDigests&,
                                    const std::stop_token&, const RunEnvironment::Told&) {
    return Result<std::unique_ptr<Backend>>(backend.make(store));
  };
  environment.find_models = [this](const Pipeline&) { return models; };
  environment.stop = stop;
  environment.exit_code = [](const RunOutcome& outcome) { return exit_code(outcome); };
  return run_pipeline(*read.pipeline, options, environment, listener);
}

int Project::run() {
  RunListener nobody;
  return exit_code(run_with(nobody));
}

}  // namespace docket
