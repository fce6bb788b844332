#include "pipeline/run/find_document.h"

#include <gtest/gtest.h>

#include "pipeline/ledger/ledger.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

/// A ledger that knows documents of these names, whose project is `dir`.
std::unique_ptr<Ledger> ledger_with(const TempDir& dir, const std::vector<std::string>& paths) {
  auto opened = Ledger::open(dir.path() / "out");
  const std::unique_ptr<Ledger>& ledger = *opened;
  ledger->begin_run({"r", "p.yaml", "digest", "0.1.0", "host", 1, "2026-11-01T12:00:00Z"}, {});
  for (const std::string& path : paths) {
    LedgerDocument document;
    document.path = document.name = path;
    ledger->document_ended(document, {}, "{}");
  }
  EXPECT_EQ(ledger->flush(), std::nullopt);
  return std::move(*opened);
}

std::string found(Ledger& ledger, const TempDir& dir, const std::string& typed) {
  const auto path = find_document(**ledger.read(), typed, dir.path());
  return !path ? "error: " + path.error().message : path->value_or("none");
}

std::string found_by_end(Ledger& ledger, const TempDir& dir, const std::string& typed) {
  const auto path = find_document_by_end(**ledger.read(), typed, dir.path());
  return !path ? "error: " + path.error().message : path->value_or("none");
}

TEST(FindDocument, KnowsItHoweverAPersonSpellsIt) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "out");
  dir.write("in/a.txt", "x");
  std::filesystem::create_directory_symlink("in", dir.path() / "inbox");
  const auto ledger = ledger_with(dir, {"in/a.txt", "in/Geha\u0308lter.txt", "/srv/B.txt"});
  const std::string folder = dir.path().string();
  for (const std::string& typed :
       {std::string("in/a.txt"), std::string("./in/a.txt"), std::string("in//a.txt"),
        std::string("in/../in/a.txt"), std::string("IN/A.TXT"), folder + "/in/a.txt", folder + "/./in/a.txt",
        folder + "/inbox/a.txt"})
    EXPECT_EQ(found(*ledger, dir, typed), "in/a.txt") << typed;
  for (const char* typed : {"in/Geha\u0308lter.txt", "in/Geh\u00e4lter.txt", "./in/geh\u00c4lter.TXT"})
    EXPECT_EQ(found(*ledger, dir, typed), "in/Geha\u0308lter.txt") << typed;
  EXPECT_EQ(found(*ledger, dir, "/srv/./b.txt"), "/srv/B.txt");
  for (const char* typed : {"a.txt", "in", "in/b.txt", "../in/a.txt"})
    EXPECT_EQ(found(*ledger, dir, typed), "none") << typed;
}

TEST(FindDocument, TheEndOfThePathIsEnoughWhereItIsTheOnlyOne) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "out");
  dir.write("here.txt", "x");
  const auto ledger =
      ledger_with(dir, {"in/a.txt", "in/b.txt", "in/m.eml/1/b.txt", "in/B2.TXT", "in/here.txt"});
  EXPECT_EQ(found_by_end(*ledger, dir, "a.txt"), "in/a.txt");
  EXPECT_EQ(found_by_end(*ledger, dir, "A.txt"), "in/a.txt");
  EXPECT_EQ(found_by_end(*ledger, dir, "b2.txt"), "in/B2.TXT");
  EXPECT_EQ(found_by_end(*ledger, dir, "1/b.txt"), "in/m.eml/1/b.txt");
  EXPECT_EQ(found_by_end(*ledger, dir, "here.txt"), "none") << "there is such a file, and no run has seen it";
  EXPECT_EQ(found_by_end(*ledger, dir, "in/b.txt"), "in/b.txt");
  for (const char* typed : {".txt", "in", "../in/a.txt", "./a.txt", "/a.txt", ""})
    EXPECT_EQ(found_by_end(*ledger, dir, typed), "none") << typed;
  EXPECT_EQ(found_by_end(*ledger, dir, "b.txt"),
            "error: b.txt: several documents have this name: in/b.txt, in/m.eml/1/b.txt; write one of them");
}

TEST(FindDocument, SaysWhenSeveralMayBeMeant) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "out");
  const auto ledger = ledger_with(dir, {"in/A.txt", "in/a.txt"});
  EXPECT_EQ(found(*ledger, dir, "in/A.txt"), "in/A.txt");
  EXPECT_NE(found(*ledger, dir, "IN/a.TXT").find("in/A.txt, in/a.txt"), std::string::npos);
}

}  // namespace
}  // namespace docket
