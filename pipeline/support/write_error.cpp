#include "pipeline/support/write_error.h"

#include <system_error>

namespace docket {

Error write_error(const std::filesystem::path& file, int error_number) {
  return {ErrorClass::output,
          "cannot write " + file.string() + ": " + std::generic_category().message(error_number)};
}

}  // namespace docket
