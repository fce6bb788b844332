#include "backends/extraction/missing_data.h"

#include <system_error>

namespace docket::backends {

std::vector<std::string> missing_data(const std::filesystem::path& poppler_folder) {
  std::error_code ignored;
  if (std::filesystem::is_directory(poppler_folder / "cMap", ignored)) return {};
  return {
      "the package poppler-data is not installed, so text in many Chinese, Japanese and Korean fonts of PDFs "
      "is lost; "
      "install it: apt install poppler-data"};
}

}  // namespace docket::backends
