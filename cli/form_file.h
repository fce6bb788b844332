#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"

namespace docket {

/// A file that an option names for a form of what a verb says.
struct FormFile {
  const char* option;
  const std::string& file;  ///< `-`: standard output.
  std::string_view begins;  ///< How an earlier one of its kind begins, which it may replace.
  unsigned mode = 0;        ///< As `write_file` takes it.
};

/// Puts it there. A file that docket has not written so, a document of one of the pipelines or what could be
/// taken for their output stays as it is: a slip must not cost anybody a document.
std::optional<Error> deliver(const FormFile& form, const std::string& content,
                             const std::vector<const Pipeline*>& pipelines);

}  // namespace docket
