#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/folded.h"

namespace docket {

/// A word or phrase that somebody looks for, with its marks: all that is no letter, digit or blank, such as
/// the colon of "From:". Letters are compared as `fold` does, and blanks beside a mark do not count. Marks
/// that differ only in their Unicode form are the same: "：" and ":", "’" and "'", "–" and "-", "º" and "°".
class Keyword {
 public:
  /// Bytes of a text.
  struct Place {
    std::size_t begin = 0, end = 0;
  };

  explicit Keyword(std::string_view words);

  friend bool operator==(const Keyword&, const Keyword&) = default;

  bool has_marks() const { return !marks_.empty() || !ordinals_.empty(); }
  bool has_letters() const { return !letters_.empty(); }

  /// Where the keyword stands with all its marks, among the first `most_tokens` tokens of the text that
  /// `folded` was made of. Between words that the keyword parts by a blank any marks may stand; before and
  /// after it further ones. Without letters: where its marks stand in a row.
  std::vector<Place> find(std::string_view text, const Folded& folded, std::size_t most_tokens) const;

 private:
  struct Marks {
    std::size_t at = 0;  ///< Behind so many bytes of the letters.
    std::string text;
    friend bool operator==(const Marks&, const Marks&) = default;
  };
  bool marks_stand(std::string_view text, const Folded& folded, std::size_t first, std::size_t last) const;
  std::vector<Place> find_marks(std::string_view text, const Folded& folded, std::size_t most_tokens) const;

  std::string letters_;
  std::vector<Marks> marks_;
  std::string ordinals_;  ///< Marks that are letters to `fold`: "°" of "N°".
};

/// How little it says that a word stands in a document.
enum class Commonness {
  rare,
  everyday,  ///< Stands in documents of any kind: "date", "total", "page".
  filler     ///< Stands in any text of its language: "the", "from", "nach".
};
/// Of a phrase: that of its rarest word. Numbers are rare.
Commonness commonness(std::string_view words);

}  // namespace docket
