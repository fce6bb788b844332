#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "pipeline/config/read_pipeline.h"
#include "pipeline/run/run.h"
#include "tests/counting_backend.h"
#include "tests/temp_dir.h"

namespace docket {

/// A project with three documents, the first two invoices, which a test runs as the program would: extract,
/// classify, structured-extract of invoices, escalate.
class Project {
 public:
  Project();

  void write(const std::string& name, std::string_view content) const;
  std::string read(const std::string& name) const { return TempDir::read(root / name); }
  void replace(const std::string& name, const std::string& what, const std::string& by) const;
  /// In pipeline.yaml.
  void edit(const std::string& what, const std::string& by) const { replace("pipeline.yaml", what, by); }

  PipelineOrDiagnostics pipeline() const;
  RunOutcome run_with(RunListener& listener, const std::stop_token& stop = {});
  int run();  ///< Tells nobody; the exit code.
  nlohmann::json report() const { return nlohmann::json::parse(read("out/report.json")); }
  nlohmann::json record(const std::string& path) const {
    return nlohmann::json::parse(read("out/" + path + ".json"));
  }

  TempDir dir;
  std::filesystem::path root = dir.path() / "project";
  RunOptions options;
  ModelDigests models = {{"local", "digest 1"}};  ///< What the servers say that they have.
  CountingBackend backend;
};

}  // namespace docket
