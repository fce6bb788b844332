#include "pipeline/run/output.h"

#include <gtest/gtest.h>

#include <set>

#include "pipeline/ledger/ledger.h"
#include "pipeline/run/results.h"
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
  EXPECT_NE(std::get<Output::Failure>(blocked).error.message.find("is a file"), std::string::npos);

  const auto output = open(dir.path());
  std::filesystem::create_directories(dir.path() / "a.json/x");
  const std::optional<Output::Unwritten> failed = output->write("a.json", "1");
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->for_all);
  EXPECT_EQ(failed->error.error_class, ErrorClass::output);
  EXPECT_EQ(failed->error.message, "cannot write " + (dir.path() / "a.json").string() + ": Is a directory");
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

TEST(Output, EmptiesWhatAKilledRunLeft) {
  const TempDir dir;
  dir.write(".docket/tmp/17", "half a rec");
  const auto output = open(dir.path());
  EXPECT_TRUE(std::filesystem::is_empty(output->temporary()));
}

void add_record(Ledger& ledger, const std::string& path, const std::string& record) {
  LedgerDocument document;
  document.path = path;
  ledger.document_ended(std::move(document), {}, record);
}

TEST(Results, AreAllRecordsInTheOrderOfPaths) {
  const TempDir dir;
  const auto output = open(dir.path());
  auto ledger = Ledger::open(dir.path());
  ASSERT_TRUE(ledger);
  for (const char* path : {"b", "a", "c/d", "c"})
    add_record(**ledger, path, std::string("record of ") + path);
  EXPECT_FALSE((*ledger)->flush());
  auto reading = (*ledger)->read();
  const Result<std::int64_t> written = write_results(*output, **reading);
  ASSERT_TRUE(written);
  const std::string content = TempDir::read(dir.path() / "results.jsonl");
  EXPECT_EQ(content, "record of a\nrecord of b\nrecord of c\nrecord of c/d\n");
  EXPECT_EQ(static_cast<std::size_t>(*written), content.size());
}

TEST(Results, AreKnownToBeOutdatedOnceARecordChanges) {
  const TempDir dir;
  auto ledger = Ledger::open(dir.path());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(*(*ledger)->results_bytes(), -1);
  (*ledger)->results_written(0);
  EXPECT_FALSE((*ledger)->flush());
  EXPECT_EQ(*(*ledger)->results_bytes(), 0);
  add_record(**ledger, "a", "{}");
  EXPECT_FALSE((*ledger)->flush());
  EXPECT_EQ(*(*ledger)->results_bytes(), -1);
}

TEST(Results, OfNoDocumentIsAnEmptyFile) {
  const TempDir dir;
  const auto output = open(dir.path());
  auto ledger = Ledger::open(dir.path());
  auto reading = (*ledger)->read();
  EXPECT_TRUE(write_results(*output, **reading));
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "results.jsonl"));
  EXPECT_EQ(TempDir::read(dir.path() / "results.jsonl"), "");
}

TEST(Output, TakesAFileAwayAndTheFoldersThatAreEmptyWithoutIt) {
  const TempDir dir;
  const auto output = open(dir.path());
  EXPECT_FALSE(output->write("a/b/c.json", "1"));
  EXPECT_FALSE(output->write("a/d.json", "2"));
  EXPECT_TRUE(output->holds("a/d.json", whole("2")));
  for (const char* other : {"3", "22", ""})
    EXPECT_FALSE(output->holds("a/d.json", whole(other))) << other;
  EXPECT_FALSE(output->holds("a/e.json", whole("")));
  EXPECT_FALSE(output->remove("a/b/c.json"));
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "a/b"));
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "a/d.json"));
  EXPECT_FALSE(output->remove("not/there.json"));
}

TEST(Output, WritesWhatComesInPieces) {
  const TempDir dir;
  const auto output = open(dir.path());
  const std::string longer(100'000, 'x');
  for (const std::vector<std::string>& pieces : {std::vector<std::string>{},
                                                 {""},
                                                 {"a", "", "b"},
                                                 {"a", longer, "b", longer},
                                                 {longer, longer, "c"}}) {
    std::string all;
    for (const std::string& piece : pieces)
      all += piece;
    const Pieces content = [&](const TakePiece& take) {
      for (const std::string& piece : pieces)
        if (!take(piece)) return;
    };
    std::int64_t size = -1;
    EXPECT_FALSE(output->write("a/b.txt", content, size));
    EXPECT_EQ(size, static_cast<std::int64_t>(all.size()));
    EXPECT_EQ(TempDir::read(dir.path() / "a/b.txt"), all);
    EXPECT_TRUE(output->holds("a/b.txt", content));
    EXPECT_FALSE(output->holds("a/b.txt", whole(all + "d")));
  }
}

TEST(Output, LeavesWhatIsNoFileOfItsOwn) {
  const TempDir dir;
  dir.write("elsewhere/mine", "mine");
  dir.write("out/.docket/tmp/mine", "mine");
  {
    const auto output = open(dir.path() / "out");
    std::filesystem::create_directories(dir.path() / "out/a.json/mine");
    std::filesystem::create_symlink("../elsewhere/mine", dir.path() / "out/b.json");
    std::filesystem::create_symlink("../elsewhere", dir.path() / "out/c");
    for (const char* name : {"a.json", "b.json"})
      EXPECT_FALSE(output->remove(name));
    EXPECT_FALSE(output->write("c/d.json", "1"));
    EXPECT_FALSE(output->remove("c/d.json"));
  }
  for (const char* name : {"out/a.json/mine", "out/b.json", "out/c/mine", "out/.docket/tmp/mine"})
    EXPECT_TRUE(std::filesystem::exists(dir.path() / name)) << name;
}

}  // namespace
}  // namespace docket
