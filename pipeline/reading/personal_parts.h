#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/personal_data.h"

namespace docket {

// What finds personal data of one kind. All read a text in plain characters, and may overlap each other.

/// Signs from `at` on, over what may stand between them.
struct SignRun {
  std::string signs;                ///< In capitals.
  std::vector<std::uint32_t> ends;  ///< Where the text stands behind each.
};
/// What may stand between two signs. Narrow: at most three bytes of blanks, hyphens, points, slashes and
/// brackets, and one line end among any number of blanks. Wide: 64 bytes of all that is no letter and no
/// digit, for what check digits prove.
enum class Gaps { narrow, wide };
/// At most so many.
SignRun read_signs(std::string_view text, std::uint32_t at, std::size_t most, Gaps gaps = Gaps::narrow);

/// A sign or a byte beyond ASCII before or at the place: it is within a word.
bool is_within_word(std::string_view text, std::uint32_t at);
bool has_sign_before(std::string_view text, std::uint32_t at);
bool has_sign_at(std::string_view text, std::uint32_t at);

/// So many bytes before a value may say what it is.
inline constexpr std::uint32_t looked_at_before = 40;
/// The line up to `at`, as far as it may say what stands there, in small letters; behind `from`.
std::string words_before(std::string_view text, std::uint32_t at, std::uint32_t from = 0);
bool has_word(std::string_view words, std::string_view list);  ///< One of a list with blanks between.

void find_mail_addresses(std::string_view text, std::vector<PersonalValue>& found);
void find_account_numbers(std::string_view text, std::vector<PersonalValue>& found);  ///< IBANs.
void find_cards(std::string_view text, std::vector<PersonalValue>& found);
void find_national_ids(std::string_view text, std::vector<PersonalValue>& found);
void find_phone_numbers(std::string_view text, std::vector<PersonalValue>& found);

/// Where something ends that begins at `at` and is written as account and card numbers are, in blocks of
/// four, whatever its check digits; `at` itself: it is something else.
std::uint32_t skip_blocks(std::string_view text, std::uint32_t at);

bool is_luhn(std::string_view digits);
bool is_iban(std::string_view signs);  ///< Of a known country, with its length and check digits.

}  // namespace docket
