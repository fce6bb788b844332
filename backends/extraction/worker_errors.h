#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/backend.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// What one document may take of the machine: memory and output in bytes.
struct DocumentLimits {
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds wall{0};  ///< By the clock.
  std::int64_t memory = 0;
  std::int64_t output = 0;
  std::int64_t open_files = 0;
};

// Why a document cannot be read, in words that go behind the name of its file.
Error invalid_reply();
Error time_error(const DocumentLimits& limits);
Error clock_error(const DocumentLimits& limits);
/// Of one whose worker ended with `status`, as waitpid() tells it.
Error death(int status, const DocumentLimits& limits);

/// The same with the name before it, "a.docx is a Word document", where the error is about the document.
Error naming(const ExtractQuestion& question, Error error);

/// The name of the limit, in `extract.limits`, that was exceeded; empty: none.
std::string_view exceeded(const Error& error, const DocumentLimits& limits);

// Why none is read.
Error cancelled();
Error no_sandbox(const std::string& refused);
/// Not an Error: documents are read all the same.
std::string unprotected(const std::string& refused);

}  // namespace docket::backends
