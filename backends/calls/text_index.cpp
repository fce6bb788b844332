#include "backends/calls/text_index.h"

#include <algorithm>

namespace docket::backends {
namespace {

std::uint64_t edge(std::uint32_t node, char c) {
  return (static_cast<std::uint64_t>(node) << 8U) | static_cast<unsigned char>(c);
}

}  // namespace

void TextIndex::add(std::string_view text, std::size_t place) {
  if (text.empty()) return;
  std::uint32_t node = 0;
  for (const char c : text) {
    const auto [child, is_new] = children_.try_emplace(edge(node, c), nodes_);
    if (is_new) ++nodes_;
    node = child->second;
  }
  places_.try_emplace(node, place);
}

std::vector<TextIndex::Found> TextIndex::begin_at(std::string_view text, std::size_t at) const {
  std::vector<Found> found;
  std::uint32_t node = 0;
  for (std::size_t next = at; next < text.size(); ++next) {
    const auto child = children_.find(edge(node, text[next]));
    if (child == children_.end()) break;
    node = child->second;
    if (const auto place = places_.find(node); place != places_.end())
      found.push_back({next + 1 - at, place->second});
  }
  return found;
}

void TextPieces::add(std::string_view text) {
  for (std::size_t at = 0; at + length_ <= text.size(); ++at)
    pieces_.push_back(number(text.substr(at, length_)));
}

void TextPieces::sort() {
  std::ranges::sort(pieces_);
  pieces_.erase(std::unique(pieces_.begin(), pieces_.end()), pieces_.end());
}

bool TextPieces::has(std::string_view piece) const {
  return std::ranges::binary_search(pieces_, number(piece));
}

std::uint64_t TextPieces::number(std::string_view piece) {
  std::uint64_t number = 0;
  for (const char c : piece)
    number = (number << 8U) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace docket::backends
