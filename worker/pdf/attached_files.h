#pragma once
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

class PDFDoc;

namespace docket::worker {

/// Which files are attached: name, size in bytes and media type of each, as the PDF says. Poppler's C++
/// interface cuts names that are UTF-16.
nlohmann::json attached_files(PDFDoc& document);

/// Who is told of the files that are attached to a PDF.
struct AttachedFileHandler {
  std::function<bool(const std::string& name)> wants;  ///< Whether `take` is to get the content.
  std::function<bool(std::size_t bytes)> may_grow;  ///< So much more was unpacked. False: that is too much.
  std::function<bool(std::string name, std::string content)> take;  ///< False: no more are wanted.
};

/// Unpacks the files of a PDF's tree of names, in its order. Nothing where none of the passwords, nor none at
/// all, opens the PDF.
void for_each_attached_file(std::string_view pdf, const std::vector<std::string>& passwords,
                            const AttachedFileHandler& handler);

}  // namespace docket::worker
