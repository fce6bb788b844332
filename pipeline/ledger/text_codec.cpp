#include "pipeline/ledger/text_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "pipeline/support/digest.h"

namespace docket {
namespace {

constexpr std::uint64_t plain = 1, with_confidence = 2;  ///< Formats of pages,
constexpr std::uint64_t with_language = 4;               ///< and what a text has beside them.

using Sides = std::array<std::uint32_t, 4>;

Sides sides(const Box& box) {
  return {std::bit_cast<std::uint32_t>(box.left), std::bit_cast<std::uint32_t>(box.top),
          std::bit_cast<std::uint32_t>(box.right), std::bit_cast<std::uint32_t>(box.bottom)};
}

Box to_box(const Sides& sides) {
  return {std::bit_cast<float>(sides[0]), std::bit_cast<float>(sides[1]), std::bit_cast<float>(sides[2]),
          std::bit_cast<float>(sides[3])};
}

/// Numbers that are near have the high bits in common; swapped, what differs is a small number.
std::uint32_t swapped(std::uint32_t bits) { return __builtin_bswap32(bits); }

/// Writes at `to`, which has room; returns the end.
char* put_count(char* to, std::uint64_t count) {
  while (count >= 0x80) {
    *to++ = static_cast<char>(count | 0x80);
    count >>= 7;
  }
  *to++ = static_cast<char>(count);
  return to;
}

void put_count(std::string& bytes, std::uint64_t count) {
  std::array<char, 10> room;
  bytes.append(room.data(), put_count(room.data(), count));
}

void put_float(std::string& bytes, float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>(bits >> shift);
}

void put_text(std::string& bytes, const Page& page) {
  put_float(bytes, page.width);
  put_float(bytes, page.height);
  put_count(bytes, page.text.size());
}

void put_words(std::string& bytes, const Page& page, std::uint64_t format) {
  put_count(bytes, page.words.size());
  Sides before{};
  std::uint32_t end = 0;
  std::array<char, 6 * 5> room;  // Six numbers of 32 bits.
  for (const Word& word : page.words) {
    char* to = put_count(room.data(), word.offset - end);  // Modulo 2^32, should words not be in order.
    to = put_count(to, word.length);
    end = word.offset + word.length;
    const Sides now = sides(word.box);
    for (std::size_t i = 0; i < now.size(); ++i)
      to = put_count(to, swapped(now[i] ^ before[i]));
    before = now;
    bytes.append(room.data(), to);
  }
  if (format == plain) return;
  put_count(bytes, page.confidence.size());
  bytes.append(page.confidence.begin(), page.confidence.end());
}

/// Takes values from the front; once something is missing `ok` is false and all values are 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

  std::uint64_t count() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }

  std::uint32_t number() {
    const std::uint64_t value = count();
    if (value > std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(fail());
    return static_cast<std::uint32_t>(value);
  }

  float real() {
    if (bytes_.size() < 4) return static_cast<float>(fail());
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
      bits |= std::uint32_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    bytes_.remove_prefix(4);
    return std::bit_cast<float>(bits);
  }

  std::string_view bytes(std::uint64_t length) {
    if (length > bytes_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return taken;
  }

  std::uint64_t fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

/// A count of things that take at least `least` bytes each: a larger one than fits is no count.
std::size_t count_of(Reader& reader, std::size_t least) {
  const std::uint64_t count = reader.count();
  return count > reader.left() / least ? reader.fail() : count;
}

Page take_page(Reader& reader, std::uint64_t format) {
  Page page;
  page.width = reader.real();
  page.height = reader.real();
  page.text = reader.bytes(reader.count());
  page.words.resize(count_of(reader, 6));
  Sides before{};
  std::uint32_t end = 0;
  for (Word& word : page.words) {
    word.offset = end + reader.number();
    word.length = reader.number();
    end = word.offset + word.length;
    for (std::uint32_t& side : before)
      side ^= swapped(reader.number());
    word.box = to_box(before);
    if (!reader.ok() || word.offset > page.text.size() || word.length > page.text.size() - word.offset) {
      reader.fail();
      break;
    }
  }
  if (format == plain) return page;
  const std::string_view confidence = reader.bytes(reader.count());
  page.confidence.assign(confidence.begin(), confidence.end());
  if (!confidence.empty() && confidence.size() != page.words.size()) reader.fail();
  return page;
}

}  // namespace

void encode_text(const Text& text, const TakePiece& take) {
  std::string bytes;
  const bool was_seen = std::ranges::any_of(text.pages, [](const Page& p) { return !p.confidence.empty(); });
  const std::uint64_t format = was_seen ? with_confidence : plain;
  put_count(bytes, text.language.empty() ? format : format | with_language);
  if (!text.language.empty()) {
    put_count(bytes, text.language.size());
    bytes += text.language;
  }
  put_count(bytes, text.pages.size());
  constexpr std::size_t copied = std::size_t{1} << 16;
  for (const Page& page : text.pages) {
    put_text(bytes, page);
    if (page.text.size() <= copied) {
      bytes += page.text;
    } else {
      if (!take(bytes) || !take(page.text)) return;
      bytes.clear();
    }
    put_words(bytes, page, format);
    if (!take(bytes)) return;
    bytes.clear();
  }
  if (!bytes.empty()) take(bytes);
}

std::string encode_text(const Text& text) {
  std::string bytes;
  encode_text(text, [&](std::string_view piece) {
    bytes += piece;
    return true;
  });
  return bytes;
}

std::string text_digest(const Text& text) {
  Sha256 digest;
  encode_text(text, [&](std::string_view piece) {
    digest.add(piece);
    return true;
  });
  return digest.short_hex();
}

std::shared_ptr<const Text> decode_text(std::string_view bytes) {
  TextDecoder decoder;
  decoder.add(bytes);
  return decoder.end();
}

void TextDecoder::add(std::string_view piece) {
  if (!rest_.empty()) {
    rest_ += piece;
    if (rest_.size() >= enough_) rest_.erase(0, take_pages(rest_));
  } else {
    rest_ = piece.substr(take_pages(piece));
  }
}

std::shared_ptr<const Text> TextDecoder::end() {
  const bool is_all = take_pages(rest_) == rest_.size() && has_begun_ && !is_none_ && missing_ == 0;
  return is_all ? std::make_shared<const Text>(std::move(text_)) : nullptr;
}

/// Takes what is complete; how many bytes that were. The first page that is not is tried again with twice as
/// much, so that a long one is not read over and over.
std::size_t TextDecoder::take_pages(std::string_view bytes) {
  Reader reader(bytes);
  if (!has_begun_) {
    const std::uint64_t format = reader.count();
    format_ = format & ~with_language;
    if (format != format_) text_.language = reader.bytes(reader.count());
    missing_ = reader.count();
    has_begun_ = reader.ok();
    is_none_ = has_begun_ && format_ != plain && format_ != with_confidence;
  }
  std::size_t taken = has_begun_ ? bytes.size() - reader.left() : 0;
  for (; reader.ok() && !is_none_ && missing_ > 0; --missing_) {
    Page page = take_page(reader, format_);
    if (!reader.ok()) break;
    text_.pages.push_back(std::move(page));
    taken = bytes.size() - reader.left();
  }
  enough_ = 2 * (bytes.size() - taken);
  return taken;
}

}  // namespace docket
