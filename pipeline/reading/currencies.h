#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace docket {

/// A currency named in a text by its code, its symbol, or in words.
struct CurrencyFound {
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the text.
  std::string_view code;             ///< ISO 4217.
  bool shared_symbol = false;        ///< Other currencies have this symbol too.
  bool is_code = false;              ///< Written as the ISO code.
};

/// The currency that is written at `position`, if any, in plain characters (PlainText).
bool currency_at(std::string_view text, std::uint32_t position, std::uint32_t end, CurrencyFound& found);

/// Amounts of it have no decimals, so that a mark before three digits parts thousands: ISO 4217 gives it no
/// minor unit, or nobody uses that any more (HUF, IDR).
bool has_no_minor_unit(std::string_view code);

/// The two, ISO 4217, are written with the same symbol, as $ and kr are.
bool share_symbol(std::string_view a, std::string_view b);

/// All currencies of text[begin, end).
std::vector<CurrencyFound> find_currencies(std::string_view text, std::uint32_t begin, std::uint32_t end);

}  // namespace docket
