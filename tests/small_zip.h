#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket {

struct ZipMember {
  std::string name;
  std::string content;
};

/// A zip archive of these files, stored as they are.
std::string small_zip(const std::vector<ZipMember>& members);

/// Office documents around their main part, which is the content of its root element; `more` are other parts.
/// Each of `more` that is in the folder of the main part is one of its relations, with its name as id.
std::string small_docx(std::string_view body, std::vector<ZipMember> more = {});
std::string small_xlsx(const std::vector<std::pair<std::string, std::string>>& sheets,
                       std::vector<ZipMember> more = {});
std::string small_pptx(const std::vector<std::string>& slides, std::vector<ZipMember> more = {});
std::string small_odf(std::string_view kind, std::string_view body, std::string_view styles = {},
                      std::vector<ZipMember> more = {});

}  // namespace docket
