#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket::worker {

// A page may say of a piece of it in other words what it reads: /ActualText (PDF 32000-1, 14.9.4).

/// Of the pieces of a page that have an /ActualText: those in others say nothing more.
class ActualTexts {
 public:
  /// Whether the piece that begins is in no other.
  bool begin() { return depth_++ == 0; }
  /// Whether the piece that ends was in no other.
  bool end() { return depth_ > 0 && --depth_ == 0; }
  bool is_open() const { return depth_ > 0; }

 private:
  std::size_t depth_ = 0;
};

/// Finds pieces whose /ActualText says something else than their letters: what a person sees can hide behind
/// it. Compares ASCII's letters and digits, and says nothing of a piece with any character beyond ASCII.
class FalseTexts {
 public:
  /// A piece that is in no other; `said` is its /ActualText as it stands in the file.
  void begin(std::string_view said);
  /// The characters of a letter that is drawn.
  void add(std::span<const unsigned int> letter);
  void end();
  /// For the piece that does not end: it would hide all that follows.
  void add_false() { are_false_.push_back(true); }

  /// Whether the n-th piece is false.
  const std::vector<bool>& are_false() const { return are_false_; }

 private:
  std::string said_;
  std::optional<std::string> drawn_;  ///< None: not in a piece, or not only ASCII.
  std::vector<bool> are_false_;
};

}  // namespace docket::worker
