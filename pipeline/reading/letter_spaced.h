#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A text in which what has a gap behind each letter, as letter-spaced headings of a PDF have it, is closed
/// up: `T e l .   0 8 9   1 2 3` is `Tel. 089 123`. The narrowest gap of such a stretch is that between
/// letters, a wider one is a blank. All else is as it is.
class ClosedUp {
 public:
  explicit ClosedUp(std::string_view plain);  ///< In plain characters.

  bool is_changed() const { return is_changed_; }
  std::string_view text() const { return text_; }
  /// Where byte `at` of text() stands in what it was made of.
  std::uint32_t origin(std::uint32_t at) const { return origins_[at]; }
  /// The first byte of text() that stands at `at` or behind it.
  std::uint32_t place_of(std::uint32_t at) const;
  /// Closed up, what stands at `at` of the other text is within a number.
  bool is_behind_digit(std::uint32_t at) const;

 private:
  struct Stretch;
  static Stretch stretch_at(std::string_view plain, std::uint32_t at);
  void append(std::string_view plain, std::uint32_t begin, std::uint32_t end);

  std::string text_;
  std::vector<std::uint32_t> origins_;
  bool is_changed_ = false;
};

}  // namespace docket
