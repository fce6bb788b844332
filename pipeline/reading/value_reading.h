#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "pipeline/reading/passage.h"
#include "pipeline/reading/writing.h"

namespace docket {

/// Is `value` what the passage says? `property` is its schema, without references.
///
///   numbers    as `find_numbers` reads them: sign, brackets, decimal mark; per cent also as a fraction, and
///              with a word such as "million" (k and m only beside it or a currency); not a part of a code;
///              both ends of a range (10-20). Where only integers are allowed, the mark of 10,240 parts
///              thousands
///   dates      as `find_dates` reads them, to the day; with a time of day, that too
///   currencies by code, symbol or name
///   codes      (a text with a digit) the whole code, but for blanks and the case of letters; from eight
///              characters on (IBAN, VAT and telephone numbers) also but for points and hyphens. Nothing
///              that stands within an IBAN, a VAT number, an e-mail address or a URL is read by itself; a
///              property of format `iban` is a whole one
///   texts      the words, whole and in order, but for case, line ends, hyphenation and punctuation between;
///              one of more than 60 bytes may go on behind the passage
///   `enum`     the value or its name in words; a passage that names another one of them says no
///   booleans   yes, no, x, a ticked box; not "no" that announces a number, nor the x of 2 x 3.00
///   lists, objects  each value in them; the weakest decides. Nulls and empty texts say nothing.
ValueReading read_value(const nlohmann::json& value, const nlohmann::json& property, const Passage& passage,
                        const Writing& writing);

/// The schema of a property with the format that its name alone gives it: `iban`.
nlohmann::json as_named(std::string_view name, nlohmann::json property);

}  // namespace docket
