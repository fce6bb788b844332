#include "worker/formats/tnef.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace docket::worker {
namespace {

std::string little_endian(std::uint32_t value, int bytes = 4) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * i & 0xFF);
  return out;
}

std::string attribute(std::uint32_t id, const std::string& data) {
  return '\2' + little_endian(id) + little_endian(static_cast<std::uint32_t>(data.size())) + data +
         little_endian(0, 2);
}

/// One property of a text in UTF-16: the long name.
std::string long_name(const std::string& ascii) {
  std::string wide;
  for (const char c : ascii + '\0')
    (wide += c) += '\0';
  std::string padding((4 - wide.size() % 4) % 4, '\0');
  return little_endian(2) + little_endian(0x37050003) + little_endian(1) + little_endian(0x3707001F) +
         little_endian(1) + little_endian(static_cast<std::uint32_t>(wide.size())) + wide + padding;
}

const std::string winmail =
    "\x78\x9F\x3E\x22" + little_endian(1, 2) + attribute(0x00089006, little_endian(0x10000)) +
    attribute(0x00069002, std::string(14, '\0')) + attribute(0x00018010, std::string("SHORT~1.PDF\0", 12)) +
    attribute(0x0006800F, "one") + attribute(0x00069005, long_name("a long name.pdf")) +
    attribute(0x00069002, std::string(14, '\0')) + attribute(0x00018010, std::string("b.txt\0", 6)) +
    attribute(0x0006800F, "two");

TEST(Tnef, HasFiles) {
  const std::vector<TnefFile> files = files_in_tnef(winmail);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "a long name.pdf");
  EXPECT_EQ(files[0].content, "one");
  EXPECT_EQ(files[1].name, "b.txt");
  EXPECT_EQ(files[1].content, "two");
}

TEST(Tnef, MayBeCutAnywhere) {
  EXPECT_TRUE(files_in_tnef("").empty());
  EXPECT_TRUE(files_in_tnef("no such thing").empty());
  for (std::size_t size = 0; size < winmail.size(); ++size)
    EXPECT_LE(files_in_tnef(winmail.substr(0, size)).size(), 2U);
}

}  // namespace
}  // namespace docket::worker
