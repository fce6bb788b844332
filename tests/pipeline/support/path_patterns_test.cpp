#include "pipeline/support/path_patterns.h"

#include <gtest/gtest.h>

#include "tests/temp_dir.h"

namespace docket {
namespace {

using Use = PathPatterns::Use;
using std::filesystem::create_directory_symlink;
using std::filesystem::create_symlink;

bool fits(const TempDir& dir, Use use, const std::string& pattern, const std::string& name) {
  PathPatterns patterns(dir.path(), use, LetterCase::ignored);
  const auto problem = patterns.add(pattern);
  EXPECT_FALSE(problem.has_value()) << pattern << ": " << problem.value_or("");
  return patterns.contain_named(name);
}

TEST(PathPatterns, MeanTheSameInEverySpelling) {
  const TempDir dir;
  const std::string whole = dir.path().string();
  for (const Use use : {Use::choose, Use::protect}) {
    for (const std::string& pattern : {std::string("in"),          std::string("in/"),
                                       std::string("./in"),        std::string("./in/**"),
                                       std::string("in//x/a.txt"), std::string("in/../in/**"),
                                       std::string("in/./x/"),     std::string("in/**/"),
                                       std::string("in/x"),        std::string("IN/X/A.txt"),
                                       std::string("*/x/a.txt"),   std::string("*/x"),
                                       std::string("**"),          std::string("."),
                                       std::string("./"),          std::string("/"),
                                       std::string("x"),           std::string("a.txt"),
                                       std::string("*.TXT"),       whole + "/in",
                                       whole + "/in/*/a.*",        whole + "/",
                                       whole + "/other/..//in/"}) {
      EXPECT_TRUE(fits(dir, use, pattern, "in/x/a.txt")) << pattern;
      EXPECT_TRUE(fits(dir, use, pattern, whole + "/in/x/a.txt")) << pattern;
    }
    for (const std::string& pattern : {std::string("inn"), std::string("i"), std::string("in/a.txt"),
                                       std::string("x/**"), std::string("./x/a.txt"), std::string("../in/**"),
                                       std::string("/in/**"), whole + "/x", whole + "x/**"})
      EXPECT_FALSE(fits(dir, use, pattern, "in/x/a.txt")) << pattern;
  }
}

TEST(PathPatterns, InAPolicyAFolderIsMeantWithAllBelowIt) {
  const TempDir dir;
  for (const char* pattern : {"in/h*", "*/hr", "h?", "in/*", "in/[h]r"}) {
    EXPECT_TRUE(fits(dir, Use::protect, pattern, "in/hr/old/a.txt")) << pattern;
    EXPECT_EQ(fits(dir, Use::choose, pattern, "in/hr/old/a.txt"), std::string(pattern) == "*/hr") << pattern;
  }
}

TEST(PathPatterns, KnowAFileInBothNormalFormsOfUnicode) {
  const TempDir dir;
  for (const Use use : {Use::choose, Use::protect}) {
    EXPECT_TRUE(fits(dir, use, "in/Geh\u00e4lter*", "in/Geha\u0308lter.txt"));
    EXPECT_TRUE(fits(dir, use, "Geha\u0308lter", "in/Geh\u00e4lter/a.txt"));
    EXPECT_TRUE(fits(dir, use, "in/R\u00e9sum\u00e9.txt", "in/Re\u0301sume\u0301.txt"));
  }
}

TEST(PathPatterns, InAPolicyFollowLinksOfFilesFoldersAndPatterns) {
  const TempDir dir;
  dir.write("hr/2024/a.txt", "x");
  dir.write("vault/b.txt", "x");
  dir.write("in/c.txt", "x");
  create_symlink("../hr/2024/a.txt", dir.path() / "in/letter.txt");
  create_symlink("letter.txt", dir.path() / "in/twice.txt");
  create_directory_symlink("../hr", dir.path() / "in/more");
  create_directory_symlink("vault", dir.path() / "Secret");
  for (const char* name : {"in/letter.txt", "in/twice.txt", "in/more/2024/a.txt", "hr/2024/a.txt"}) {
    for (const char* pattern : {"hr/**", "hr", "hr/*/a.txt", "./hr/2024/", "in/more", "hr/2024/a.*"})
      EXPECT_TRUE(fits(dir, Use::protect, pattern, name)) << pattern << " over " << name;
    EXPECT_FALSE(fits(dir, Use::protect, "vault", name));
  }
  EXPECT_TRUE(fits(dir, Use::protect, "in/letter.txt", "hr/2024/a.txt")) << "the pattern itself is a link";
  EXPECT_TRUE(fits(dir, Use::protect, "in/letter.txt", "in/twice.txt")) << "a link on the way";
  for (const char* pattern : {"Secret", "secret/**", "SECRET/*.txt"})
    EXPECT_TRUE(fits(dir, Use::protect, pattern, "vault/b.txt")) << pattern;
  EXPECT_FALSE(fits(dir, Use::choose, "hr/**", "in/letter.txt"));
  EXPECT_FALSE(fits(dir, Use::protect, "hr/**", "in/c.txt"));
}

TEST(PathPatterns, ThatChooseFollowTheirOwnLinksToFolders) {
  const TempDir dir;
  dir.write("hr/2024/a.txt", "x");
  create_directory_symlink("hr", dir.path() / "people");
  create_directory_symlink(".", dir.path() / "here");
  create_symlink("2024/a.txt", dir.path() / "hr/latest.txt");
  for (const char* pattern :
       {"people", "people/**", "people/2024/a.txt", "here/hr/*/a.*", "./here/people/2024/"})
    EXPECT_TRUE(fits(dir, Use::choose, pattern, "hr/2024/a.txt")) << pattern;
  EXPECT_TRUE(fits(dir, Use::choose, "people/latest.txt", "hr/latest.txt"));
  EXPECT_FALSE(fits(dir, Use::choose, "hr/latest.txt", "hr/2024/a.txt"))
      << "the link is a document of its own";
  PathPatterns through_link(dir.path() / "here", Use::choose, LetterCase::ignored);
  EXPECT_EQ(through_link.add((dir.path() / "hr/2024").string()), std::nullopt);
  EXPECT_TRUE(through_link.contain((dir.path() / "here/hr/2024/a.txt").string()));
}

TEST(PathPatterns, TellWhichOfThemMeanAFile) {
  const TempDir dir;
  PathPatterns patterns(dir.path(), Use::choose, LetterCase::ignored);
  for (const char* pattern : {"in/a.txt", "~", "*.txt", "in", "other/*", "./in/a.txt", "A.TXT", "in/**/b*"})
    patterns.add(pattern);  // One of them means nothing.
  std::vector<bool> met(8);
  EXPECT_FALSE(patterns.contain((dir.path() / "x/y.pdf").string(), met));
  EXPECT_EQ(met, std::vector<bool>(8));
  EXPECT_TRUE(patterns.contain((dir.path() / "in/a.txt").string(), met));
  EXPECT_EQ(met, (std::vector<bool>{true, false, true, true, false, true, true, false}));
  EXPECT_TRUE(patterns.contain((dir.path() / "in/x/b.pdf").string(), met));
  EXPECT_EQ(met, (std::vector<bool>{true, false, true, true, false, true, true, true}));
}

TEST(PathPatterns, BeginInTheirFolderAlsoWhereItsNameLooksLikeAPattern) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "[a]*");
  PathPatterns patterns(dir.path() / "[a]*", Use::choose, LetterCase::ignored);
  EXPECT_EQ(patterns.add("in/*.txt"), std::nullopt);
  EXPECT_TRUE(patterns.contain((dir.path() / "[a]*" / "in" / "a.txt").string()));
  EXPECT_FALSE(patterns.contain((dir.path() / "ab" / "in" / "a.txt").string()));
}

