// A winmail.dat is a signature, a key, and attributes: level (1 byte), id (4), length (4), data, checksum
// (2). Of each attachment there are, in this order: attAttachRendData, attAttachTitle, attAttachData, and
// attAttachment, a list of MAPI properties with its long name.
#include "worker/formats/tnef.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

constexpr std::string_view signature = "\x78\x9F\x3E\x22";
constexpr std::uint32_t rendering = 0x00069002, title = 0x00018010, data = 0x0006800F,
                        properties = 0x00069005;
constexpr std::uint32_t long_file_name = 0x3707, transport_name = 0x370C;
constexpr std::size_t most_files = 10'000;

/// Takes numbers and bytes off the front; what is not there is zero, and `good` false.
struct Little {
  std::string_view rest;
  bool good = true;
  std::uint32_t number(std::size_t size) {
    const std::string_view taken = bytes(size);
    std::uint32_t value = 0;
    for (std::size_t i = taken.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(taken[i]);
    return value;
  }
  std::string_view bytes(std::size_t size) {
    if (size > rest.size()) good = false;
    if (!good) return {};
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
};

std::string text_of(std::string_view bytes, bool is_wide) {
  constexpr std::string_view wide_end("\0\0", 2);
  if (!is_wide) bytes = bytes.substr(0, bytes.find('\0'));
  while (is_wide && bytes.ends_with(wide_end))
    bytes.remove_suffix(wide_end.size());
  const auto decoded = decode_text_as(bytes, is_wide ? "UTF-16LE" : "");
  std::string text = decoded ? decoded->utf8 : std::string();
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::size_t size_of(std::uint32_t type) {
  switch (type) {
    case 0x0002:
    case 0x000B:
    case 0x0003:
    case 0x0004:
    case 0x000A:
      return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:
      return 16;
    default:
      return 0;
  }
}

/// The name among the properties; empty: there is none, or something before it is of an unknown kind.
std::string long_name(std::string_view list) {
  Little in{list};
  for (std::uint32_t left = in.number(4); left > 0 && in.good; --left) {
    const std::uint32_t tag = in.number(4);
    const std::uint32_t type = tag & 0x0FFF, id = tag >> 16;
    if (id >= 0x8000) {  // With the name of the property.
      in.bytes(16);
      if (in.number(4) == 0)
        in.bytes(4);
      else
        in.bytes((in.number(4) + std::size_t{3}) / 4 * 4);
    }
    const bool is_many = (tag & 0x1000) != 0;
    const std::size_t fixed = size_of(type);
    std::uint32_t count = fixed == 0 || is_many ? in.number(4) : 1;
    for (; count > 0 && in.good; --count) {
      if (fixed > 0) {
        in.bytes(fixed);
        continue;
      }
      const std::size_t length = in.number(4);
      const std::string_view value = in.bytes(length);
      in.bytes(in.good ? (4 - length % 4) % 4 : 0);
      const bool is_text = type == 0x001E || type == 0x001F;
      if (is_text && (id == long_file_name || id == transport_name)) return text_of(value, type == 0x001F);
    }
  }
  return {};
}

}  // namespace

std::vector<TnefFile> files_in_tnef(std::string_view bytes) {
  std::vector<TnefFile> files;
  Little in{bytes};
  if (in.bytes(4) != signature) return files;
  in.number(2);
  while (in.good && !in.rest.empty() && files.size() < most_files) {
    in.number(1);
    const std::uint32_t id = in.number(4);
    const std::string_view value = in.bytes(in.number(4));
    in.number(2);
    if (id == rendering) files.emplace_back();
    if (files.empty()) continue;
    if (id == title) files.back().name = text_of(value, false);
    if (id == data) files.back().content = value;
    if (id == properties)
      if (std::string name = long_name(value); !name.empty()) files.back().name = std::move(name);
  }
  return files;
}

}  // namespace docket::worker
