// Bytes as text in any encoding, and what kind of text it is: XML, JSON, CSV.
#include "worker/text/encoding.h"

#include <cstdint>
#include <cstdlib>

#include "pipeline/support/utf8.h"
#include "worker/formats/data_type.h"
#include "worker/formats/markup_type.h"
#include "worker/formats/office.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket;
  const auto text = worker::decode_text({reinterpret_cast<const char*>(data), size});
  if (!text) return 0;
  if (!is_utf8(text->utf8)) std::abort();
  worker::data_media_type(text->utf8);
  const auto out =
      worker::read_decoded(*text, worker::markup_type(text->utf8, "text/html"), worker::TableForm::plain);
  if (!out) return 0;
  for (const Page& page : out->text.pages)
    if (!is_utf8(page.text)) std::abort();
  return 0;
}
