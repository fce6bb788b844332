#include "backends/http/trace.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

std::shared_ptr<const Secrets> secrets(const std::vector<std::string>& all) {
  return std::make_shared<const Secrets>(all);
}

TEST(Trace, ShowsRequestsAndRepliesButNoKey) {
  const TempDir dir;
  const auto folder = dir.path() / "trace";
  const auto trace = Trace::open(folder, secrets({"sk-4711", "sk-0815"}));
  ASSERT_TRUE(trace);
  const HttpRequest request{.url = "http://127.0.0.1/v1/messages",
                            .headers = {"Authorization: Bearer sk-1", "x-api-key: sk-2", "X-Odd-Key:sk-3",
                                        "Content-Type: application/json"},
                            .body = "{sk-4711, sk\\u002d0815}"};
  const std::int64_t number = (*trace)->request("far/../model", request);
  (*trace)->reply(number, "far/../model",
                  HttpReply{.status = 200, .headers = {{"x", "y"}}, .body = "yes %73k-0815"});
  const auto file = folder / "000001-far____model-request.txt";
  EXPECT_EQ(TempDir::read(file),
            "POST http://127.0.0.1/v1/messages\nAuthorization: (not shown)\nx-api-key: (not shown)\n"
            "X-Odd-Key: (not shown)\nContent-Type: application/json\n\n{(key removed), (key removed)}\n");
  EXPECT_EQ(TempDir::read(folder / "000001-far____model-reply.txt"), "200\nx: y\n\nyes (key removed)\n");
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Trace, AFailureIsAReplyToo) {
  const TempDir dir;
  const auto trace = Trace::open(dir.path(), secrets({}));
  ASSERT_TRUE(trace);
  (*trace)->reply((*trace)->request("m", {}), "m", Error{ErrorClass::transport, "broke"});
  EXPECT_EQ(TempDir::read(dir.path() / "000001-m-reply.txt"), "broke\n");
}

TEST(Trace, AFolderThatCannotBeMadeIsAnError) {
  const TempDir dir;
  const auto trace = Trace::open(dir.write("file", "x") / "below", secrets({}));
  ASSERT_FALSE(trace);
  EXPECT_EQ(trace.error().error_class, ErrorClass::config);
  EXPECT_NE(trace.error().message.find("--trace "), std::string::npos);
}

}  // namespace
}  // namespace docket::backends
