#include "worker/formats/picture.h"

#include <gtest/gtest.h>

#include <string>

namespace docket::worker {
namespace {

using namespace std::string_literals;

std::string big(std::uint32_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
  return out;
}

std::string little_bytes(std::uint32_t value, int bytes) {
  const std::string out = big(value, bytes);
  return {out.rbegin(), out.rend()};
}

std::string png(std::uint32_t width, std::uint32_t height, std::uint32_t per_metre) {
  return "\x89PNG\r\n\x1a\n"s + big(13, 4) + "IHDR" + big(width, 4) + big(height, 4) + "\x08\x02\0\0\0"s +
         big(0, 4) + big(9, 4) + "pHYs" + big(per_metre, 4) + big(per_metre, 4) + "\x01" + big(0, 4) +
         big(0, 4) + "IDAT";
}

std::string segment(int marker, const std::string& body) {
  return "\xFF"s + static_cast<char>(marker) + big(static_cast<std::uint32_t>(body.size() + 2), 2) + body;
}

std::string exif(std::uint32_t orientation) {
  return "Exif\0\0II*\0"s + little_bytes(8, 4) + little_bytes(1, 2) + little_bytes(274, 2) +
         little_bytes(3, 2) + little_bytes(1, 4) + little_bytes(orientation, 4) + little_bytes(0, 4);
}

std::string jpeg(const std::string& before_frame) {
  return "\xFF\xD8"s + before_frame + segment(0xC0, "\x08"s + big(600, 2) + big(400, 2) + "\x03");
}

/// Pages of 200 dpi, one directory behind the other; the last one leads to `last`.
std::string tiff(int pages, std::uint32_t last) {
  constexpr std::uint32_t size = 2 + 4 * 12 + 4 + 8;
  std::string out = "II*\0"s + little_bytes(8, 4);
  for (int page = 0; page < pages; ++page) {
    const auto at = static_cast<std::uint32_t>(out.size());
    out += little_bytes(4, 2);
    out += little_bytes(256, 2) + little_bytes(4, 2) + little_bytes(1, 4) + little_bytes(1654, 4);
    out += little_bytes(257, 2) + little_bytes(3, 2) + little_bytes(1, 4) + little_bytes(2339, 4);
    out += little_bytes(282, 2) + little_bytes(5, 2) + little_bytes(1, 4) + little_bytes(at + size - 8, 4);
    out += little_bytes(296, 2) + little_bytes(3, 2) + little_bytes(1, 4) + little_bytes(2, 4);
    out += little_bytes(page + 1 < pages ? at + size : last, 4);
    out += little_bytes(200, 4) + little_bytes(1, 4);
  }
  return out;
}

TEST(Picture, APngSaysItsSizeAndResolution) {
  const auto frames = picture_frames(png(2480, 3508, 11811));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].width, 2480);
  EXPECT_EQ(frames[0].height, 3508);
  EXPECT_NEAR(frames[0].dpi, 300, 0.1);
}

TEST(Picture, AJpegThatLiesOnItsSideIsAPageThatStands) {
  const std::string bytes = jpeg(segment(0xE1, exif(6)));
  const auto frames = picture_frames(bytes);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].orientation, 6);
  EXPECT_EQ(frames[0].dpi, 0);
  const auto read = read_picture(bytes, "image/jpeg");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->text.pages.size(), 1U);
  EXPECT_EQ(read->text.pages[0].width, 600);  // A pixel is a point where nothing else is said.
  EXPECT_EQ(read->text.pages[0].height, 400);
}

TEST(Picture, AJpegInDotsPerCentimetre) {
  const auto frames =
      picture_frames(jpeg(segment(0xE0, "JFIF\0\x01\x02\x02"s + big(100, 2) + big(100, 2) + "\0\0"s)));
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_NEAR(frames[0].dpi, 254, 0.1);
}

TEST(Picture, ATiffHasManyPages) {
  const auto frames = picture_frames(tiff(3, 0));
  ASSERT_EQ(frames.size(), 3U);
  for (const PictureFrame& frame : frames) {
    EXPECT_EQ(frame.width, 1654);
    EXPECT_EQ(frame.height, 2339);
    EXPECT_EQ(frame.dpi, 200);
  }
}

TEST(Picture, DirectoriesInACircleEnd) { EXPECT_EQ(picture_frames(tiff(3, 8)).size(), 3U); }

TEST(Picture, WebpOfAllThreeKinds) {
  const std::string head = "RIFF"s + little_bytes(100, 4) + "WEBP";
  const std::string lossy = head + "VP8 " + little_bytes(50, 4) + "\0\0\0\x9d\x01\x2a"s +
                            little_bytes(640, 2) + little_bytes(480, 2) + "x";
  const std::string lossless =
      head + "VP8L" + little_bytes(50, 4) + "\x2f" + little_bytes(639U | 479U << 14, 4) + "xxxxxx";
  const std::string extended = head + "VP8X" + little_bytes(10, 4) + little_bytes(0, 4) +
                               little_bytes(639, 3) + little_bytes(479, 3) + "xxxxxx";
  for (const std::string& bytes : {lossy, lossless, extended}) {
    const auto frames = picture_frames(bytes);
    ASSERT_EQ(frames.size(), 1U) << bytes.substr(12, 4);
    EXPECT_EQ(frames[0].width, 640);
    EXPECT_EQ(frames[0].height, 480);
  }
}

TEST(Picture, EveryCutIsSurvivedAndNoSizeIsDamaged) {
  for (const std::string& whole : {png(10, 10, 0), jpeg(segment(0xE1, exif(3))), tiff(2, 0)}) {
    for (std::size_t length = 0; length < whole.size(); ++length)
      picture_frames(std::string_view(whole).substr(0, length));
  }
  const auto nothing = read_picture(png(0, 10, 0), "image/png");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().error_class, ErrorClass::damaged);
  EXPECT_FALSE(read_picture("GIF89a", "image/png"));
}

TEST(Picture, SurvivesEveryChangedByte) {
  for (const std::string& whole : {png(10, 10, 3000), jpeg(segment(0xE1, exif(3))), tiff(2, 0)}) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int byte : {0x00, 0x7f, 0x80, 0xff}) {
        std::string changed = whole;
        changed[i] = static_cast<char>(byte);
        for (const PictureFrame& frame : picture_frames(changed))
          EXPECT_TRUE(frame.width > 0 && frame.height > 0 && frame.orientation >= 1 &&
                      frame.orientation <= 8);
      }
    }
  }
}

}  // namespace
}  // namespace docket::worker
