#include "pipeline/run/inputs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stop_token>
#include <thread>

#include "tests/temp_dir.h"

namespace docket {
namespace {

using Paths = std::vector<std::string>;

struct Listing {
  Paths paths;
  Paths warnings;
};

Listing list(const TempDir& dir, Paths sources, char separator = '\n') {
  Listing listing;
  Inputs inputs({std::move(sources), dir.path(), dir.path(), dir.path() / "out", true, separator},
                [&](const std::string& warning) { listing.warnings.push_back(warning); });
  while (std::optional<Input> input = inputs.next({}))
    listing.paths.push_back(input->path);
  return listing;
}

/// Puts `text` on standard input for the time of a test.
class StandardInput {
 public:
  explicit StandardInput(std::string_view text) : saved_(dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
  }
  ~StandardInput() {
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }

 private:
  const int saved_;
};

TEST(Inputs, AFolderStandsForTheFilesBelowItInTheOrderOfTheirNames) {
  const TempDir dir;
  for (const char* name :
       {"in/b.txt", "in/a/z.txt", "in/a.txt", "in/.hidden", "in/.git/x", "out/a.txt.json"}) {
    dir.write(name, "x");
  }
  EXPECT_EQ(list(dir, {"in"}).paths, (Paths{"in/a/z.txt", "in/a.txt", "in/b.txt"}));
  EXPECT_EQ(list(dir, {"."}).paths, (Paths{"in/a/z.txt", "in/a.txt", "in/b.txt"}))
      << "the output is no input";
}

TEST(Inputs, ASecondSourceDoesNotNameAFileAgain) {
  const TempDir dir;
  for (const char* name : {"in/a.pdf", "in/b.txt"})
    dir.write(name, "x");
  EXPECT_EQ(list(dir, {"in/*.pdf", "in", "in/a.pdf", "in/**/b.*"}).paths, (Paths{"in/a.pdf", "in/b.txt"}));
}

TEST(Inputs, ASecondSourceDoesNotNameAFileAgainInAnotherSpelling) {
  const TempDir dir;
  for (const char* name : {"in/a.pdf", "in/.b/c.pdf", "in/e\u0301.pdf"})
    dir.write(name, "x");
  EXPECT_EQ(list(dir, {"./in//a.pdf", "in/../in/a.pdf", (dir.path() / "in/a.pdf").string(), "in/",
                       "in/.b/c.pdf", "in/.b/", "in/\u00e9.pdf"})
                .paths,
            (Paths{"in/a.pdf", "in/e\u0301.pdf", "in/.b/c.pdf"}));
}

TEST(Inputs, FindsANameInTheOtherNormalFormAndInOtherCapitals) {
  const TempDir dir;
  for (const char* name : {"Me\u0301moires/\u00c9te\u0301.txt", "Scans/A.PDF", "x[1]/b.pdf"})
    dir.write(name, "x");
  const Paths letter = {"Me\u0301moires/\u00c9te\u0301.txt"};
  for (const char* source :
       {"M\u00e9moires/*.txt", "M\u00e9moires/\u00c9t\u00e9.txt", "Me\u0301moires/E\u0301te\u0301.txt",
        "*/\u00c9t?.txt", "m\u00e9moires", "*/E\u0301t*"})
    EXPECT_EQ(list(dir, {source}).paths, letter) << source;
  for (const char* source : {"scans/*.pdf", "scans/a.pdf", "SCANS", "**/a.pdf", "./Scans/*.Pdf"})
    EXPECT_EQ(list(dir, {source}).paths, Paths{"Scans/A.PDF"}) << source;
  EXPECT_EQ(list(dir, {"x[[]1]/*.PDF"}).paths, Paths{"x[1]/b.pdf"});
  const StandardInput input("M\u00e9moires/\u00c9t\u00e9.txt\nmissing.txt\n");
  EXPECT_EQ(list(dir, {"-"}).paths, (Paths{letter.front(), "missing.txt"}));
}

TEST(Inputs, AFolderWhoseNameLooksLikeAPatternIsNone) {
  const TempDir outer;
  outer.write("[ab]/in/x.txt", "x");
  outer.write("a/in/y.txt", "x");
  const auto base = outer.path() / "[ab]";
  Inputs inputs({{"in/*.txt"}, base, base, base / "out"}, [](const std::string&) {});
  const auto input = inputs.next({});
  ASSERT_TRUE(input);
  EXPECT_EQ(input->path, "in/x.txt");
  EXPECT_FALSE(inputs.next({}));
}

TEST(Inputs, SaysWhenAGlobMatchesNothingAndPassesAMissingFileOn) {
  const TempDir dir;
  dir.write("in/a.pdf", "x");
  const Listing listing = list(dir, {"in/*.doc", "missing.pdf"});
  EXPECT_EQ(listing.paths, Paths{"missing.pdf"});
  ASSERT_EQ(listing.warnings.size(), 1u);
  EXPECT_EQ(listing.warnings[0], "no file matches in/*.doc");
}

TEST(Inputs, ANameWithTheCharactersOfAPatternIsAFileIfThereIsOne) {
  const TempDir dir;
  dir.write("a[1].pdf", "x");
  dir.write("[x]/b.pdf", "x");
  EXPECT_EQ(list(dir, {"a[1].pdf", "[x]"}).paths, (Paths{"a[1].pdf", "[x]/b.pdf"}));
}

TEST(Inputs, ReadsAListFromStandardInput) {
  const TempDir dir;
  {
    const StandardInput input("b.txt\r\n\na b.txt\nno end");
    EXPECT_EQ(list(dir, {"-"}).paths, (Paths{"b.txt", "a b.txt", "no end"}));
  }
  {
    const StandardInput input(std::string_view("line\nbreak\0x\0", 13));
    EXPECT_EQ(list(dir, {"-"}, '\0').paths, (Paths{"line\nbreak", "x"}));
  }
}

TEST(Inputs, AStopEndsTheWaitForStandardInput) {
  const TempDir dir;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int saved = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  std::stop_source stop;
  Inputs inputs({{"-"}, dir.path(), dir.path(), dir.path() / "out", true, '\n'}, [](const std::string&) {});
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(inputs.next(stop.get_token()), std::nullopt);
  dup2(saved, STDIN_FILENO);
  for (const int file : {ends[0], ends[1], saved})
    close(file);
}

TEST(Inputs, NamesAreUniqueWhereverAFileIs) {
  const TempDir dir;
  dir.write("project/in/a.pdf", "x");
  dir.write("in/a.pdf", "y");
  const auto project = dir.path() / "project";
  EXPECT_EQ(document_path("project/./in//a.pdf", dir.path(), project), "in/a.pdf");
  EXPECT_EQ(document_path("in/a.pdf", dir.path(), project), (dir.path() / "in/a.pdf").string())
      << "in/a.pdf already means the project's";
  EXPECT_EQ(document_path("in/b.pdf", dir.path(), project), "in/b.pdf");
  EXPECT_EQ(document_path("../x/a.pdf", dir.path() / "in", project), (dir.path() / "x/a.pdf").string());
}

}  // namespace
}  // namespace docket
