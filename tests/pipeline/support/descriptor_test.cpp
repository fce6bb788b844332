#include "pipeline/support/descriptor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include "pipeline/support/event.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

bool is_open(int descriptor) { return fcntl(descriptor, F_GETFD) >= 0; }

TEST(Descriptor, IsClosedOnceWithItsLastOwner) {
  const TempDir dir;
  int number = -1;
  {
    Descriptor first = open_file(dir.path() / "a", O_WRONLY | O_CREAT);
    number = first.get();
    EXPECT_EQ(fcntl(number, F_GETFD), FD_CLOEXEC);
    const Descriptor second = std::move(first);
    EXPECT_EQ(second.get(), number);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what is left of it is the test.
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, SaysWhyThereIsNone) {
  const TempDir dir;
  EXPECT_FALSE(open_file(dir.path() / "missing", O_RDONLY));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(Descriptor().close(), 0);
  EXPECT_EQ(Descriptor(1'000'000).close(), EBADF);
}

TEST(Descriptor, WritesMoreThanAPipeTakesAtOnce) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const std::string content(1 << 20, 'x');
  std::size_t received = 0;
  std::thread reader([&, end = Descriptor(ends[0])] {
    std::array<char, 4096> block;
    for (ssize_t got = 0; (got = read(end.get(), block.data(), block.size())) > 0;)
      received += static_cast<std::size_t>(got);
  });
  {
    const Descriptor end(ends[1]);
    EXPECT_EQ(write_all(end.get(), content), 0);
  }
  reader.join();
  EXPECT_EQ(received, content.size());
  EXPECT_EQ(write_all(-1, "x"), EBADF);
}

TEST(Event, IsReadableUntilItIsCleared) {
  const Event event;
  const auto readable = [&] {
    pollfd file{event.descriptor(), POLLIN, 0};
    return poll(&file, 1, 0) == 1;
  };
  EXPECT_FALSE(readable());
  event.signal();
  event.signal();
  EXPECT_TRUE(readable());
  event.clear();
  EXPECT_FALSE(readable());
}

}  // namespace
}  // namespace docket
