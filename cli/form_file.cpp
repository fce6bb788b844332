#include "cli/form_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/output_files.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

std::optional<Error> why_not_replaced(const FormFile& form, const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored) || std::filesystem::file_size(file, ignored) == 0)
    return std::nullopt;
  std::string start(form.begins.size(), '\0');
  std::ifstream(file, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == form.begins) return std::nullopt;
  return Error{ErrorClass::config, std::string(form.option) + " " + form.file +
                                       ": there is a file that docket has not written so: move it away, or "
                                       "name another"};
}

}  // namespace

std::optional<Error> deliver(const FormFile& form, const std::string& content,
                             const std::vector<const Pipeline*>& pipelines) {
  if (form.file == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return std::nullopt;
  }
  const std::filesystem::path file = std::filesystem::absolute(form.file);
  if (auto refused = why_not_replaced(form, file)) return refused;
  for (const Pipeline* pipeline : pipelines)
    if (const std::string why = why_misplaced(file, *pipeline, {}); !why.empty())
      return Error{ErrorClass::config, std::string(form.option) + " " + form.file + ": " + why};
  return write_file(file, content, form.mode);
}

}  // namespace docket
