#include "pipeline/support/byte_size.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(ByteSize, IsReadWithItsUnit) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> bytes;
  } rows[] = {{"64MiB", 67108864},      {"1GiB", 1 << 30},           {"1.5 GiB", 1610612736},
              {"512KiB", 524288},       {"2TiB", 2199023255552},     {"1kB", 1000},
              {"20MB", 20000000},       {"3GB", 3000000000},         {"0MiB", 0},
              {"64", std::nullopt},     {"64 M", std::nullopt},      {"MiB", std::nullopt},
              {"-1MiB", std::nullopt},  {"1e3MiB", std::nullopt},    {"1MiB ", std::nullopt},
              {"1  MiB", std::nullopt}, {"", std::nullopt},          {"nanMiB", std::nullopt},
              {"64mib", std::nullopt},  {"9999999TiB", std::nullopt}};
  for (const auto& row : rows)
    EXPECT_EQ(parse_byte_size(row.text), row.bytes) << row.text;
}

TEST(ByteSize, IsShownInTheLargestUnitThatIsReached) {
  EXPECT_EQ(format_byte_size(12), "12 bytes");
  EXPECT_EQ(format_byte_size(64 << 20), "64 MiB");
  EXPECT_EQ(format_byte_size(std::int64_t{3} << 29), "1.5 GiB");
  EXPECT_EQ(format_byte_size(200 << 10), "200 KiB");
  EXPECT_EQ(format_byte_size(1025), "1 KiB");
}

}  // namespace
}  // namespace docket
