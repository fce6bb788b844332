// The rules tier on any text: bytes become pages (form feeds part them), and the first byte says whether
// words get boxes, which come from the text itself and make no sense.
#include <cstdint>
#include <cstdlib>

#include "backends/rules/classify.h"
#include "backends/rules/fields.h"

namespace {

using namespace docket;
using nlohmann::json;

void add_boxes(Page& page) {
  float left = 0;
  for (std::size_t begin = 0; begin < page.text.size();) {
    const std::size_t end = std::min(page.text.find_first_of(" \n", begin), page.text.size());
    if (end > begin) {
      const auto seed = static_cast<unsigned char>(page.text[begin]);
      left = seed == '\\' ? 0 : left + static_cast<float>(seed % 64) - 8;
      const float top = static_cast<float>(seed % 16) * 12;
      page.words.push_back({{left, top, left + static_cast<float>(5 * (end - begin)), top + 10},
                            static_cast<std::uint32_t>(begin),
                            static_cast<std::uint32_t>(end - begin)});
    }
    begin = end + 1;
  }
}

Text pages_of(std::string_view bytes, bool with_boxes) {
  Text text;
  for (;;) {
    const std::size_t end = bytes.find('\f');
    text.pages.push_back({100, 100, std::string(bytes.substr(0, end)), {}});
    if (with_boxes) add_boxes(text.pages.back());
    if (end == std::string_view::npos) return text;
    bytes.remove_prefix(end + 1);
  }
}

const json& properties() {
  static const json all = json::parse(R"({
    "number": {"x-labels": ["No"], "x-weak-labels": ["*bill"], "pattern": "[0-9]"},
    "date": {"format": "date", "x-labels": ["Date"], "x-follows": "number"},
    "from": {"x-format": "party", "x-role": "sender", "x-labels": ["From"]},
    "to": {"x-format": "party", "x-role": "recipient", "x-labels": ["To"]},
    "currency": {"x-format": "currency"}, "iban": {"x-format": "iban"}, "mail": {"x-format": "email"},
    "vat": {"x-format": "vat-id", "x-labels": ["VAT"], "x-not-labels": ["Your VAT"], "x-part-of": "from"},
    "net": {"type": "number", "x-format": "amount"}, "tax": {"type": "number", "x-format": "amount", "x-sum": true},
    "count": {"type": "integer"}, "paid": {"type": "boolean"}, "kind": {"enum": ["a b", "c"]}, "text": {}})");
  return all;
}

bool is_utf8_json(const json& value) {
  try {
    return !value.dump().empty();
  } catch (const json::exception&) {
    return false;
  }
}

bool is_utf8(std::string_view bytes) { return is_utf8_json(json(std::string(bytes))); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto schema = rules::read_schema({{"properties", properties()}});
  static const auto labels =
      rules::read_labels({{"invoice", "a bill", {"No"}}, {"note", "", {"x y"}}, {"other", "", {}}});
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Text text = pages_of(bytes, data[0] % 2 == 1);
  const json answer = rules::extract_fields(*schema, {}, text);
  if (answer["fields"].size() != properties().size()) std::abort();
  if (is_utf8(bytes) && !is_utf8_json(answer)) std::abort();
  const double confidence = rules::classify(*labels, text)["confidence"];
  if (!(confidence >= 0 && confidence <= 1)) std::abort();
  return 0;
}
