#include "pipeline/run/inputs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stop_token>
#include <thread>

#include "tests/temp_dir.h"

namespace docket {
namespace {

using Paths = std::vector<std::string>;

struct Listing {
  Paths paths;
  Paths problems;
  Paths left_out;
};

Listing list(const TempDir& dir, Paths sources, char separator = '\n', Paths exclude = {},
             bool empty_is_odd = true) {
  Listing listing;
  const auto below = [&](std::string text) {
    const std::string folder = dir.path().string() + "/";
    for (std::size_t at; (at = text.find(folder)) != std::string::npos;)
      text.erase(at, folder.size());
    return text;
  };
  Inputs inputs(
      {std::move(sources), dir.path(), dir.path(), dir.path() / "out", empty_is_odd, separator,
       LetterCase::ignored, std::move(exclude)},
      [&](const std::string& problem) { listing.problems.push_back(below(problem)); },
      [&](const std::string& file) { listing.left_out.push_back(below(file)); });
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
  EXPECT_EQ(list(dir, {"-"}).paths, letter);
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

TEST(Inputs, WhatIsNotThereIsAProblemAndTheRestIsListed) {
  const TempDir dir;
  dir.write("in/a.pdf", "x");
  std::filesystem::create_directory(dir.path() / "mount");
  std::filesystem::create_directory(dir.path() / "mount/lost+found");
  std::filesystem::create_symlink("nowhere", dir.path() / "in/dead.pdf");
  ASSERT_EQ(mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  const Listing listing = list(dir, {"inn", "inn/**/*.pdf", "in/*.doc", "in/b.pdf", "in/a.pdf/x", "pipe",
                                     "mount", "mount/*.pdf", "in"});
  EXPECT_EQ(listing.paths, Paths{"in/a.pdf"});
  const std::string empty =
      "the folder mount is empty; if that may be, set `input: {may_be_empty: true}` in the pipeline";
  EXPECT_EQ(
      listing.problems,
      (Paths{"inn does not exist, did you mean 'in'?", "the folder inn does not exist, did you mean 'in'?",
             "in/b.pdf does not exist", "in/a.pdf/x does not exist", "pipe is a named pipe, not a file",
             empty, empty, "in/dead.pdf is a link to nowhere, where there is no file"}));
}

TEST(Inputs, NoFileAtAllIsAProblemUnlessItMayBe) {
  const TempDir dir;
  dir.write("in/a.pdf", "x");
  const StandardInput nothing("");
  for (const Paths& sources : {Paths{"in/*.doc"}, Paths{"-"}, Paths{"in/*.doc", "in/x/../*.txt"}}) {
    EXPECT_EQ(list(dir, sources).problems.size(), 1U) << sources[0];
    EXPECT_EQ(list(dir, sources, '\n', {}, false).problems, Paths()) << sources[0];
  }
  EXPECT_EQ(list(dir, {"gone"}, '\n', {}, false).problems, Paths{"gone does not exist"})
      << "what may be empty is there";
  EXPECT_EQ(list(dir, {"in/*.doc", "in/*.pdf"}).problems, Paths());
}

TEST(Inputs, AListNamesFiles) {
  const TempDir dir;
  dir.write("in/a.pdf", "x");
  const StandardInput names("in/a.pdf\nin\nin/b.pdf\n");
  const Listing listing = list(dir, {"-"});
  EXPECT_EQ(listing.paths, Paths{"in/a.pdf"});
  EXPECT_EQ(listing.problems, (Paths{"in is a folder, not a file", "in/b.pdf does not exist"}));
}

TEST(Inputs, FilesOfTheSystemAreDocumentsOnlyByTheirExactNames) {
  const TempDir dir;
  for (const char* name : {"in/a.pdf", "in/Thumbs.db", "in/b.pdf.PART", "in/@eaDir/a.pdf", "in/~$a.docx"})
    dir.write(name, "x");
  const Listing listing = list(dir, {"in/**"});
  EXPECT_EQ(listing.paths, Paths{"in/a.pdf"});
  EXPECT_EQ(listing.left_out, (Paths{"in/@eaDir", "in/Thumbs.db", "in/b.pdf.PART", "in/~$a.docx"}));
  EXPECT_EQ(list(dir, {"in/b.pdf.PART", "in/@eaDir"}).paths, (Paths{"in/b.pdf.PART", "in/@eaDir/a.pdf"}));
}

TEST(Inputs, WhatIsExcludedIsNoDocumentHoweverItIsNamed) {
  const TempDir dir;
  for (const char* name : {"in/a.pdf", "in/drafts/b.pdf", "in/drafts/x/c.pdf", "in/d.bak", "in/e.pdf"})
    dir.write(name, "x");
  const Paths exclude = {"./in/drafts/", "*.bak", dir.path() / "in/e.*"};
  EXPECT_EQ(list(dir, {"in"}, '\n', exclude).paths, Paths{"in/a.pdf"});
  EXPECT_EQ(list(dir, {"in/drafts/x", "in/drafts/**", "in/e.pdf", "in/a.pdf"}, '\n', exclude).paths,
            Paths{"in/a.pdf"});
  const StandardInput names("in/drafts/x/c.pdf\nin/d.bak\nin/a.pdf\n");
  const Listing listing = list(dir, {"-"}, '\n', exclude);
  EXPECT_EQ(listing.paths, Paths{"in/a.pdf"});
  EXPECT_EQ(listing.left_out, (Paths{"in/drafts/x/c.pdf", "in/d.bak"}));
  EXPECT_EQ(list(dir, {"in"}, '\n', {"in/**"}).problems.size(), 1U);
}

TEST(Inputs, SaysWhatAPersonHasMistyped) {
  const TempDir dir;
  dir.write("in/a.pdf", "x");
  std::filesystem::create_directory(dir.path() / "empty");
  const auto mistake = [&](const Paths& sources, bool empty_is_odd = true) {
    const auto error = mistyped({sources,
                                 dir.path(),
                                 dir.path(),
                                 dir.path() / "out",
                                 empty_is_odd,
                                 '\n',
                                 LetterCase::ignored,
                                 {"*.bak"}},
                                {});
    return error ? error->message : "";
  };
  for (const char* right : {"in", "in/", "./in/a.pdf", "in/*.pdf", "**/a.pdf", "empty", "-"})
    EXPECT_EQ(mistake({right}), "") << right;
  EXPECT_EQ(mistake({"in", "inn"}), "inn does not exist, did you mean 'in'?");
  EXPECT_EQ(mistake({"in/a.pfd"}), "in/a.pfd does not exist, did you mean 'in/a.pdf'?");
  EXPECT_EQ(mistake({"in/*.doc"}), "no file matches in/*.doc");
  EXPECT_EQ(mistake({"in/*.doc"}, false), "") << "an inbox that may be empty";
  EXPECT_EQ(mistake({"out.bak"}), "out.bak is left out by `input.exclude` of the pipeline");
  EXPECT_EQ(mistake({"/dev/null"}), "/dev/null is a device, not a file");
  EXPECT_TRUE(mistake(Paths(12, "gone")).ends_with("; and 2 more"));
}

TEST(Inputs, ANameWithTheCharactersOfAPatternIsAFileIfThereIsOne) {
  const TempDir dir;
  dir.write("a[1].pdf", "x");
  dir.write("[x]/b.pdf", "x");
  EXPECT_EQ(list(dir, {"a[1].pdf", "[x]"}).paths, (Paths{"a[1].pdf", "[x]/b.pdf"}));
}

TEST(Inputs, ReadsAListFromStandardInput) {
  const TempDir dir;
  for (const char* name : {"b.txt", "a b.txt", "no end", "line\nbreak", "x"})
    dir.write(name, "x");
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
