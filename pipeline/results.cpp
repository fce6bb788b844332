#include "pipeline/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

namespace docket {
namespace {

struct Place {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

int open_new(const std::filesystem::path& file) {
  return open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

/// 0 or an errno.
int write_at(int file, const void* bytes, std::size_t length, std::uint64_t offset) {
  const char* from = static_cast<const char*>(bytes);
  while (length > 0) {
    const ssize_t written = pwrite(file, from, length, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    from += written;
    length -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

/// Reads up to `length` bytes; less only at the end of the file or on an error.
std::size_t read_at(int file, void* bytes, std::size_t length, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < length) {
    const ssize_t got =
        pread(file, static_cast<char*>(bytes) + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

Results::Results(const Output& output)
    : output_(output),
      lines_(open_new(output.temporary() / "lines")),
      index_(open_new(output.temporary() / "index")) {}

Results::~Results() {
  if (lines_ >= 0) close(lines_);
  if (index_ >= 0) close(index_);
}

std::optional<Error> Results::add(std::size_t number, std::string_view line) {
  const Place place{end_, line.size()};
  int error = write_at(lines_, line.data(), line.size(), end_);
  if (error == 0) error = write_at(index_, &place, sizeof place, number * sizeof place);
  if (error != 0) return write_error(output_.folder() / file_name, error);
  end_ += line.size();
  documents_ = std::max(documents_, number + 1);
  return std::nullopt;
}

std::optional<Error> Results::finish() {
  const std::filesystem::path target = output_.folder() / file_name;
  const std::filesystem::path temporary = output_.temporary() / file_name;
  const int file = open_new(temporary);
  if (file < 0) return write_error(target, errno);
  std::array<Place, 4096> places;
  std::string block;
  std::uint64_t written = 0;
  int error = 0;
  const auto flush = [&] {
    error = write_at(file, block.data(), block.size(), written);
    written += block.size();
    block.clear();
  };
  for (std::size_t number = 0; number < documents_ && error == 0; number += places.size()) {
    places.fill({});
    read_at(index_, places.data(), sizeof places, number * sizeof(Place));
    for (const Place& place : places) {
      if (place.length == 0 || error != 0) continue;
      const std::size_t begin = block.size();
      block.resize(begin + place.length + 1, '\n');
      if (read_at(lines_, block.data() + begin, place.length, place.offset) != place.length) error = EIO;
      if (block.size() > std::size_t{1} << 20) flush();
    }
  }
  if (error == 0) flush();
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  unlink(temporary.c_str());
  return write_error(target, error);
}

}  // namespace docket
