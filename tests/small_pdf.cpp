#include "tests/small_pdf.h"

#include <cmath>
#include <cstdio>
#include <numbers>

namespace docket {
namespace {

constexpr double width = 595, height = 842;

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4f", value);
  return buffer;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string content(const SmallPage& page) {
  std::string out = page.before + "\n";
  for (const Written& written : page.text) {
    const double turn = -written.degrees * std::numbers::pi / 180;
    const double c = std::cos(turn), s = std::sin(turn);
    out += "BT /F " + number(written.size) + " Tf " + number(c) + ' ' + number(s) + ' ' + number(-s) + ' ' +
           number(c) + ' ' + number(written.x) + ' ' + number(height - written.y) + " Tm (" +
           escaped(written.text) + ") Tj ET\n";
  }
  return out + page.after;
}

/// Numbers objects and keeps where they begin.
class PdfWriter {
 public:
  void object(const std::string& body) {
    places_.push_back(out_.size());
    out_ += std::to_string(places_.size()) + " 0 obj\n" + body + "\nendobj\n";
  }
  std::string finish() {
    const std::size_t table = out_.size();
    out_ += "xref\n0 " + std::to_string(places_.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t place : places_) {
      char line[24];
      std::snprintf(line, sizeof line, "%010zu 00000 n \n", place);
      out_ += line;
    }
    out_ += "trailer\n<</Size " + std::to_string(places_.size() + 1) +
            "/Root 1 0 R/Info 4 0 R>>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
    return std::move(out_);
  }

 private:
  std::string out_ = "%PDF-1.4\n";
  std::vector<std::size_t> places_;
};

}  // namespace

std::string small_pdf(const std::vector<SmallPage>& pages, const SmallExtras& extras) {
  constexpr std::size_t first_page = 5;  // Object numbers: two for each page.
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    kids += std::to_string(first_page + 2 * i) + " 0 R ";
  }
  PdfWriter pdf;
  pdf.object("<</Type/Catalog/Pages 2 0 R" + extras.catalog + ">>");
  pdf.object("<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages.size()) + ">>");
  pdf.object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
  pdf.object("<</Title(A small one)/CreationDate(D:20240229101500+01'00')>>");
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const std::string stream = content(pages[i]);
    pdf.object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 " + number(width) + ' ' + number(height) +
               "]/Rotate " + std::to_string(pages[i].rotate) + "/Contents " +
               std::to_string(first_page + 2 * i + 1) + " 0 R" + pages[i].entries +
               "/Resources<</Font<</F 3 0 R" + pages[i].fonts + ">>" + pages[i].resources + ">>>>");
    pdf.object(small_stream(stream));
  }
  for (const std::string& object : extras.objects)
    pdf.object(object);
  return pdf.finish();
}

std::string small_stream(const std::string& content, const std::string& entries) {
  return "<</Length " + std::to_string(content.size()) + entries + ">>\nstream\n" + content + "\nendstream";
}

std::string small_map(const std::vector<std::pair<int, std::string>>& codes) {
  std::string lines;
  for (const auto& [code, text] : codes) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "<%02X>", static_cast<unsigned>(code));
    lines += std::string(hex) + " <" + text + ">\n";
  }
  return small_stream(
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def\n"
      "1 begincodespacerange <00> <FF> endcodespacerange\n" +
      std::to_string(codes.size()) + " beginbfchar\n" + lines + "endbfchar endcmap end end");
}

}  // namespace docket
