// Rich Text.
#include "worker/formats/rtf.h"

#include <cstdint>
#include <cstdlib>

#include "pipeline/support/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket;
  const auto out = worker::read_rtf({reinterpret_cast<const char*>(data), size}, worker::TableForm::plain);
  if (!out) return 0;
  for (const Page& page : out->text.pages)
    if (!is_utf8(page.text)) std::abort();
  static_cast<void>(out->value.dump());
  return 0;
}
