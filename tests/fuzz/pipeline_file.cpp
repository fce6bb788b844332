// A pipeline file from anywhere: read_pipeline ends with a plan or with complaints, whatever the bytes are.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "backends/backends.h"
#include "pipeline/config/read_pipeline.h"
#include "stages/stages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("docket-fuzz-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const docket::PipelineOrDiagnostics result =
      docket::read_pipeline(file, {docket::stages::all(), docket::backends::all()});
  if (result.pipeline.has_value() != result.diagnostics.empty()) std::abort();
  for (const docket::Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.message.empty() || diagnostic.line < 0 || diagnostic.column < 0) std::abort();
  }
  return 0;
}
