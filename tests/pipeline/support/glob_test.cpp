#include "pipeline/support/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace docket {
namespace {

struct Row {
  const char* pattern;
  const char* path;
  bool fits;
};

void expect(std::initializer_list<Row> rows, Glob::Use use) {
  for (const Row& row : rows)
    EXPECT_EQ(Glob(row.pattern, use).matches(row.path), row.fits) << row.pattern << " over " << row.path;
}

constexpr std::initializer_list<Row> whatever_the_use = {
    {"*.pdf", "a.pdf", true},
    {"*.pdf", "b/a.pdf", false},
    {"*.pdf", "a.PDF", true},
    {"IN/A.pdf", "in/a.PDF", true},
    {"*Ä.txt", "xä.txt", true},
    {"[a-c]x", "BX", true},
    {"[A-C]x", "bX", true},
    {"[!a]", "A", false},
    {"ΟΔΟΣ", "οδος", true},
    {"**/*.pdf", "a.pdf", true},
    {"**/*.pdf", "x/y/a.pdf", true},
    {"in/**/*.pdf", "in/a.pdf", true},
    {"in/**/*.pdf", "inn/a.pdf", false},
    {"in/**/z/*.p?f", "in/a/b/z/q.pdf", true},
    {"in/**/z/*.p?f", "in/a/b/q.pdf", false},
    {"in/**", "in/a/b", true},
    {"in/**", "in", false},
    {"in**", "in/a/b", true},
    {"in**x", "inside/x", true},
    {"a**/b", "ab", true},
    {"a**/b", "ax/y/b", true},
    {"a**/b", "axb", false},
    {"/abs/*/x", "/abs/d/x", true},
    {"/abs/*/x", "abs/d/x", false},
    {"abs/*", "/abs/x", false},
    {"[ab]/x", "a/x", true},
    {"[ab]/x", "c/x", false},
    {"[!ab]", "c", true},
    {"[^ab]", "a", false},
    {"[a-c]", "b", true},
    {"[c-a]", "b", true},
    {"[]x]", "]", true},
    {"[a-]", "-", true},
    {"[*]", "*", true},
    {"[*]", "x", false},
    {"[a", "[a", true},
    {"\\*", "\\x", true},
    {"a+(b)|{c}.$^", "a+(b)|{c}.$^", true},
    {"a.c", "abc", false},
    {"?", "é", true},
    {"??", "é", false},
    {"[à-ü]", "é", true},
    {"*", "new\nline", true},
    {"plain.txt", "plain.txt", true},
    {"in/plain.txt", "in/plain.txt", true},
    {"", "x", false},
};

TEST(Glob, HasOneLanguageForAllUses) {
  expect(whatever_the_use, Glob::Use::list);
  expect(whatever_the_use, Glob::Use::match);
}

TEST(Glob, ListsAFileWithALeadingDotOnlyWhereThePatternHasIt) {
  expect({{"*", ".a", false},
          {"?a", ".a", false},
          {"[.]a", ".a", false},
          {"[!x]a", ".a", false},
          {".*", ".a", true},
          {"**/*.pdf", "x/.git/a.pdf", false},
          {"**", "x/.a", false},
          {"*.*", "a.b", true}},
         Glob::Use::list);
}

TEST(Glob, MatchesADocumentWithALeadingDotLikeAnyOther) {
  expect({{"*", ".a", true}, {"hr/**", "hr/.old/.a", true}, {"**/*.pdf", "x/.git/a.pdf", true}},
         Glob::Use::match);
}

/// A pattern of a policy must not match less than it did when it became a regular expression.
TEST(Glob, MatchesASlashByAClassOfOthers) {
  expect({{"hr[!0-9]a", "hr/a", true}, {"hr[x/]a", "hr/a", true}}, Glob::Use::match);
  expect({{"hr[!0-9]a", "hr/a", false}}, Glob::Use::list);
}

TEST(Glob, KnowsBytesThatAreNotUtf8Apart) {
  expect({{"\xE9*", "\xE9t\xE9", true}, {"\xE9*", "\xE8t\xE9", false}, {"?", "\xE9", true}}, Glob::Use::list);
}

TEST(Glob, NeedsNoMoreTimeForAHostilePattern) {
  std::string pattern;
  for (int i = 0; i < 60; ++i)
    pattern += "*a";
  EXPECT_FALSE(Glob(pattern + "b", Glob::Use::match).matches(std::string(200, 'a')));
}

TEST(Glob, LeadsASearchToTheFoldersThatMayHoldAMatch) {
  const Glob glob("in/*/x/*.pdf", Glob::Use::list);
  EXPECT_EQ(glob.root(), "in");
  const Glob::Places below = glob.enter(glob.start(), "a");
  EXPECT_TRUE(glob.enter(below, "y").empty());
  EXPECT_FALSE(glob.accepts(below, "a.pdf"));
  EXPECT_TRUE(glob.accepts(glob.enter(below, "x"), "a.pdf"));
  EXPECT_TRUE(glob.enter(glob.start(), ".git").empty());
}

TEST(Glob, TellsCapitalsApartWhereItIsTold) {
  EXPECT_FALSE(Glob("*.pdf", Glob::Use::list, LetterCase::counts).matches("a.PDF"));
  EXPECT_FALSE(Glob("In/*", Glob::Use::list, LetterCase::counts).matches("in/a"));
  EXPECT_TRUE(Glob("[!a]", Glob::Use::list, LetterCase::counts).matches("A"));
}

/// Some systems write é as one character, some as e with an accent.
TEST(Glob, TakesBothNormalFormsOfUnicodeForOne) {
  expect({{"Geh\u00e4lter*", "Geha\u0308lter-2024.txt", true},
          {"Geha\u0308lter*", "Geh\u00e4lter-2024.txt", true},
          {"caf?", "cafe\u0301", true},
          {"caf[\u00e9]", "cafe\u0301", true},
          {"Me\u0301moires/*", "M\u00e9moires/a", true},
          {"*\u00e9\xE9*", "e\u0301\xE9", true},
          {"가", "\u1100\u1161", true},
          {"Gehalter*", "Geha\u0308lter", false}},
         Glob::Use::match);
}

TEST(Glob, BeginsInAFolderWhateverItsNameIs) {
  const Glob glob = Glob::in("/data/[old] *", "in/*.txt", Glob::Use::match);
  EXPECT_TRUE(glob.matches("/data/[old] */in/a.txt"));
  EXPECT_FALSE(glob.matches("/data/o x/in/a.txt"));
  EXPECT_EQ(glob.root(), "/data/[old] */in");
  EXPECT_TRUE(glob.with_root("/srv").matches("/srv/a.txt"));
}

}  // namespace
}  // namespace docket
