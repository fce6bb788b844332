#include "worker/formats/office.h"

#include <string>

#include "worker/formats/docx.h"
#include "worker/formats/epub.h"
#include "worker/formats/html.h"
#include "worker/formats/odf.h"
#include "worker/formats/office_type.h"
#include "worker/formats/ole_object.h"
#include "worker/formats/pptx.h"
#include "worker/formats/xlsx.h"
#include "worker/formats/xml_text.h"
#include "worker/formats/zip_parts.h"
#include "worker/text/plain_text.h"

namespace docket::worker {

std::optional<Result<Extraction>> read_office(std::string_view bytes, std::string_view media_type,
                                              TableForm tables) {
  switch (format_of(media_type)) {
    case DocumentFormat::docx:
      return read_docx(bytes, tables);
    case DocumentFormat::xlsx:
      return read_xlsx(bytes, tables);
    case DocumentFormat::pptx:
      return read_pptx(bytes, tables);
    case DocumentFormat::odf:
      return read_odf(bytes, tables);
    case DocumentFormat::epub:
      return read_epub(bytes, tables);
    case DocumentFormat::none:
      break;
  }
  return {};
}

Result<std::string> read_office_member(std::string_view bytes, std::string_view name) {
  auto part = read_zip_part(bytes, name);
  if (!part) return part;
  if (auto inner = unwrapped_ole_object(*part)) return std::move(*inner);
  return part;
}

Result<Extraction> read_decoded(const DecodedText& text, std::string_view media_type, TableForm tables) {
  const auto with_encoding = [&](Result<Extraction> out) {
    if (out) out->value["metadata"]["encoding"] = text.encoding;
    return out;
  };
  if (media_type == "text/html" || media_type == "application/xhtml+xml")
    return with_encoding(read_html(text.utf8, tables));
  if (media_type == "application/xml") return with_encoding(read_xml(text.utf8));
  if (media_type == "application/vnd.oasis.opendocument")
    return with_encoding(read_flat_odf(text.utf8, tables));
  Extraction out;
  out.text = text_pages(text.utf8);
  out.value["metadata"] = nlohmann::json::object();
  out.value["embedded_files"] = nlohmann::json::array();
  return with_encoding(std::move(out));
}

}  // namespace docket::worker
