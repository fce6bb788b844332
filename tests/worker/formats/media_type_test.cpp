#include "worker/formats/media_type.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

// MediaTypes itself is tested through the pool of workers (ExtractPool.ContentDecidesTheMediaType): this
// program has libonig, whose regcomp() takes the place of the C library's that libmagic expects.

TEST(MediaType, ADamagedPdfIsKnownByItsParts) {
  EXPECT_TRUE(begins_as_pdf("%PDF-1.4\n"));
  EXPECT_TRUE(begins_as_pdf("%PDFn\r\ntrailer\r\n<</Root 5 0 R>>"));
  EXPECT_FALSE(begins_as_pdf("%PDF is a comment in TeX\n"));
  EXPECT_TRUE(has_parts_of_pdf("junk\n%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"));
  EXPECT_TRUE(has_parts_of_pdf("<<>>\n12 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n"));
  EXPECT_FALSE(has_parts_of_pdf("About %PDF-1.4 and its objects"));
  EXPECT_FALSE(has_parts_of_pdf("a trailer is an object on wheels"));
  EXPECT_FALSE(has_parts_of_pdf("obj trailer"));
}

TEST(MediaType, OnlyPlainProseIsNotLookedUp) {
  for (const char* prose :
       {"Dear Mr Ash,\n\nthank you.\f", "\u00c4rger mit Pf\u00e4ndern", "Plan: one\nFrom: two", "P",
        "Invoice: 17", "From: a@b\n", "if a < b, c", "Mail <ann@example.org> or <a.b@c.de>"})
    EXPECT_TRUE(is_plain_prose(prose)) << prose;
  for (const char* other : {"",
                            "%!PS-Adobe",
                            "{\\rtf1 a}",
                            "BEGIN:VCARD\n",
                            "X-Face: a",
                            "<svg>",
                            "a <svg> b",
                            "x </p>",
                            "x <?xml ",
                            "x <h1>",
                            "a <b",
                            "/* XPM */",
                            "#define a_width 1",
                            "P1 2 2",
                            "SIMPLE  = T",
                            "{\"a\": 1}",
                            "1\n00:00:01 --> 00:00:02\n",
                            "a\x01",
                            "a\xff",
                            "x\n%PDF-1.4\n"})
    EXPECT_FALSE(is_plain_prose(other)) << other;
}

TEST(MediaType, TheErrorNamesWhatItIsAndWhatIsRead) {
  const Error error = unsupported("application/msword");
  EXPECT_EQ(error.error_class, ErrorClass::unsupported);
  EXPECT_EQ(error.message,
            "is a Word document of before 2007 (application/msword); docket reads PDF, pictures, Office and "
            "OpenDocument files, HTML, e-mail, archives, Rich Text, e-books and plain text");
  EXPECT_EQ(unsupported("image/jpeg").message.substr(0, 35), "is an image (image/jpeg); docket re");
}

}  // namespace
}  // namespace docket::worker
