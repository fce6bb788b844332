#include "pipeline/support/base64.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Base64, IsTheStandardsExamples) {  // RFC 4648, section 10.
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, letters] : examples) {
    EXPECT_EQ(base64(bytes), letters);
    EXPECT_EQ(base64_size(std::string_view(bytes).size()), static_cast<std::int64_t>(base64(bytes).size()));
  }
  EXPECT_EQ(base64(std::string_view("\xFF\xFE\x00\xFB", 4)), "//4A+w==");
}

}  // namespace
}  // namespace docket
