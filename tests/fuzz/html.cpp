// HTML of any kind, as text decoded from any encoding.
#include "worker/formats/html.h"

#include <cstdint>
#include <cstdlib>

#include "pipeline/support/utf8.h"
#include "worker/text/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket;
  const auto text = worker::decode_text({reinterpret_cast<const char*>(data), size});
  if (!text) return 0;
  for (const worker::TableForm form : {worker::TableForm::plain, worker::TableForm::markdown})
    for (const Page& page : worker::read_html(text->utf8, form).text.pages)
      if (!is_utf8(page.text)) std::abort();
  return 0;
}
