#include "backends/extraction/frame_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace docket::backends {
namespace {

std::string whole_frame(Frame kind, const std::string& body) {
  const FrameHeader header{kind, 0, body.size()};
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + body;
}

TEST(FrameReader, TakesFramesHoweverTheyArrive) {
  const std::string bytes = whole_frame(Frame::ready, "3") + whole_frame(Frame::page, "") +
                            whole_frame(Frame::answer, std::string(100, 'x'));
  for (const std::size_t step : {1, 3, 16, 17, 1000}) {
    FrameReader reader;
    std::vector<WorkerFrame> frames;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      EXPECT_TRUE(reader.add(std::string_view(bytes).substr(at, step), 100, frames));
    ASSERT_EQ(frames.size(), 3U) << step;
    EXPECT_EQ(frames[0].body, "3");
    EXPECT_EQ(frames[1].kind, Frame::page);
    EXPECT_EQ(frames[2].body, std::string(100, 'x'));
  }
}

TEST(FrameReader, ALongFrameComesAlone) {
  const std::string body(3 << 20, 'x');
  const std::string bytes =
      whole_frame(Frame::file, "f") + whole_frame(Frame::page, body) + whole_frame(Frame::answer, "a");
  FrameReader reader;
  std::vector<WorkerFrame> frames;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(reader.most_at_once(), 1 << 16);
    ASSERT_GT(size, 0U);
    EXPECT_TRUE(reader.add(std::string_view(bytes).substr(at, size), 4 << 20, frames));
    at += size;
  }
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].kind, Frame::page);
  EXPECT_EQ(frames[1].body, body);
  EXPECT_EQ(frames[2].body, "a");
}

TEST(FrameReader, RefusesALengthBeyondTheLimitBeforeTheBodyArrives) {
  FrameReader reader;
  std::vector<WorkerFrame> frames;
  const std::string bytes =
      whole_frame(Frame::ready, "3") + whole_frame(Frame::answer, std::string(101, 'x'));
  EXPECT_FALSE(reader.add(std::string_view(bytes).substr(0, 17 + 16), 100, frames));
  EXPECT_EQ(frames.size(), 1U);
}

}  // namespace
}  // namespace docket::backends
