#include "worker/pdf/pdf.h"

#include <gtest/gtest.h>

#include "tests/small_pdf.h"
#include "tests/temp_dir.h"

namespace docket::worker {
namespace {

std::string data(const std::string& name) { return TempDir::read(SOURCE_DIR "/tests/data/worker/" + name); }

Extraction read(const std::string& pdf, const std::vector<std::string>& passwords = {}) {
  auto out = read_pdf(pdf, passwords);
  EXPECT_TRUE(out) << out.error().message;
  return out ? std::move(*out) : Extraction{};
}

Error error_of(const std::string& pdf, const std::vector<std::string>& passwords = {}) {
  const auto out = read_pdf(pdf, passwords);
  EXPECT_FALSE(out);
  return out ? Error{} : out.error();
}

TEST(Pdf, PagesWithTextWordsAndSizes) {
  const Extraction out =
      read(small_pdf({{{{72, 100, "Rechnung Nr. 4711"}}}, {}, {{{72, 100, "Seite drei"}}}}));
  ASSERT_EQ(out.text.pages.size(), 3U);
  const Page& page = out.text.pages[0];
  EXPECT_EQ(page.text, "Rechnung Nr. 4711\n");
  EXPECT_EQ(page.width, 595);
  EXPECT_EQ(page.height, 842);
  ASSERT_EQ(page.words.size(), 3U);
  const Box& box = page.words[0].box;
  EXPECT_NEAR(box.left, 72, 1);
  EXPECT_LT(box.top, 100);  // The baseline is 100 points below the top.
  EXPECT_GT(box.bottom, 100);
  EXPECT_LT(box.bottom, 106);
  EXPECT_EQ(out.text.pages[1].text, "");
  EXPECT_EQ(out.text.pages[2].text, "Seite drei\n");
}

TEST(Pdf, ACjkFontThatIsNotEmbedded) {  // What its codes mean is in the tables of the package poppler-data.
  const Extraction out = read(data("adobe_japan1.pdf"));
  ASSERT_EQ(out.text.pages.size(), 1U);
  EXPECT_EQ(out.text.pages[0].text, "東京請求書\n");
}

TEST(Pdf, Metadata) {
  const Extraction out = read(small_pdf({{}}));
  EXPECT_EQ(out.value["metadata"],
            (nlohmann::json{
                {"title", "A small one"}, {"created", "2024-02-29T10:15:00+01:00"}, {"pdf_version", "1.4"}}));
  EXPECT_EQ(out.value["embedded_files"], nlohmann::json::array());
  EXPECT_FALSE(out.value.contains("problems"));
}

TEST(Pdf, ATurnedPageReadsUpright) {
  const Extraction out = read(small_pdf({{{{100, 700, "upwards", 10, 270}}, 90}}));
  ASSERT_EQ(out.text.pages.size(), 1U);
  EXPECT_EQ(out.text.pages[0].width, 842);
  EXPECT_EQ(out.text.pages[0].text, "upwards\n");
  ASSERT_EQ(out.text.pages[0].words.size(), 1U);
  const Box& box = out.text.pages[0].words[0].box;
  EXPECT_GT(box.right - box.left, box.bottom - box.top);
}

TEST(Pdf, AccentsOfAWesternFont) {
  EXPECT_EQ(read(small_pdf({{{{72, 100,
                               "Gr\xF6\xDF"
                               "e 5 \x80"}}}}))
                .text.pages[0]
                .text,
            "Größe 5 €\n");
}

TEST(Pdf, EmbeddedFilesAreNamed) {
  // One name is UTF-16, which has zeros in it.
  const std::string pdf =
      "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 4 0 R(b) 6 0 "
      "R]>>>>>>endobj\n"
      "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
      "4 0 obj<</Type/Filespec/F(factur-x.xml)/UF(factur-x.xml)/EF<</F 5 0 R>>>>endobj\n"
      "5 0 obj<</Type/EmbeddedFile/Subtype/text#2Fxml/Length 6/Params<</Size 6>>>>stream\n<a></>\nendstream "
      "endobj\n"
      "6 0 obj<</Type/Filespec/F<FEFF00C40062>/UF<FEFF00C40062>/EF<</F 5 0 R>>>>endobj\n"
      "trailer<</Root 1 0 R>>\n";
  EXPECT_EQ(read(pdf).value["embedded_files"],
            (nlohmann::json{{{"name", "factur-x.xml"}, {"bytes", 6}, {"media_type", "text/xml"}},
                            {{"name", "Äb"}, {"bytes", 6}, {"media_type", "text/xml"}}}));
}

TEST(Pdf, PasswordsOpenWhatTheyShould) {
  const std::string expected = "Only for those who know the word\n";
  EXPECT_EQ(read(data("password_rc4.pdf"), {"open sesame"}).text.pages[0].text, expected);
  EXPECT_EQ(read(data("password_rc4.pdf"), {"master"}).text.pages[0].text, expected);
  EXPECT_EQ(read(data("password_umlaut.pdf"), {"grün"}).text.pages[0].text, expected);
}

TEST(Pdf, AnOwnersPasswordAloneKeepsNobodyOut) {
  const Extraction out = read(data("owner_password_only.pdf"));
  EXPECT_EQ(out.text.pages[0].text, "Only for those who know the word\n");
  EXPECT_EQ(out.value["metadata"]["encrypted"], true);
  // A password that is set for other documents does not get in the way.
  EXPECT_EQ(read(data("owner_password_only.pdf"), {"something else"}).text.pages.size(), 1U);
}

TEST(Pdf, AMissingAndAWrongPasswordAreToldApart) {
  EXPECT_EQ(
      error_of(data("password_rc4.pdf")),
      (Error{ErrorClass::encrypted,
             "needs a password: give it in `passwords` of the extract stage, and run with --retry-parked"}));
  EXPECT_EQ(error_of(data("password_rc4.pdf"), {"guess", "guess again"}),
            (Error{ErrorClass::encrypted, "opens with none of the `passwords` of the extract stage"}));
}

TEST(Pdf, WithoutPagesItIsEmpty) { EXPECT_EQ(error_of(small_pdf({})).error_class, ErrorClass::empty); }

TEST(Pdf, WithAPageTreeThatIsNoneItIsBroken) {
  for (const char* pages : {"null", "[1 2]", "(pages)", "9 0 R"}) {
    const Error error = error_of("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages " + std::string(pages) +
                                 ">>endobj\ntrailer<</Root 1 0 R>>\n");
    EXPECT_EQ(error.error_class, ErrorClass::damaged) << pages;
  }
}

TEST(Pdf, NoMorePagesAreReadThanAreWanted) {
  const std::string pdf = small_pdf({{{{72, 100, "one"}}}, {{{72, 100, "two"}}}, {{{72, 100, "three"}}}});
  std::vector<std::size_t> read_so_far;
  const auto out = read_pdf(pdf, {}, {2, [&](std::size_t read, std::size_t of) {
                                        EXPECT_EQ(of, 3U);
                                        read_so_far.push_back(read);
                                      }});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->text.pages.size(), 2U);
  EXPECT_EQ(read_so_far, (std::vector<std::size_t>{1, 2}));
}

TEST(Pdf, ThatOneOpenedWithAPasswordIsSaidAndNotWhich) {
  const Extraction out = read(data("password_rc4.pdf"), {"guess", "open sesame"});
  EXPECT_EQ(out.value["opened_with_password"], true);
  EXPECT_EQ(out.value.dump().find("sesame"), std::string::npos);
  EXPECT_FALSE(read(data("owner_password_only.pdf"), {"guess"}).value.contains("opened_with_password"));
}

TEST(Pdf, DamageIsNamed) {
  const Error error = error_of("%PDF-1.4\nnothing of what should follow\n");
  EXPECT_EQ(error.error_class, ErrorClass::damaged);
  EXPECT_EQ(error.message.find("is a broken PDF: "), 0U);
}

TEST(Pdf, TruncatedAnywhereItIsReadOrRefused) {
  const std::string whole = small_pdf({{{{72, 100, "one"}}}, {{{72, 100, "two"}}}});
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const auto out = read_pdf(std::string_view(whole).substr(0, length), {});
    if (!out) {
      EXPECT_FALSE(out.error().message.empty());
    }
  }
}

TEST(Pdf, ABrokenPageIsNotedAndTheOthersAreKept) {
  std::string pdf = small_pdf({{{{72, 100, "one"}}}, {{{72, 100, "two"}}}});
  pdf.replace(pdf.find("/Contents 8 0 R"), 15, "/Contents 1 0 R");  // The catalog is no stream.
  const Extraction out = read(pdf);
  ASSERT_EQ(out.text.pages.size(), 2U);
  EXPECT_EQ(out.text.pages[0].text, "one\n");
  EXPECT_EQ(out.text.pages[1].text, "");
  ASSERT_TRUE(out.value.contains("problems"));
  EXPECT_EQ(out.value["problems"][0].get<std::string>().find("page 2: "), 0U);
}

}  // namespace
}  // namespace docket::worker
