#include "pipeline/run/lines_file.h"

#include <gtest/gtest.h>

#include "tests/temp_dir.h"

namespace docket {
namespace {

std::unique_ptr<Output> output_in(const TempDir& dir) {
  auto opened = Output::open(dir.path() / "out");
  return std::move(std::get<std::unique_ptr<Output>>(opened));
}

TEST(LinesFile, IsThereWhenItIsWhole) {
  const TempDir dir;
  const auto output = output_in(dir);
  {
    LinesFile lines(*output, calls_file);
    lines.add("{}");
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "out/calls.jsonl"));
    const std::string long_line(3 << 20, 'x');
    lines.add(long_line);
    EXPECT_EQ(*lines.finish(), 3 + (3 << 20) + 1);
    EXPECT_EQ(TempDir::read(dir.path() / "out/calls.jsonl"), "{}\n" + long_line + "\n");
  }
  LinesFile empty(*output, calls_file);
  EXPECT_EQ(*empty.finish(), 0);
  EXPECT_EQ(TempDir::read(dir.path() / "out/calls.jsonl"), "");
}

TEST(LinesFile, WithoutItsEndTheOneBeforeStays) {
  const TempDir dir;
  const auto output = output_in(dir);
  dir.write("out/calls.jsonl", "before\n");
  { LinesFile(*output, calls_file).add("{}"); }
  EXPECT_EQ(TempDir::read(dir.path() / "out/calls.jsonl"), "before\n");
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

TEST(LinesFile, SaysWhatWentWrong) {
  const TempDir dir;
  const auto output = output_in(dir);
  dir.write("out/calls.jsonl/in the way", "");
  LinesFile lines(*output, calls_file);
  lines.add("{}");
  const auto written = lines.finish();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().error_class, ErrorClass::output);
  EXPECT_NE(written.error().message.find("calls.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace docket
