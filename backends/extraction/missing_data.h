#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace docket::backends {

/// Where poppler looks for its data on Debian: CMaps and mappings of the package poppler-data.
inline constexpr std::string_view poppler_data = "/usr/share/poppler";

/// For people: what the workers need at run time and this machine lacks, what that costs, and how to get it.
/// Empty: nothing.
std::vector<std::string> missing_data(const std::filesystem::path& poppler_folder = poppler_data);

/// Likewise, of the programs that lie beside docket.
std::vector<std::string> missing_programs();

/// Likewise, of what workers lock themselves in with. In a run, they say themselves what they lack.
std::vector<std::string> missing_protection();

}  // namespace docket::backends
