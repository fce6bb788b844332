// The readers of zip documents. An input is such a file, or, so that a search gets through the checksums, one
// part of one: its first byte says which, and the other parts are made here.
#include "worker/formats/office.h"

#include <array>
#include <cstdint>
#include <cstdlib>

#include "pipeline/support/utf8.h"
#include "tests/small_zip.h"
#include "worker/formats/number_format.h"
#include "worker/formats/office_type.h"

namespace {

using namespace docket;

void read(std::string_view bytes, std::string_view type) {
  const auto out = worker::read_office(bytes, type, worker::TableForm::plain);
  if (!out || !*out) return;
  for (const Page& page : (*out)->text.pages)
    if (!is_utf8(page.text)) std::abort();
  static_cast<void>((*out)->value.dump());
}

std::string around(std::uint8_t kind, const std::string& part) {
  switch (kind % 8) {
    case 0:
      return small_docx(part);
    case 1:
      return small_docx(
          "<w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>",
          {{"word/numbering.xml", part}, {"word/styles.xml", part}, {"docProps/core.xml", part}});
    case 2:
      return small_xlsx({{"name=\"a\"", part}});
    case 3:
      return small_xlsx(
          {{"name=\"a\"",
            "<sheetData><row><c s=\"0\"><v>1.5</v></c><c t=\"s\"><v>0</v></c></row></sheetData>"}},
          {{"xl/styles.xml", part}, {"xl/sharedStrings.xml", part}});
    case 4:
      return small_pptx({part});
    case 5:
      return small_odf("text", part, part);
    case 6:
      return small_odf("spreadsheet", part);
    default:
      return small_odf("presentation", part);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with("PK")) {
    read(bytes, worker::zip_document_type(bytes));
    return 0;
  }
  const std::string made = around(data[0], std::string(bytes.substr(1)));
  read(made, worker::zip_document_type(made));
  worker::formatted_number(-1234.5678, bytes.substr(1), false);
  return 0;
}
