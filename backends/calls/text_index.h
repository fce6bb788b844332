#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace docket::backends {

/// Many texts, found in another one in time that does not depend on how many there are (a trie).
class TextIndex {
 public:
  /// Of two that are equal the first counts. An empty text is none.
  void add(std::string_view text, std::size_t place);
  bool empty() const { return children_.empty(); }

  struct Found {
    std::size_t length = 0, place = 0;
  };
  /// Those that begin at `at`, the shortest first.
  std::vector<Found> begin_at(std::string_view text, std::size_t at) const;

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  ///< By node and byte.
  std::unordered_map<std::uint32_t, std::size_t> places_;      ///< By node.
  std::uint32_t nodes_ = 1;
};

/// All pieces of one length, 8 bytes at most, of texts without zero bytes.
class TextPieces {
 public:
  static constexpr std::size_t longest = 8;
  explicit TextPieces(std::size_t length) : length_(length) {}
  void add(std::string_view text);
  bool has(std::string_view piece) const;

 private:
  static std::uint64_t number(std::string_view piece);
  std::size_t place_of(std::uint64_t number) const;
  void grow(std::size_t more);

  std::size_t length_;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> table_;  ///< A hash table, by linear probing; 0: free. Its size: a power of two.
};

}  // namespace docket::backends
