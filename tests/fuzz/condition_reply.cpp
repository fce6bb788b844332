// What a worker that evaluates conditions may send when jq has brought it under control: one byte says how
// many verdicts are awaited, the rest is the message.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "backends/extraction/condition_wire.h"
#include "pipeline/support/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t count = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto verdicts = docket::decode_verdicts(bytes, count)) {
    if (verdicts->size() != count) std::abort();
    for (const docket::Result<bool>& verdict : *verdicts)
      if (!verdict && !docket::is_utf8(verdict.error().message)) std::abort();
  }
  if (const auto texts = docket::decode_texts(bytes))
    for (const std::string& text : *texts)
      if (!docket::is_utf8(text)) std::abort();
  if (const auto dying = docket::decode_dying(bytes, count))
    if (dying->position >= count) std::abort();
  (void)docket::decode_questions(bytes);
  return 0;
}
