#include "tests/rules_text.h"

#include <algorithm>

namespace docket {

std::shared_ptr<const Text> plain_text(std::string_view text) {
  auto made = std::make_shared<Text>();
  for (;;) {
    const std::size_t end = text.find('\f');
    Page page;
    page.text = text.substr(0, end);
    made->pages.push_back(std::move(page));
    if (end == std::string_view::npos) return made;
    text.remove_prefix(end + 1);
  }
}

std::shared_ptr<const Text> placed_text(std::initializer_list<Placed> pieces) {
  Page page{595, 842, {}, {}};
  for (const Placed& piece : pieces) {
    for (std::size_t begin = 0; begin < piece.text.size();) {
      const std::size_t end = std::min(piece.text.find(' ', begin), piece.text.size());
      const float left = piece.left + 5 * static_cast<float>(begin);
      const float right = piece.left + 5 * static_cast<float>(end);
      page.words.push_back({{left, piece.top, right, piece.top + 10},
                            static_cast<std::uint32_t>(page.text.size() + begin),
                            static_cast<std::uint32_t>(end - begin)});
      begin = end + 1;
    }
    page.text += piece.text;
    page.text += '\n';
  }
  auto made = std::make_shared<Text>();
  made->pages.push_back(std::move(page));
  return made;
}

}  // namespace docket
