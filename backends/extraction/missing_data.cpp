#include "backends/extraction/missing_data.h"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>
#include <utility>

#include "backends/extraction/process.h"

namespace docket::backends {
namespace {

bool has_landlock() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

bool has_filters() {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace

std::vector<std::string> missing_data(const std::filesystem::path& poppler_folder) {
  std::vector<std::string> missing;
  std::error_code ignored;
  if (!std::filesystem::is_directory(poppler_folder / "cMap", ignored))
    missing.emplace_back(
        "the package poppler-data is not installed, so text in many Chinese, Japanese and Korean fonts of "
        "PDFs "
        "is lost; install it: apt install poppler-data");
  return missing;
}

std::vector<std::string> missing_programs() {
  std::vector<std::string> missing;
  const std::pair<const char*, const char*> programs[] = {
      {"docket-extract", "no file can be read and no condition evaluated"},
      {"docket-ocr", "no page is looked at: pages without a text, as scans are, stay without"}};
  for (const auto& [name, cost] : programs) {
    const std::filesystem::path program = worker_program(name);
    if (access(program.c_str(), X_OK) != 0)
      missing.push_back(program.string() + " is missing or cannot be started, so " + cost +
                        "; build or install it beside docket");
  }
  return missing;
}

std::vector<std::string> missing_protection() {
  std::vector<std::string> missing;
  if (!has_filters())
    missing.emplace_back(
        "this kernel, or the container, refuses filters of system calls (seccomp), so the workers that read "
        "files "
        "are held back by limits of time, memory and files alone; run docket where seccomp(2) is allowed");
  if (!has_landlock())
    missing.emplace_back(
        "this kernel has no Landlock (Linux 5.13 and later have it, where it is switched on), so the workers "
        "may "
        "open no file at all, and text in many Chinese, Japanese and Korean fonts of PDFs and in rare "
        "encodings "
        "is lost; switch it on: lsm=landlock,… on the kernel's command line");
  return missing;
}

}  // namespace docket::backends
