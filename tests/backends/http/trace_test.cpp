#include "backends/http/trace.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

TEST(Trace, ShowsRequestsAndRepliesButNoKey) {
  const TempDir dir;
  const auto folder = dir.path() / "trace";
  const auto trace = Trace::open(folder);
  ASSERT_TRUE(trace);
  const HttpRequest request{.url = "http://127.0.0.1/v1/messages",
                            .headers = {"Authorization: Bearer sk-1", "x-api-key: sk-2", "X-Odd-Key:sk-3",
                                        "Content-Type: application/json"},
                            .body = "{sk-4711}"};
  const std::int64_t number = (*trace)->request("far/../model", request, "sk-4711");
  (*trace)->reply(number, "far/../model", HttpReply{.status = 200, .headers = {{"x", "y"}}, .body = "yes"});
  const auto file = folder / "000001-far____model-request.txt";
  EXPECT_EQ(TempDir::read(file),
            "POST http://127.0.0.1/v1/messages\nAuthorization: (not shown)\nx-api-key: (not shown)\n"
            "X-Odd-Key: (not shown)\nContent-Type: application/json\n\n{(key removed)}\n");
  EXPECT_EQ(TempDir::read(folder / "000001-far____model-reply.txt"), "200\nx: y\n\nyes\n");
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Trace, AFailureIsAReplyToo) {
  const TempDir dir;
  const auto trace = Trace::open(dir.path());
  ASSERT_TRUE(trace);
  (*trace)->reply((*trace)->request("m", {}, ""), "m", Error{ErrorClass::transport, "broke"});
  EXPECT_EQ(TempDir::read(dir.path() / "000001-m-reply.txt"), "broke\n");
}

TEST(Trace, AFolderThatCannotBeMadeIsAnError) {
  const TempDir dir;
  const auto trace = Trace::open(dir.write("file", "x") / "below");
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error().error_class, ErrorClass::config);
  EXPECT_NE(trace.error().message.find("--trace "), std::string::npos);
}

}  // namespace
}  // namespace docket::backends
