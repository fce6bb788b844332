#include "backends/calls/text_index.h"

#include <bit>
#include <utility>

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
  if (text.size() < length_) return;
  grow(text.size());
  for (std::size_t at = 0; at + length_ <= text.size(); ++at) {
    const std::uint64_t piece = number(text.substr(at, length_));
    std::uint64_t& place = table_[place_of(piece)];
    if (place == 0) ++count_;
    place = piece;
  }
}

void TextPieces::grow(std::size_t more) {
  if (table_.size() >= 2 * (count_ + more)) return;
  const std::vector<std::uint64_t> old = std::move(table_);
  table_.assign(std::bit_ceil(4 * (count_ + more)), 0);
  for (const std::uint64_t piece : old)
    if (piece != 0) table_[place_of(piece)] = piece;
}

bool TextPieces::has(std::string_view piece) const {
  return !table_.empty() && table_[place_of(number(piece))] != 0;
}

/// Where it stands, or would.
std::size_t TextPieces::place_of(std::uint64_t number) const {
  const std::size_t last = table_.size() - 1;
  std::size_t place = (number * 0x9E3779B97F4A7C15U >> 20U) & last;
  while (table_[place] != 0 && table_[place] != number)
    place = (place + 1) & last;
  return place;
}

std::uint64_t TextPieces::number(std::string_view piece) {
  std::uint64_t number = 0;
  for (const char c : piece)
    number = (number << 8U) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace docket::backends
