#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/folded.h"

namespace docket::rules {

/// What a label means to one owner: a field, or a class of documents.
struct LabelUse {
  enum class Kind : std::uint8_t {
    label,     ///< Stands beside the owner's value.
    not_label  ///< Stands beside a value that is not the owner's.
  };
  std::uint32_t owner = 0;
  Kind kind = Kind::label;
  float strength = 1;  ///< 0 to 1: how much the label says.
};

/// A label that was found in a text.
struct LabelMatch {
  std::uint32_t first_token = 0, last_token = 0;  ///< [first, last)
  std::span<const LabelUse> uses;
  std::string_view label;  ///< As its author wrote it.
};

/// Finds many labels at once, as whole words, whatever their case, diacritics, hyphens and blanks. A label
/// with a star before it is also found as the end of a longer word: "*rechnung" finds Mietrechnung. Immutable
/// once built; shared by threads.
class LabelIndex {
 public:
  /// A label without a single letter or digit is ignored.
  void add(std::string_view label, const LabelUse& use);
  /// To be called once, after the last `add`.
  void build();

  /// The longest label that begins with token `first` and ends with a token before `last`.
  bool longest(const Folded& folded, std::size_t first, std::size_t last, LabelMatch& match) const;
  /// All labels of the tokens [first, last): at each place the longest, none overlapping.
  void find(const Folded& folded, std::size_t first, std::size_t last,
            std::vector<LabelMatch>& matches) const;

 private:
  struct Entry {
    std::string letters;
    std::string label;
    LabelUse use;                                // As added.
    bool is_ending = false;                      // With a star.
    std::uint32_t first_use = 0, use_count = 0;  // Into uses_, once built.
  };
  std::vector<Entry> entries_;  // Sorted by letters; each once.
  std::vector<LabelUse> uses_;
  std::array<std::uint32_t, 257> starts_{};  // First entry by first byte.
  std::vector<std::uint32_t> endings_;       // Entries that had a star.
};

}  // namespace docket::rules
