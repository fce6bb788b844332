#pragma once
#include <string_view>

namespace docket {

/// True for files that systems, office programs and downloads leave beside documents.
bool is_system_file(std::string_view name);
/// Likewise for folders, with all that is in them.
bool is_system_folder(std::string_view name);

}  // namespace docket
