#include "pipeline/document.h"

#include "pipeline/support/digest.h"

namespace docket {

std::string document_id(const Document& document) { return sha256_hex(document.path).substr(0, 16); }

}  // namespace docket
