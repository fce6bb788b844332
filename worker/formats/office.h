#pragma once
#include <optional>
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/encoding.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads a document whose parts are in a zip archive, by its media type; nothing: no such document.
std::optional<Result<Extraction>> read_office(std::string_view bytes, std::string_view media_type,
                                              TableForm tables);

/// One of the files that `embedded_files` of such a document names. What is wrapped as an OLE object comes
/// unwrapped.
Result<std::string> read_office_member(std::string_view bytes, std::string_view name);

/// Reads text that is more than words, by its media type: HTML, XML; anything else is read as it stands.
Result<Extraction> read_decoded(const DecodedText& text, std::string_view media_type, TableForm tables);

}  // namespace docket::worker
