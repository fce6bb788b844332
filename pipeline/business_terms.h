#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace docket {

/// A term (BT) or a repeated group of terms (BG) of EN 16931-1, the semantic model of electronic invoices in
/// Europe, whatever syntax they are written in. `x-einvoice` of a user's schema names it, and `terms` of an
/// e-invoice in a record have its value.
struct BusinessTerm {
  enum class Kind {
    text,
    note,  ///< A text whose lines are kept.
    date,  ///< ISO 8601.
    decimal,
    group,  ///< Has members.
  };
  std::string_view id;     ///< `BT-112`, `BG-25`.
  std::string_view name;   ///< In the words of the standard.
  std::string_view group;  ///< The repeated group whose member it is; empty: it stands once in an invoice.
  Kind kind = Kind::text;
};

/// All that docket reads, in the order of the standard; a group stands before its members.
std::span<const BusinessTerm> business_terms();

/// Null: docket reads none of that id.
const BusinessTerm* business_term(std::string_view id);

/// The id that one of another spelling means: BT112, BG_25, bt-1, or one with a slip of the pen.
std::optional<std::string_view> meant_business_term(std::string_view id);

// Those that docket itself asks about.
inline constexpr std::string_view bt_invoice_number = "BT-1";
inline constexpr std::string_view bt_type_code = "BT-3";
inline constexpr std::string_view bt_currency = "BT-5";
inline constexpr std::string_view bt_tax_currency = "BT-6";
inline constexpr std::string_view bt_profile = "BT-24";
inline constexpr std::string_view bt_total = "BT-112";
inline constexpr std::string_view bg_lines = "BG-25";

}  // namespace docket
