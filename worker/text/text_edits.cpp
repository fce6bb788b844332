#include "worker/text/text_edits.h"

#include <algorithm>
#include <utility>

namespace docket::worker {

void TextEdits::replace(std::uint32_t begin, std::uint32_t end, std::string_view with) {
  edits_.push_back({begin, end, std::string(with)});
}

void TextEdits::apply(Page& page) const {
  if (edits_.empty()) return;
  std::string text;
  text.reserve(page.text.size() + 4 * edits_.size());
  std::vector<Word> words;
  words.reserve(page.words.size());
  std::size_t word = 0;
  std::uint32_t written = 0;  // Bytes of the old text.
  const auto write_until = [&](std::uint32_t end) {
    const auto moved = static_cast<std::uint32_t>(text.size());
    for (; word < page.words.size() && page.words[word].offset < end; ++word) {
      Word next = page.words[word];
      next.length = std::min(next.length, end - next.offset);
      next.offset += moved - written;
      words.push_back(next);
    }
    text.append(page.text, written, end - written);
    written = end;
  };
  for (const Edit& edit : edits_) {
    write_until(edit.begin);
    text += edit.with;
    for (; word < page.words.size() && page.words[word].offset < edit.end; ++word) {
    }
    written = edit.end;
  }
  write_until(static_cast<std::uint32_t>(page.text.size()));
  page.text = std::move(text);
  page.words = std::move(words);
}

}  // namespace docket::worker