TEST(PathPatterns, MeanAFileThatIsCalledLikeAPattern) {
  const TempDir dir;
  for (const Use use : {Use::choose, Use::protect}) {
    EXPECT_TRUE(fits(dir, use, "in/a[1].txt", "in/a[1].txt"));
    EXPECT_TRUE(fits(dir, use, "a[1].txt", "in/x/a[1].txt"));
    EXPECT_TRUE(fits(dir, use, "in/[x]", "in/[x]/b.txt"));
  }
}

TEST(PathPatterns, SayWhatIsWrongWithOneThatMeansNothing) {
  PathPatterns patterns("/srv/project", Use::choose, LetterCase::ignored);
  for (const char* pattern : {"", " ", "~", "~/in/**", "../../../x", "*/../in", "in/**/.."})
    EXPECT_NE(patterns.add(pattern), std::nullopt) << pattern;
  for (const char* pattern : {"in/[]", "in/[a", "[!]"})
    EXPECT_NE(doubt_about(pattern, Use::choose), "") << pattern;
  for (const char* pattern :
       {"hr\\**", "in/a\\[1\\].txt", "{hr,pay}/**", "!public/**", "in/[x", "hr/**|pay/**", "hr/**, pay/**",
        "^hr/", "hr/.*", ".*", "in/.*/a", "hr$", "$HR/**", "in/$hr", "file:///srv/hr"})
    EXPECT_NE(doubt_about(pattern, Use::protect), "") << pattern;
  for (const char* pattern : {"hr/[\\]*", "in/a[[]1].txt", "{x}/**", "a!b", "[]]", "[!a]*", "~$*", "[$]HR/**",
                              "hr/[.]*", "hr/.git/**", "in/*.pdf", "Miller, Ann/**", "[^a]b", "a[|]b"})
    EXPECT_EQ(doubt_about(pattern, Use::protect), "") << pattern;
}

}  // namespace
}  // namespace docket
