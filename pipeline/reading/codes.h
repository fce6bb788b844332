#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A value in a text that is known by its own shape.
struct CodeFound {
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the text.
  std::string value;                 ///< Normalised: in plain characters, codes without blanks and points.
  bool check_digits = false;         ///< It has check digits that docket knows, and they are right.
};

/// IBANs of text[begin, end), with or without blanks; the check digits (mod 97) decide.
std::vector<CodeFound> find_ibans(std::string_view text, std::uint32_t begin, std::uint32_t end);

/// Characters of an IBAN of a country, two capitals; 0: it has none that docket knows.
std::size_t iban_length(std::string_view country);

/// An IBAN in length, with nothing else: check digits are often wrong in drafts and samples, and in what was
/// scanned.
bool is_whole_iban(std::string_view value);

/// VAT identification numbers that begin with their country: EU, GB, CH, NO.
std::vector<CodeFound> find_vat_ids(std::string_view text, std::uint32_t begin, std::uint32_t end);

std::vector<CodeFound> find_emails(std::string_view text, std::uint32_t begin, std::uint32_t end);

/// Addresses that begin with http://, https:// or www.
std::vector<CodeFound> find_urls(std::string_view text, std::uint32_t begin, std::uint32_t end);

}  // namespace docket
