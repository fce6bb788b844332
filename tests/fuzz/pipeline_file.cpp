// A pipeline file from anywhere: read_plan ends with a plan or with complaints, whatever the bytes are.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "backends/backends.h"
#include "pipeline/plan.h"
#include "stages/stages.h"

/// libjq's parser loses a string here and there when it refuses an expression.
extern "C" const char* __lsan_default_suppressions() { return "leak:libjq.so"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("docket-fuzz-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const docket::PlanOrComplaints result =
      docket::read_plan(file, {docket::stages::all(), docket::backends::all()});
  if (result.plan.has_value() != result.complaints.empty()) std::abort();
  for (const docket::Complaint& complaint : result.complaints) {
    if (complaint.message.empty() || complaint.line < 0 || complaint.column < 0) std::abort();
  }
  return 0;
}
