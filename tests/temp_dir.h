#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace docket {

/// A folder of its own for a test, gone with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file, with the folders that lead to it.
  std::filesystem::path write(const std::string& name, std::string_view content) const;
  static std::string read(const std::filesystem::path& file);

 private:
  std::filesystem::path path_;
};

}  // namespace docket
