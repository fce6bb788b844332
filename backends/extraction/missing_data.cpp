#include "backends/extraction/missing_data.h"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <system_error>

namespace docket::backends {
namespace {

bool has_landlock() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
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
