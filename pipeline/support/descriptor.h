#pragma once
#include <fcntl.h>

#include <filesystem>
#include <string_view>
#include <utility>

namespace docket {

/// A file descriptor of the system, closed with the object; may hold none.
class Descriptor {
 public:
  Descriptor() = default;
  /// Takes it over; a negative number is none.
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }
  /// Closes it now, for who wants to know whether that worked; 0 or an errno.
  int close();

 private:
  int number_ = -1;
};

/// open(2), close-on-exec. None: errno says why.
Descriptor open_file(const std::filesystem::path& file, int flags, mode_t mode = 0666);

/// Writes all of `bytes`; 0 or an errno.
int write_all(int descriptor, std::string_view bytes);

}  // namespace docket
