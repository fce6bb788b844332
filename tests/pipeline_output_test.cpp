#include <gtest/gtest.h>

#include <set>

#include "pipeline/output.h"
#include "pipeline/results.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

std::unique_ptr<Output> open(const std::filesystem::path& folder) {
  auto opened = Output::open(folder);
  if (auto* failure = std::get_if<Output::Failure>(&opened)) {
    ADD_FAILURE() << failure->error.message;
    return nullptr;
  }
  return std::move(std::get<std::unique_ptr<Output>>(opened));
}

TEST(OutputName, IsThePathWhereThatIsANameOfItsOwn) {
  const struct {
    const char* path;
    const char* name;
  } rows[] = {
      {"inbox/a.pdf", "inbox/a.pdf"},
      {"/srv/a.pdf", "_root/srv/a.pdf"},
      {"_root/srv/a.pdf", "__root/srv/a.pdf"},
      {"__root/a", "___root/a"},
      {"root/a", "root/a"},
      {"report", "_report"},
      {"_report", "__report"},
      {"report/a", "report/a"},
      {"x/report", "x/report"},
      {".docket/a", "_.docket/a"},
      {"a.json/b", "a.json_/b"},
      {"a.json_/b", "a.json__/b"},
      {"a.words.json/b", "a.words.json_/b"},
      {"a.json", "a.json"},
      {"a.words", "a.words_"},
      {"a.words_", "a.words__"},
      {"a", "a"},
      {"results.jsonl/a", "results.jsonl_/a"},
  };
  std::set<std::string> names;
  for (const auto& row : rows) {
    EXPECT_EQ(output_name(row.path), row.name) << row.path;
    EXPECT_TRUE(names.insert(output_name(row.path)).second) << row.path << " collides";
  }
}

TEST(OutputName, OfAVeryLongComponentIsCutAndKeptApart) {
  const std::string a = output_name("in/" + std::string(250, 'x') + "a");
  const std::string b = output_name("in/" + std::string(250, 'x') + "b");
  EXPECT_NE(a, b);
  EXPECT_LE(a.size(), 3 + 240u);
}

TEST(OutputName, OfAComponentThatLooksCutIsNotThatOfOneThatWas) {
  std::string path = std::string(300, 'x');
  std::set<std::string> names;
  for (int i = 0; i < 4; ++i) {  // Each is named as the one before it is stored.
    const std::string name = output_name(path);
    EXPECT_LE(name.size(), 240u);
    EXPECT_TRUE(names.insert(name).second) << path;
    EXPECT_TRUE(names.insert(output_name(name + "_")).second) << path;
    path = name;
  }
  EXPECT_EQ(output_name("a~0123456789abcdef"), "a~0123456789abcdef");  // Not as long as a digest of ours.
}

TEST(Output, PutsFilesInPlaceAndReplacesThem) {
  const TempDir dir;
  const auto output = open(dir.path() / "out");
  EXPECT_FALSE(output->write("deep/er/a.json", "1"));
  EXPECT_FALSE(output->write("deep/er/a.json", "2"));
  EXPECT_EQ(TempDir::read(dir.path() / "out/deep/er/a.json"), "2");
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

TEST(Output, IsHeldByOneRunAtATime) {
  const TempDir dir;
  auto first = open(dir.path());
  const auto second = Output::open(dir.path());
  ASSERT_TRUE(std::holds_alternative<Output::Failure>(second));
  EXPECT_TRUE(std::get<Output::Failure>(second).held_by_another);
  first.reset();
  EXPECT_NE(open(dir.path()), nullptr);
}

TEST(Output, SaysWhatCannotBeWrittenAndLeavesNothing) {
  const TempDir dir;
  dir.write("file", "");
  const auto blocked = Output::open(dir.path() / "file");
  ASSERT_TRUE(std::holds_alternative<Output::Failure>(blocked));
  EXPECT_NE(std::get<Output::Failure>(blocked).error.message.find("Not a directory"), std::string::npos);

  const auto output = open(dir.path());
  std::filesystem::create_directories(dir.path() / "a.json/x");
  const std::optional<Error> error = output->write("a.json", "1");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_class, ErrorClass::output);
  EXPECT_EQ(error->message, "cannot write " + (dir.path() / "a.json").string() + ": Is a directory");
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

TEST(Output, EmptiesWhatAKilledRunLeft) {
  const TempDir dir;
  dir.write(".docket/tmp/17", "half a rec");
  const auto output = open(dir.path());
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

TEST(Results, StandInTheOrderOfTheInput) {
  const TempDir dir;
  const auto output = open(dir.path());
  Results results(*output);
  std::string expected;
  constexpr std::size_t documents = 10'000;
  for (std::size_t i = 0; i < documents; ++i) {
    const std::size_t number = (i * 7919) % documents;  // 7919 and 10,000 have no common factor.
    if (number % 10 == 3) continue;                     // A cancelled document has no line.
    EXPECT_FALSE(results.add(number, "line " + std::to_string(number)));
  }
  for (std::size_t number = 0; number < documents; ++number) {
    if (number % 10 != 3) expected += "line " + std::to_string(number) + "\n";
  }
  EXPECT_FALSE(results.finish());
  EXPECT_EQ(TempDir::read(dir.path() / "results.jsonl"), expected);
}

TEST(Results, OfNoDocumentIsAnEmptyFile) {
  const TempDir dir;
  const auto output = open(dir.path());
  EXPECT_FALSE(Results(*output).finish());
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "results.jsonl"));
  EXPECT_EQ(TempDir::read(dir.path() / "results.jsonl"), "");
}

}  // namespace
}  // namespace docket
