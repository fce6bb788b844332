#include "worker/formats/unpacking.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace docket::worker {
namespace {

TEST(MemberNames, LeadNowhereElse) {
  const std::vector<std::pair<std::string, std::string>> names = {
      {"a.txt", "a.txt"},
      {"/etc/passwd", "etc/passwd"},
      {"../../up", "up"},
      {"a/../b", "a/b"},
      {"a//./c", "a/c"},
      {"C:\\windows\\win.ini", "windows/win.ini"},
      {"..\\..\\x", "x"},
      {"", "unnamed"},
      {"..", "unnamed~2"},
      {"bell\a\x7F\n", "bell___"},
      {"turned\xE2\x80\xAEtxt.exe", "turned_txt.exe"},
      {"Rechnung_M\x84rz.txt", "Rechnung_März.txt"},
      {"f\xC3\xBCr", "für"},
  };
  MemberNames taken;
  for (const auto& [raw, name] : names)
    EXPECT_EQ(taken.add(raw), name) << raw;
}

TEST(MemberNames, AreEachGivenOnce) {
  MemberNames names;
  EXPECT_EQ(names.add("a.pdf"), "a.pdf");
  EXPECT_EQ(names.add("a.pdf"), "a~2.pdf");
  EXPECT_EQ(names.add("a~3.pdf"), "a~3.pdf");
  EXPECT_EQ(names.add("a.pdf"), "a~4.pdf");
  EXPECT_EQ(names.add("a.pdf/b"), "a.pdf~4/b");
  EXPECT_EQ(names.add("a.pdf/c"), "a.pdf~4/c");
  EXPECT_EQ(names.add("dir/x"), "dir/x");
  EXPECT_EQ(names.add("dir"), "dir~2");
  std::set<std::string> all;
  for (int i = 0; i < 5000; ++i)
    all.insert(names.add("same"));
  EXPECT_EQ(all.size(), 5000U);
}

TEST(MemberNames, FitIntoAFileSystem) {
  MemberNames names;
  const std::string umlauts = std::string(150, 'x') +
                              "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
                              "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4.docx";
  const std::string cut = names.add(umlauts);
  EXPECT_LE(cut.size(), 180U);
  EXPECT_TRUE(cut.ends_with("\xC3\xA4.docx")) << cut;
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += "d/";
  EXPECT_EQ(names.add(deep + "f").size(), 31 * 2 + 1U);
}

TEST(MemberNames, OfASubjectHasNoSlashes) {
  EXPECT_EQ(as_file_name("Re: a/b\\c"), "Re_ a_b_c");
  EXPECT_EQ(as_file_name("  ..hidden. "), "hidden");
  EXPECT_EQ(as_file_name("..."), "");
}

TEST(MemberBudget, NamesTheLimit) {
  MemberBudget count({.count = 2}, 100);
  EXPECT_FALSE(count.add_member());
  EXPECT_FALSE(count.add_member());
  EXPECT_NE(count.add_member()->message.find("members.count"), std::string::npos);
  MemberBudget total({.total = 1000}, 100);
  EXPECT_FALSE(total.add_bytes(1000));
  EXPECT_NE(total.add_bytes(1)->message.find("members.total"), std::string::npos);
  MemberBudget ratio({.ratio = 10}, 4 << 20);
  EXPECT_FALSE(ratio.add_bytes(40 << 20));
  EXPECT_NE(ratio.add_bytes(1)->message.find("members.ratio"), std::string::npos);
  MemberBudget small({.ratio = 10}, 100);
  EXPECT_FALSE(small.add_bytes(1 << 20)) << "little is no bomb";
  MemberBudget depth({.depth = 2}, 100);
  EXPECT_FALSE(depth.check_level(2));
  EXPECT_NE(depth.check_level(3)->message.find("members.depth"), std::string::npos);
}

}  // namespace
}  // namespace docket::worker
