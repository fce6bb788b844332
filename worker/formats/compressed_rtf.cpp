// A header of four numbers of four bytes (what follows it and 12, bytes unpacked, kind, checksum), then
// groups of eight tokens behind a byte that says which are references into the last 4096 bytes, and which are
// bytes.
#include "worker/formats/compressed_rtf.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace docket::worker {
namespace {

constexpr std::string_view first_words =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(first_words.size() == 207);
constexpr std::size_t header = 16, window_size = 4096;
constexpr std::uint32_t packed = 0x75465A4C, plain = 0x414C454D;
constexpr std::size_t most_bytes = std::size_t{64} << 20;

std::uint32_t number_at_offset(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string unpack_rtf(std::string_view in, std::size_t size) {
  std::array<char, window_size> window{};
  std::ranges::copy(first_words, window.begin());
  std::size_t write = first_words.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    window[write] = c;
    write = (write + 1) % window_size;
  };
  std::size_t at = 0;
  while (at < in.size() && out.size() < size) {
    const auto flags = static_cast<unsigned char>(in[at++]);
    for (int bit = 0; bit < 8 && at < in.size() && out.size() < size; ++bit) {
      if ((flags >> bit & 1) == 0) {
        put(in[at++]);
        continue;
      }
      if (at + 2 > in.size()) return out;
      const unsigned token =
          static_cast<unsigned char>(in[at]) << 8U | static_cast<unsigned char>(in[at + 1]);
      at += 2;
      const std::size_t from = token >> 4;
      if (from == write) return out;  // The end.
      for (std::size_t i = 0; i < (token & 15) + 2; ++i)
        put(window[(from + i) % window_size]);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> decompressed_rtf(std::string_view bytes) {
  if (bytes.size() < header) return std::nullopt;
  const std::size_t size = std::min<std::size_t>(number_at_offset(bytes, 4), most_bytes);
  const std::uint32_t kind = number_at_offset(bytes, 8);
  const std::string_view body = bytes.substr(header);
  if (kind == plain) return std::string(body.substr(0, size));
  if (kind != packed) return std::nullopt;
  return unpack_rtf(body, size);
}

}  // namespace docket::worker
