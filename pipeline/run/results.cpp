#include "pipeline/run/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "pipeline/ledger/tables.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/fault_point.h"

namespace docket {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// A file under a temporary name, written block by block.
class Blocks {
 public:
  explicit Blocks(const std::filesystem::path& file)
      : descriptor_(open_file(file, O_WRONLY | O_CREAT | O_TRUNC)), error_(descriptor_ ? 0 : errno) {}

  void add_line(std::string_view line) {
    block_ += line;
    block_ += '\n';
    if (block_.size() >= block_bytes) flush();
  }
  /// 0 or an errno.
  int finish() {
    flush();
    const int failed = descriptor_.close();
    return error_ != 0 ? error_ : failed;
  }
  std::int64_t written() const { return written_; }

 private:
  void flush() {
    if (error_ == 0) error_ = write_all(descriptor_.get(), block_);
    written_ += static_cast<std::int64_t>(block_.size());
    block_.clear();
  }

  Descriptor descriptor_;
  int error_;
  std::string block_;
  std::int64_t written_ = 0;
};

}  // namespace

Result<std::int64_t> write_results(const Output& output, LedgerDatabase& records) {
  const std::filesystem::path target = output.folder() / results_file;
  const std::filesystem::path temporary = output.temporary() / results_file;
  Blocks blocks(temporary);
  std::optional<Error> failed =
      select_records(records, [&](std::string_view, std::string_view record) { blocks.add_line(record); });
  int error = blocks.finish();
  fault_point("results.written");
  if (!failed && error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (!failed && error == 0) return blocks.written();
  unlink(temporary.c_str());
  return failed ? *failed : write_error(target, error);
}

}  // namespace docket
