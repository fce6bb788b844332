// What docket and a worker that reads files say to each other, in both directions: the first byte says what
// the message is taken for. A worker that a document has taken over sends anything; what it is believed is as
// the decoders promise. An order comes from docket, and may not end the worker.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "backends/extraction/wire.h"
#include "pipeline/support/utf8.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const docket::Page& page) {
  require(docket::is_utf8(page.text));
  require(std::isfinite(page.width) && std::isfinite(page.height));
  for (const docket::Word& word : page.words)
    require(word.offset <= page.text.size() && word.length <= page.text.size() - word.offset);
  const auto again = docket::decode_page(docket::encode(page));
  require(again && again->text == page.text && again->words.size() == page.words.size());
}

void check_error(const docket::Error& error) {
  require(docket::is_utf8(error.message));
  require(error.error_class != docket::ErrorClass::unavailable &&
          error.error_class != docket::ErrorClass::config);
}

void check_order(std::string_view bytes) {
  const auto order = docket::decode_order(bytes);
  if (order) require(docket::encode(*order) == bytes);
}

void check_facts(std::string_view bytes) {
  if (const auto facts = docket::decode_facts(bytes))
    require(docket::is_utf8(facts->media_type) && docket::is_utf8(facts->sha256));
}

/// An answer to a document of as many pages as it claims, and of none.
void check_answer(std::string_view bytes) {
  for (std::size_t pages = 0; pages < 3; ++pages) {
    docket::Text text;
    text.pages.resize(pages);
    const auto answer = docket::decode_answer(bytes, std::move(text));
    if (!answer) check_error(answer.error());
    if (answer)
      require(answer->value.is_object() &&
              !answer->value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      check_order(bytes);
      break;
    case 1:
      check_facts(bytes);
      break;
    case 2:
      if (const auto page = docket::decode_page(std::string(bytes))) check(*page);
      break;
    case 3:
      check_answer(bytes);
      break;
    case 4:
      require(docket::decode_progress(bytes).read <= docket::decode_progress(bytes).of);
      break;
    default:
      require(docket::is_utf8(docket::decode_ready(bytes).refused));
      break;
  }
  return 0;
}
