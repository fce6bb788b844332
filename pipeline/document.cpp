#include "pipeline/document.h"

#include "pipeline/support/digest.h"

namespace docket {

std::string document_id(const Document& document) { return document_id(document.path); }

std::string document_id(std::string_view path) { return sha256_hex(path).substr(0, 16); }

bool was_known(const Document& document, std::size_t position) {
  const bool ran_earlier = !document.earlier.empty() && document.earlier[position].ran;
  return document.stages[position].origin.taken && !ran_earlier;
}

Spending spent_in_run(const Document& document, std::size_t position) {
  Spending spent;
  if (!document.earlier.empty()) spent += document.earlier[position].spent;
  spent += document.stages[position].spent;
  return spent;
}

}  // namespace docket
