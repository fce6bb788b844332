#include "worker/formats/compressed_rtf.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

// The examples of [MS-OXRTFCP], section 3.
const std::string hello(
    "\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32"
    "\x0a\xf3"
    "\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0",
    49);
const std::string repeated(
    "\x1a\0\0\0\x1c\0\0\0\x4c\x5a\x46\x75\xe2\xd4\x4b\x51\x41\x00\x04\x20\x57\x58\x59\x5a\x0d\x6e\x7d\x01\x0e"
    "\xb0",
    30);

TEST(CompressedRtf, IsUnpacked) {
  EXPECT_EQ(decompressed_rtf(hello), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  EXPECT_EQ(decompressed_rtf(repeated), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
  EXPECT_EQ(decompressed_rtf(std::string("\x0f\0\0\0\3\0\0\0MELA\0\0\0\0{x}", 19)), "{x}");
}

TEST(CompressedRtf, IsNothingElse) {
  EXPECT_FALSE(decompressed_rtf(""));
  EXPECT_FALSE(decompressed_rtf("{\\rtf1 hello world}"));
  for (std::size_t size = 16; size < hello.size(); ++size)
    EXPECT_LE(decompressed_rtf(hello.substr(0, size))->size(), 43U);
}

}  // namespace
}  // namespace docket::worker
