#include "pipeline/run/left_out.h"

#include <gtest/gtest.h>

#include "pipeline/support/system_names.h"

namespace docket {
namespace {

TEST(LeftOut, KnowsWhatSystemsLeaveBesideDocuments) {
  for (const char* name : {"Thumbs.db", "THUMBS.DB", "desktop.ini", ".DS_Store", "._scan.pdf", "~$offer.docx",
                           ".~lock.offer.odt#", "a.pdf.part", "a.pdf.crdownload", "b.PARTIAL", "x.filepart",
                           "~WRL01.tmp", "a.pdf:Zone.Identifier", "Icon\r"})
    EXPECT_TRUE(is_system_file(name)) << name;
  for (const char* name :
       {"thumbs.db.pdf", "a.pdf", "part", "~offer.docx", "my.parts", "desktop.ini.txt", "@eaDir"})
    EXPECT_FALSE(is_system_file(name)) << name;
  for (const char* name : {"@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found",
                           ".Trash-1000", "__MACOSX"})
    EXPECT_TRUE(is_system_folder(name)) << name;
  for (const char* name : {"eaDir", "recycle", "lost", "Thumbs.db", "trash"})
    EXPECT_FALSE(is_system_folder(name)) << name;
}

TEST(LeftOut, ExcludesByNameByPathAndByFolder) {
  const struct {
    const char* glob;
    const char* path;
    bool covered;
  } rows[] = {
      {"*.bak", "/p/in/x/a.bak", true},
      {"*.bak", "/p/in/a.pdf", false},
      {"drafts", "/p/in/drafts/x/a.pdf", true},
      {"drafts", "/p/in/drafts.pdf", false},
      {"in/old", "/p/in/old/a.pdf", true},
      {"in/old", "/p/x/in/old/a.pdf", false},
      {"./in//old/", "/p/in/old/a.pdf", true},
      {"in/**/old", "/p/in/a/b/old/c", true},
      {"/p/in/old", "/p/in/old/a.pdf", true},
      {"/srv/old", "/srv/old/a.pdf", true},
      {"../srv/*", "/srv/a.pdf", true},
      {"p", "/p/in/a.pdf", false},
      {"tmp", "/tmp/a.pdf", false},
      {"*.bak", "/srv/a.bak", true},
  };
  for (const auto& row : rows)
    EXPECT_EQ(LeftOut({row.glob}, "/p").covers(row.path), row.covered) << row.glob << " " << row.path;
  EXPECT_FALSE(LeftOut({}, "/p").covers("/p/a"));
  EXPECT_TRUE(LeftOut({"tmp"}, "/").covers("/tmp/a"));
}

}  // namespace
}  // namespace docket
