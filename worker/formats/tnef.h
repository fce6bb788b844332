#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace docket::worker {

struct TnefFile {
  std::string name;  ///< UTF-8.
  std::string content;
};

/// The files in a winmail.dat ([MS-OXTNEF]), as far as it is whole.
std::vector<TnefFile> files_in_tnef(std::string_view bytes);

}  // namespace docket::worker
