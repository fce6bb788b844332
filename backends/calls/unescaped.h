#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket::backends {

/// A text in which what stands for a character is that character: escapes of JSON (RFC 8259, section 7; of
/// JSON in JSON, too) and Markdown (`\@`), of addresses (`%40`, RFC 3986; `%2540`) and of HTML (`&#64;`).
/// Tags of HTML within a word are nothing, others a blank; soft line ends of mail (`=` at the end) are
/// nothing.
struct Unescaped {
  std::string text;
  std::vector<std::uint32_t> begins, ends;  ///< Of each byte, in what it was made of; empty: it is the same.

  explicit Unescaped(std::string_view escaped);
  /// The text as it is written.
  static Unescaped none(std::string_view text);
  std::size_t begin(std::size_t at) const { return begins.empty() ? at : begins[at]; }
  std::size_t end(std::size_t at) const { return ends.empty() ? at + 1 : ends[at]; }
  bool is_changed() const { return !begins.empty(); }

 private:
  Unescaped() = default;
};

}  // namespace docket::backends
