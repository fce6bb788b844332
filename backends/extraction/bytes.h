#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace docket {

// How messages to and from workers are written; see wire.h and condition_wire.h.

/// Written one after the other, without gaps: numbers as they are, strings and lists behind their length.
class Writer {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void flag(bool value) { number<std::uint32_t>(value); }
  void text(std::string_view value) {
    number<std::uint64_t>(value.size());
    bytes += value;
  }
  /// Things as they are in memory.
  template <class T>
  void list(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    number<std::uint64_t>(values.size());
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  std::string bytes;
};

/// Reads what Writer wrote. After the first thing that does not fit, `good` is false and all else is zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T number() {
    T value{};
    if (rest_.size() < sizeof value) good = false;
    if (!good) return value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  /// Nothing but 0 and 1, so that no two messages mean the same.
  bool flag() {
    const auto value = number<std::uint32_t>();
    if (value > 1) good = false;
    return good && value == 1;
  }
  /// One of an enumeration from 0 to `last`.
  template <class T>
  T choice(T last) {
    const auto value = number<std::underlying_type_t<T>>();
    if (value < 0 || value > static_cast<std::underlying_type_t<T>>(last)) good = false;
    return good ? static_cast<T>(value) : T{};
  }
  std::string_view text() {
    const auto size = number<std::uint64_t>();
    if (size > rest_.size()) good = false;
    if (!good) return {};
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  template <class T>
  std::vector<T> list() {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> values(count(sizeof(T)));
    if (values.empty()) return values;
    std::memcpy(values.data(), rest_.data(), values.size() * sizeof(T));
    rest_.remove_prefix(values.size() * sizeof(T));
    return values;
  }
  /// A number of things of at least `each` bytes that are still to come.
  std::uint64_t count(std::size_t each) {
    const auto value = number<std::uint64_t>();
    if (value > rest_.size() / each) good = false;
    return good ? value : 0;
  }
  bool at_end() const { return good && rest_.empty(); }
  bool good = true;

 private:
  std::string_view rest_;
};

}  // namespace docket
