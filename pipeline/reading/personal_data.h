#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

enum class PersonalKind { email, iban, card, national_id, phone };
inline constexpr PersonalKind personal_kinds[] = {PersonalKind::email, PersonalKind::iban, PersonalKind::card,
                                                  PersonalKind::national_id, PersonalKind::phone};
std::string_view name(PersonalKind kind);  ///< As in `policy.redact`: `national_id`.

/// A value of a text that belongs to a person. What is not an e-mail address is made of signs (letters and
/// digits) with any blanks, hyphens, points, slashes, brackets and single line ends between them.
struct PersonalValue {
  PersonalKind kind;
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the text.
  std::size_t open = 0;              ///< So many signs in front tell a country or a network alone.
  /// True of signs that such a value may have, as check digits and shape tell; null: of any.
  bool (*is_valid)(std::string_view signs) = nullptr;
};

/// All of them, in order; they do not overlap. Looks at a text as a person does: digits of any script, full
/// width, dashes and blanks of all kinds, letter-spaced words. In doubt something is a value.
std::vector<PersonalValue> find_personal_data(std::string_view text);
/// The e-mail addresses among them.
std::vector<PersonalValue> find_addresses(std::string_view text);

/// A mail address without line ends and blanks in it, with its signs: `me (at) home.example` is
/// `me@home.example`. `found`: one that was found, in plain characters.
std::string plain_address(std::string_view found);
/// Where in it the sign stands, with what hides or breaks it: bytes; empty at its end: it has none.
struct AddressSign {
  std::size_t begin = 0, end = 0;
};
AddressSign sign_of_address(std::string_view found);
/// What stands for `@` at `at` ends there; `at` itself: it is something else.
std::uint32_t skip_at_sign(std::string_view text, std::uint32_t at);
/// Behind what may stand between two signs of a value; `at` itself: nothing does.
std::uint32_t skip_between_signs(std::string_view text, std::uint32_t at);

/// Letters in capitals and digits, both of ASCII, of a text in plain characters.
std::string signs_of(std::string_view plain);

}  // namespace docket
