#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace docket {

// Whether a text stands whole in another one, not as a piece of longer words. Texts are `comparable_words`.

/// What is looked for. A slash makes one code of what stands on both its sides, and no word.
enum class TextKind { words, code };

bool has_digit(std::string_view text);

/// text[begin, end) is no piece of a longer word or code.
bool stands_whole(std::string_view text, std::size_t begin, std::size_t end, TextKind kind);

/// `words` stand whole somewhere in `text`.
bool stands_in(std::string_view text, std::string_view words, TextKind kind);

/// Nothing but words and codes, with one blank between; marks within them stay.
std::string without_marks(std::string_view words);

/// `value`, in any of its spellings, stands whole in `words`: a text without regard to the marks between
/// words, a code (it has a digit) without regard to blanks, a long one to any marks. `value` is as somebody
/// wrote it.
bool text_in(const std::string& value, std::string_view words);

}  // namespace docket
