#include "worker/pdf/text_device.h"

#include <GfxFont.h>
#include <GfxState.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "worker/layout/marks.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

bool is_blank(const ShownLetter& letter) {
  if (letter.length != 1) return false;
  const Unicode c = letter.text[0];
  return c == ' ' || c == '\t' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200B);
}

/// A soft hyphen that takes no place is where a word may be broken and was not.
/// Only an embedded font is sure to know its width.
bool is_undrawn(const ShownLetter& letter) {
  if (letter.length != 1 || letter.text[0] != soft_hyphen || letter.dx != 0 || letter.dy != 0) return false;
  const GfxFont* font = letter.state->getFont().get();
  Ref file;
  return font && font->getEmbeddedFontID(&file);
}

DrawnWord drawn_word(TextWord& word) {
  double left = 0, top = 0, right = 0, bottom = 0;
  word.getBBox(&left, &top, &right, &bottom);
  DrawnWord drawn;
  drawn.box = {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
               static_cast<float>(bottom)};
  drawn.quarter_turns = word.getRotation() & 3;
  drawn.space_after = word.hasSpaceAfter();
  const auto length = static_cast<std::size_t>(std::max(word.getLength(), 0));
  drawn.letters.reserve(length);
  drawn.edges.reserve(length + 1);
  for (int i = 0; i < word.getLength(); ++i) {
    drawn.letters.push_back(*word.getChar(i));
    drawn.edges.push_back(static_cast<float>(word.getEdge(i)));
  }
  drawn.edges.push_back(static_cast<float>(word.getEdge(word.getLength())));
  return drawn;
}

}  // namespace

void TextDevice::drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x,
                          double origin_y, CharCode code, int bytes, const Unicode* text, int length) {
  const ShownLetter letter{state, x, y, dx, dy, origin_x, origin_y, code, bytes, text, length};
  if (is_undrawn(letter)) return;
  if (is_blank(letter)) return pass_on(letter);
  draw_letter(letter);
}

/// Poppler lays the letters of one glyph from left to right; these are read from right to left.
void TextDevice::pass_on(const ShownLetter& letter) {
  const Unicode* first = letter.text;
  const Unicode* last = first + letter.length;
  std::vector<Unicode> turned;
  if (letter.length > 1 && std::any_of(first, last, is_right_to_left)) {
    turned.assign(std::make_reverse_iterator(last), std::make_reverse_iterator(first));
    first = turned.data();
  }
  TextOutputDev::drawChar(letter.state, letter.x, letter.y, letter.dx, letter.dy, 0, 0, letter.code,
                          letter.bytes, first, letter.length);
}

std::vector<PlacedWord> TextDevice::words() {
  std::vector<DrawnWord> words;
  if (const auto list = makeWordList()) {
    words.reserve(static_cast<std::size_t>(list->getLength()));
    for (int i = 0; i < list->getLength(); ++i)
      words.push_back(drawn_word(*list->get(i)));
  }
  return written(std::move(words));
}

}  // namespace docket::worker
