#include "worker/print.h"

namespace docket::worker {
namespace {

void print_text(std::ostream& out, const Text& text) {
  bool first = true;
  for (const Page& page : text.pages) {
    if (!first) out << '\f';
    first = false;
    out << page.text;
  }
}

nlohmann::json as_json(const Page& page) {
  nlohmann::json words = nlohmann::json::array();
  for (const Word& word : page.words) {
    const Box& box = word.box;
    words.push_back({box.left, box.top, box.right, box.bottom, word.offset, word.length});
  }
  return {{"width", page.width}, {"height", page.height}, {"text", page.text}, {"words", std::move(words)}};
}

}  // namespace

void print(std::ostream& out, const Extraction& extraction, const FileFacts& facts, Form form) {
  if (form == Form::text) return print_text(out, extraction.text);
  nlohmann::json value = extraction.value;
  value["sha256"] = facts.sha256;
  value["bytes"] = facts.bytes;
  value["media_type"] = facts.media_type;
  nlohmann::json pages = nlohmann::json::array();
  for (const Page& page : extraction.text.pages) {
    pages.push_back(as_json(page));
  }
  const nlohmann::json all = {{"value", std::move(value)}, {"pages", std::move(pages)}};
  out << all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace docket::worker
