#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// Something in an output that is not as the ledger says.
struct VerifyFinding {
  enum class Kind {
    missing,
    changed,
    unreadable,
    foreign,  ///< Docket has not written it, or no longer knows of it.
    damaged,  ///< The ledger itself.
  };
  Kind kind = Kind::missing;
  std::string where;     ///< A file below the output folder, or a row of the ledger.
  std::string document;  ///< Whose file it is; empty: of no one document.
  std::string what;      ///< In words.
  std::string next;      ///< What the next run does about it, or what somebody has to do.
  bool is_wrong = true;  ///< Not: a file of somebody else, which is in nobody's way.
};
std::string_view name(VerifyFinding::Kind kind);

struct VerifyCounts {
  std::int64_t documents = 0, files = 0, ledger_rows = 0, wrong = 0;
};

/// Compares all files of an output with what the ledger says that they contain, and the ledger with itself.
/// Changes nothing, and holds one document at a time. The Error: the ledger cannot be read to its end.
Result<VerifyCounts> verify(const std::filesystem::path& output, LedgerDatabase& ledger,
                            const std::function<void(const VerifyFinding&)>& found);

}  // namespace docket
