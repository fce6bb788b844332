#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pipeline/text.h"

namespace docket::worker {

/// A page whose words are the parts of `text` between blanks, with made-up boxes: a character is a point
/// wide, a line ten points high.
inline Page page_of_words(std::string text) {
  Page page{100, 100, std::move(text), {}};
  float line = 0, column = 0;
  for (std::uint32_t at = 0; at < page.text.size(); ++at) {
    const char c = page.text[at];
    if (c == '\n') {
      ++line;
      column = 0;
      continue;
    }
    const bool begins = c != ' ' && (at == 0 || page.text[at - 1] == ' ' || page.text[at - 1] == '\n');
    if (begins) page.words.push_back({{column, 10 * line, column, 10 * line + 10}, at, 0});
    if (c != ' ') ++page.words.back().length;
    ++column;
    if (c != ' ') page.words.back().box.right = column;
  }
  return page;
}

/// What the words of a page say, in their order.
inline std::vector<std::string> words_of(const Page& page) {
  std::vector<std::string> words;
  for (const Word& word : page.words)
    words.push_back(page.text.substr(word.offset, word.length));
  return words;
}

}  // namespace docket::worker
