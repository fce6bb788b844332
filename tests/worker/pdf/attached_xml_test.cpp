#include "worker/pdf/attached_xml.h"

#include <gtest/gtest.h>

#include "tests/small_pdf.h"
#include "worker/pdf/pdf.h"

namespace docket::worker {
namespace {

// Objects of a document of one page are numbered from 7 on.
std::vector<AttachedXml> attached(const std::string& catalog, std::vector<std::string> objects) {
  const auto out = read_pdf(small_pdf({{}}, {catalog, std::move(objects)}), {});
  EXPECT_TRUE(out) << out.error().message;
  return out ? out->attached_xml : std::vector<AttachedXml>{};
}

std::string file(const std::string& name, int stream) {
  return "<</Type/Filespec/F(" + name + ")/EF<</F " + std::to_string(stream) + " 0 R>>>>";
}

TEST(AttachedXml, ByNameInTheTreeOfNames) {
  const auto found =
      attached("/Names<</EmbeddedFiles<</Names[(a) 7 0 R (b) 9 0 R]>>>>",
               {file("Factur-X.XML", 8), small_stream("<a/>"), file("notes.txt", 10), small_stream("<b/>")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "Factur-X.XML");
  EXPECT_EQ(found[0].bytes, "<a/>");
}

TEST(AttachedXml, OfTheAssociatedFilesToo) {
  const auto found =
      attached("/AF[7 0 R 9 0 R]/Names<</EmbeddedFiles<</Names[(a) 7 0 R]>>>>",
               {file("a.xml", 8), small_stream("<a/>"), file("b.xml", 10), small_stream("<b/>")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].bytes, "<b/>");
}

TEST(AttachedXml, WhatUnpacksToTooMuchIsNotKept) {
  std::string packed;
  for (int i = 0; i < 140'000; ++i)  // 128 bytes each.
    packed += "\x81<";
  const auto found =
      attached("/AF[7 0 R 9 0 R]", {file("bomb.xml", 8), small_stream(packed, "/Filter/RunLengthDecode"),
                                    file("b.xml", 10), small_stream("<b/>")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].bytes, "");
  EXPECT_EQ(found[1].bytes, "<b/>");
}

TEST(AttachedXml, BrokenEntriesAreNone) {
  EXPECT_TRUE(attached("/AF[99 0 R null 5 (x.xml) <<>>]/Names<</EmbeddedFiles 7 0 R>>",
                       {"<</Names[(a) 99 0 R (b)]>>"})
                  .empty());
}

}  // namespace
}  // namespace docket::worker
