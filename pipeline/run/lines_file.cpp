#include "pipeline/run/lines_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace docket {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

}  // namespace

LinesFile::LinesFile(const Output& output, std::string_view name)
    : target_(output.folder() / name),
      temporary_(output.temporary() / name),
      mode_(output.mode()),
      descriptor_(open_file(temporary_, O_WRONLY | O_CREAT | O_TRUNC)),
      error_(descriptor_ ? 0 : errno) {}

LinesFile::~LinesFile() {
  if (!is_in_place_) unlink(temporary_.c_str());
}

void LinesFile::add(std::string_view line) {
  block_ += line;
  block_ += '\n';
  if (block_.size() >= block_bytes) flush();
}

Result<std::int64_t> LinesFile::finish() {
  flush();
  const int closed = descriptor_.close();
  if (error_ == 0) error_ = closed;
  if (mode_) set_mode(temporary_, *mode_);
  if (error_ == 0 && rename(temporary_.c_str(), target_.c_str()) != 0) error_ = errno;
  if (error_ != 0) return write_error(target_, error_);
  is_in_place_ = true;
  return written_;
}

void LinesFile::flush() {
  if (error_ == 0) error_ = write_all(descriptor_.get(), block_);
  written_ += static_cast<std::int64_t>(block_.size());
  block_.clear();
}

}  // namespace docket
