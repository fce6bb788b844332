#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket::worker {

/// RTF as Outlook compresses it ([MS-OXRTFCP]); nothing when it is none.
std::optional<std::string> decompressed_rtf(std::string_view bytes);

}  // namespace docket::worker
