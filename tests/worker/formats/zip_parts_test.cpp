#include "worker/formats/zip_parts.h"

#include <gtest/gtest.h>

#include "tests/small_zip.h"
#include "worker/formats/office.h"

namespace docket::worker {
namespace {

TEST(ZipParts, AreFoundByTheNameThatIsTold) {
  const std::string zip = small_zip({{"word\\embeddings\\a.bin", "inside"}, {"word/b.xml", "<b/>"}});
  const auto parts = ZipParts::open(zip, [](std::string_view) { return true; });
  ASSERT_TRUE(parts);
  for (const ZipEntry& entry : parts->entries()) {
    EXPECT_TRUE(parts->has(entry.name)) << entry.name;
    const auto part = read_zip_part(zip, entry.name);
    ASSERT_TRUE(part) << part.error().message;
    EXPECT_EQ(*part, *parts->part(entry.name));
  }
  EXPECT_EQ(*read_office_member(zip, "word/embeddings/a.bin"), "inside");
  EXPECT_FALSE(read_zip_part(zip, "word/c.xml"));
}

}  // namespace
}  // namespace docket::worker
