#include "pipeline/support/file_stamp.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "pipeline/support/digest.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

TEST(FileStamp, IsTheSameUntilTheFileIsWritten) {
  const TempDir dir;
  const auto file = dir.write("a", "one");
  const auto first = stamp_of(file);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 3);
  EXPECT_EQ(*stamp_of(file), *first);
  dir.write("a", "three");
  EXPECT_NE(*stamp_of(file), *first);
}

TEST(FileStamp, IdentityIsTheHashOfTheContent) {
  const TempDir dir;
  const std::string content(200'000, 'x');
  const auto identity = identify(dir.write("a", content));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->sha256, sha256_hex(content));
  EXPECT_EQ(identity->stamp.size, 200'000);
}

// Another write within the same tick of the clock would leave size and times as they are.
TEST(FileStamp, OfAFileThatHasJustBeenWrittenIsNotTrusted) {
  const TempDir dir;
  const auto file = dir.write("a", "one");
  EXPECT_FALSE(identify(file)->stamp.known());
  timespec now{};
  do {
    clock_gettime(CLOCK_REALTIME, &now);
  } while (now.tv_sec * 1'000'000'000 + now.tv_nsec - stamp_of(file)->ctime_ns < 25'000'000);
  EXPECT_TRUE(identify(file)->stamp.known());
  EXPECT_EQ(identify(file)->stamp, *stamp_of(file));
}

TEST(FileStamp, SaysWhyThereIsNone) {
  const TempDir dir;
  const std::string missing = (dir.path() / "missing").string();
  EXPECT_EQ(stamp_of(missing).error(),
            (Error{ErrorClass::unreadable, "cannot read " + missing + ": No such file or directory"}));
  EXPECT_EQ(identify(missing).error().message, "cannot read " + missing + ": No such file or directory");
  EXPECT_EQ(stamp_of(dir.path()).error().message,
            "cannot read " + dir.path().string() + ": not a regular file");
  const std::string pipe = (dir.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(identify(pipe).error().message, "cannot read " + pipe + ": not a regular file");
}

}  // namespace
}  // namespace docket
