#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace docket {

/// Words of a page's text. What stands around them is looked at too: the sign of a number, the rest of it.
struct Passage {
  std::string_view page;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of `page`.
};

/// What a passage says of a value.
struct ValueReading {
  enum class Says {
    no,           ///< Something else, or nothing.
    cannot_tell,  ///< One of an `enum`, or true or false, and no words in the passage are its name.
    yes,
  };
  Says says = Says::no;
  bool ambiguous = false;  ///< It can be read in another way as well: 12/03/2024, 1.234.
  int others = 0;          ///< Other values of that kind in the passage.
};

/// Bytes of a page.
struct ByteRange {
  std::uint32_t begin = 0, end = 0;
};

/// The passage with the rest of the words and codes that it begins and ends in.
Passage whole_words(Passage passage);

/// The lines that a passage stands on, as far as they are looked at.
ByteRange lines_of(const Passage& passage);

/// Ends a line or a page.
bool is_line_end(char c);

/// The passage's `comparable_words`.
std::string words_in(const Passage& passage);

}  // namespace docket
