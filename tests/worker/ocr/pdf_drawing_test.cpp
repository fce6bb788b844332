#include "worker/ocr/pdf_drawing.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/small_pdf.h"

/// fontconfig, which poppler asks for fonts that a document does not have, keeps what it knows of them for
/// good.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

namespace docket::worker {
namespace {

std::string drawn(const std::string& pdf) {
  const auto page = draw_pdf_page(pdf, 1, {}, Look::grey);
  if (!page) return page.error().message;
  Pix* const pix = page->pix.get();
  return {reinterpret_cast<const char*>(pixGetData(pix)), std::size_t{4} *
                                                              static_cast<std::size_t>(pixGetWpl(pix)) *
                                                              static_cast<std::size_t>(pixGetHeight(pix))};
}

/// Another font of the same number and name.
std::string in_symbols(std::string pdf) {
  for (const std::string_view name : {"Helvetica"})
    for (std::size_t at = pdf.find(name); at != pdf.npos; at = pdf.find(name))
      pdf.replace(at, name.size(), "Symbol   ");
  return pdf;
}

TEST(PdfDrawing, HasTheFontsOfItsDocument) {
  const std::string letters = small_pdf({{.text = {{.x = 50, .y = 50, .text = "Total", .size = 24}}}});
  const std::string symbols = in_symbols(letters);
  const std::string first = drawn(letters), second = drawn(symbols);
  EXPECT_NE(first, second);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(drawn(letters), first) << i;
    EXPECT_EQ(drawn(symbols), second) << i;
  }
}

}  // namespace
}  // namespace docket::worker
