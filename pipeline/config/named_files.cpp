#include "pipeline/config/named_files.h"

#include <fstream>
#include <sstream>

#include "pipeline/json/strict_json.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/file_names.h"

namespace docket {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t largest_file = 1 << 30;
constexpr std::uintmax_t largest_json = 8 << 20;
constexpr std::uintmax_t largest_secret = 1 << 16;

Error file_error(std::string message) { return {ErrorClass::config, std::move(message)}; }

/// What stands between the caller and the content; nothing when it can be opened.
std::string obstacle(const fs::path& file) {
  std::error_code code;
  const fs::file_status status = fs::status(file, code);
  if (status.type() == fs::file_type::not_found) return "no such file" + similar_name(file);
  if (code) return "cannot be read: " + code.message();
  if (status.type() == fs::file_type::directory) return "is a folder, expected a file";
  return status.type() == fs::file_type::regular ? "" : "is not a regular file";
}

/// As `read_whole_file`, with the name in the message.
Result<std::string> read_named(const fs::path& directory, const std::string& name, std::uintmax_t limit) {
  const fs::path file = directory / name;
  auto content = read_whole_file(file, limit);
  if (content) return content;
  std::error_code code;
  if (fs::exists(file, code)) return file_error("'" + name + "' " + content.error().message);
  return file_error("there is no file '" + name + "'" +
                    (fs::path(name).is_absolute() ? "" : " beside the pipeline file") + similar_name(file));
}

}  // namespace

Result<std::string> read_whole_file(const fs::path& file, std::uintmax_t limit) {
  if (const std::string reason = obstacle(file); !reason.empty()) return file_error(reason);
  std::error_code code;
  if (fs::file_size(file, code) > limit || code) {
    return file_error("is larger than " + std::to_string(limit >> 10) + " KiB");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  if (!stream) return file_error("cannot be read: permission denied");
  if (stream.peek() != std::ifstream::traits_type::eof() && !(content << stream.rdbuf())) {
    return file_error("cannot be read");
  }
  return std::move(content).str();
}

Result<FileValue> read_named_file(const fs::path& directory, const std::string& name) {
  const fs::path file = (directory / name).lexically_normal();
  auto content = read_named(directory, name, largest_file);
  if (!content) return content.error();
  return FileValue{file, sha256_hex(*content)};
}

Result<json> read_json_file(const fs::path& directory, const std::string& name) {
  auto content = read_named(directory, name, largest_json);
  if (!content) return content.error();
  auto value = parse_strictly(*content);
  if (!value) return file_error("'" + name + "' " + value.error().message);
  return value;
}

Result<std::string> read_secret_file(const fs::path& directory, const std::string& name) {
  const fs::path file = directory / name;
  auto content = read_named(directory, name, largest_secret);
  if (!content) return content;
  constexpr fs::perms others = fs::perms::group_all | fs::perms::others_all;
  std::error_code code;
  if ((fs::status(file, code).permissions() & others) != fs::perms::none) {
    return file_error("'" + name + "' can be read by other users; close it: chmod 600");
  }
  while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) {
    content->pop_back();
  }
  return content;
}

}  // namespace docket
