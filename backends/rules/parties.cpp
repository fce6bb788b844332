#include "backends/rules/parties.h"

#include <algorithm>
#include <cmath>

#include "backends/rules/names.h"

// Names in letters, as most of Europe and America sets them:
//
//   ACME GmbH                                            letterhead: a name above an address, or a name
//                                                        with a legal form at the top of the page
//   ACME GmbH · Weg 1 · 12345 Stadt                      the sender's line above the window
//   Muster AG                                            the window: the recipient's name, above an
//   Frau Muster                                          address that ends with a town
//   Straße 5
//   80333 München
//   ...
//   ACME GmbH   Geschäftsführer …   HRB …   IBAN …       footer: the sender once more

namespace docket::rules {
namespace {

constexpr int most_towns = 40;  // Whoever lists more has no sender's address to find among them.

class PartyFinder {
 public:
  explicit PartyFinder(const Layout& layout) : layout_(layout) {}

  std::vector<PartyFound> run() {
    if (layout_.pages() == 0) return {};
    for (const Cell& cell : layout_.page_cells(0)) {
      find_sender_line(cell);
      if (towns_ < most_towns && looks_like_town(squeeze(layout_.cell_text(cell)))) find_name_above(cell);
    }
    find_names_with_legal_form();
    return std::move(found_);
  }

 private:
  std::uint32_t index(const Cell& cell) const {
    return static_cast<std::uint32_t>(&cell - layout_.cells().data());
  }

  float page_height() const {
    float height = 1;
    for (const Cell& cell : layout_.page_cells(0))
      height = std::max(height, cell.box.bottom);
    return height;
  }

  void add(const Cell& cell, std::uint32_t begin, std::uint32_t end, float as_sender, float as_recipient) {
    const std::string name = layout_.plain_text(cell.page, begin, end);
    if (looks_like_party(name) < 0.3F) return;
    found_.push_back({index(cell), begin, end, name, as_sender, as_recipient});
  }

  /// "ACME GmbH - Weg 1 - 12345 Stadt", with any of the marks that part such lines.
  void find_sender_line(const Cell& cell) {
    const std::string_view text = layout_.cell_text(cell);
    for (const std::string_view mark :
         {" - ", " \u2013 ", "\u00B7", "\u2022", "\u25CF", " | ", ", ", " * "}) {
      const std::size_t first = text.find(mark);
      if (first == std::string_view::npos || first < 3 || first > longest_name) continue;
      std::size_t at = first;
      bool town = false;
      while (at < text.size() && !town) {
        at += mark.size();
        const std::size_t next = std::min(text.find(mark, at), text.size());
        town = looks_like_town(squeeze(text.substr(at, next - at)));
        at = next;
      }
      if (!town) continue;
      if (std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(first), is_digit)) {
        find_name_above(cell);  // "Weg 1 - 12345 Stadt": the name stands above.
        return;
      }
      const bool low = cell.box.top > 0.8F * page_height();
      add(cell, cell.begin, cell.begin + static_cast<std::uint32_t>(first), low ? 0.5F : 0.55F, 0);
      sender_ = fold_letters(text.substr(0, first));
      sender_line_ = cell.box;
      has_sender_line_ = !low;
      return;
    }
  }

  /// The first line of the block of lines that ends with a town.
  void find_name_above(const Cell& town) {
    ++towns_;
    const float line = std::max(town.height(), layout_.line_height(0));
    const Cell* top = &town;
    int lines = 0;
    for (std::uint32_t row = town.row; row-- > 0 && lines < 6;) {
      if (top->box.top - layout_.rows()[row].middle > 1.9F * line) break;
      const Cell* above = aligned(row, *top);
      if (above == nullptr) continue;
      if (is_part_of_form(*above)) break;
      top = above;
      ++lines;
    }
    if (lines < 1 || top == &town) return;
    place_block(*top, line);
  }

  const Cell* aligned(std::uint32_t row, const Cell& cell) const {
    for (const std::uint32_t other : layout_.row_cells(row)) {
      const Cell& candidate = layout_.cells()[other];
      const float near = 0.7F * cell.height();
      const bool left = std::abs(candidate.box.left - cell.box.left) < near;
      const bool right = std::abs(candidate.box.right - cell.box.right) < near;
      if (left || right) return &candidate;
    }
    return nullptr;
  }

  /// A label, or the sender's line above the window.
  bool is_part_of_form(const Cell& cell) const {
    const std::string_view text = layout_.cell_text(cell);
    if (text.back() == ':') return true;
    return has_sender_line_ && cell.box == sender_line_;
  }

  void place_block(const Cell& top, float line) {
    const float height = page_height();
    const bool upper = top.box.top < 0.4F * height;
    const bool under_sender = has_sender_line_ && top.box.top > sender_line_.top &&
                              top.box.top - sender_line_.bottom < 5 * line &&
                              std::abs(top.box.left - sender_line_.left) < 6 * line;
    const std::string name = squeeze(layout_.cell_text(top));
    if (has_sender_line_ && fold_letters(name) == sender_) {
      add(top, top.begin, top.end, 0.6F, 0);
    } else if (under_sender) {
      add(top, top.begin, top.end, 0, 0.7F);
    } else if (upper) {
      add(top, top.begin, top.end, 0.3F, 0.3F);
    } else {
      add(top, top.begin, top.end, 0.35F, 0.05F);
    }
  }

  void find_names_with_legal_form() {
    const float height = page_height();
    int count = 0;
    for (const Cell& cell : layout_.page_cells(0)) {
      const std::string name = squeeze(layout_.cell_text(cell));
      if (name.size() > longest_name || !has_legal_form(name) || looks_like_party(name) < 0.9F) continue;
      const bool head = cell.box.top < 0.12F * height;
      const bool foot = cell.box.top > 0.8F * height;
      add(cell, cell.begin, cell.end, head ? 0.4F : foot ? 0.5F : 0.15F, head || foot ? 0.02F : 0.15F);
      if (++count == 40) return;
    }
  }

  const Layout& layout_;
  Box sender_line_;
  std::string sender_;
  int towns_ = 0;
  bool has_sender_line_ = false;
  std::vector<PartyFound> found_;
};

}  // namespace

std::vector<PartyFound> find_parties(const Layout& layout) { return PartyFinder(layout).run(); }

}  // namespace docket::rules
