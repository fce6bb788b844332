#include "backends/extraction/missing_data.h"

#include <gtest/gtest.h>

#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

TEST(MissingData, NamesThePackage) {
  const TempDir dir;
  const std::vector<std::string> missing = missing_data(dir.path() / "poppler");
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_NE(missing[0].find("apt install poppler-data"), std::string::npos);
}

TEST(MissingData, IsNothingWhereTheDataIs) {
  const TempDir dir;
  std::filesystem::create_directories(dir.path() / "poppler/cMap");
  EXPECT_TRUE(missing_data(dir.path() / "poppler").empty());
}

}  // namespace
}  // namespace docket::backends
