#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// What a zip archive is as a whole, by its directory, content types and `mimetype`: an Office document, an
/// OpenDocument file, an e-book; empty: an archive of any files, or a broken one.
std::string zip_document_type(std::string_view bytes);

/// The beginning of an Office document: the directory at its end is lost, and with it what kind it is of.
bool is_cut_office(std::string_view bytes);

/// What an OLE container (MS-CFB) is, by the names of its streams: an old Office document, an encrypted new
/// one (`application/encrypted`), a message of Outlook; empty: none of these, or a broken one.
std::string ole_document_type(std::string_view bytes);

/// Which reader takes a media type.
enum class DocumentFormat { none, docx, xlsx, pptx, odf, epub };
DocumentFormat format_of(std::string_view media_type);

}  // namespace docket::worker
