#pragma once
#include <string>

#include "pipeline/reading/passage.h"

namespace docket {

/// Does the passage say this text or code? All of it, whole, and not only as a piece of an IBAN, a VAT
/// number, an e-mail address or a URL; one of more than 60 bytes may go on behind the passage.
ValueReading read_text(const std::string& value, Passage passage);

}  // namespace docket
