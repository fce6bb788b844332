#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket::worker {

/// The file that an OLE object (MS-OLEDS) wraps, as Office documents embed PDFs and other documents; nothing:
/// it is no such object, or one that is a document itself.
std::optional<std::string> unwrapped_ole_object(std::string_view bytes);

}  // namespace docket::worker
