#include "pipeline/named_files.h"

#include <fstream>
#include <set>
#include <sstream>

#include "pipeline/digest.h"

namespace docket {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t largest_file = 1 << 30;
constexpr std::uintmax_t largest_json = 8 << 20;
constexpr std::uintmax_t largest_secret = 1 << 16;
constexpr int deepest_json = 64;

Error error(std::string message) { return {ErrorClass::config, std::move(message)}; }

/// Watches a JSON parser for what nlohmann-json takes without a word.
class Strictness {
 public:
  bool operator()(int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) names_.emplace_back();
    if (event == json::parse_event_t::object_end) names_.pop_back();
    if (event == json::parse_event_t::key && !names_.back().insert(value.get<std::string>()).second) {
      problem_ = "'" + value.get<std::string>() + "' is given twice in one object";
    }
    if (depth > deepest_json) problem_ = "nested more than " + std::to_string(deepest_json) + " levels deep";
    return true;
  }
  const std::string& problem() const { return problem_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string problem_;
};

/// `[json.exception.parse_error.101] parse error at line 1, column 2: …` from `line` on.
std::string plain(std::string_view message) {
  const auto at = message.find("line ");
  return std::string(at == std::string_view::npos ? message : message.substr(at));
}

/// What stands between the caller and the content; nothing when it can be opened.
std::string obstacle(const fs::path& file) {
  std::error_code code;
  const fs::file_status status = fs::status(file, code);
  if (status.type() == fs::file_type::not_found) return "no such file";
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
  if (fs::exists(file, code)) return error("'" + name + "' " + content.error().message);
  return error("there is no file '" + name + "'" +
               (fs::path(name).is_absolute() ? "" : " beside the pipeline file"));
}

}  // namespace

Result<std::string> read_whole_file(const fs::path& file, std::uintmax_t limit) {
  if (const std::string reason = obstacle(file); !reason.empty()) return error(reason);
  std::error_code code;
  if (fs::file_size(file, code) > limit || code) {
    return error("is larger than " + std::to_string(limit >> 10) + " KiB");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  if (!stream) return error("cannot be read: permission denied");
  if (stream.peek() != std::ifstream::traits_type::eof() && !(content << stream.rdbuf())) {
    return error("cannot be read");
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
  Strictness strictness;
  try {
    json value = json::parse(*content, std::ref(strictness));
    if (!strictness.problem().empty()) return error("'" + name + "': " + strictness.problem());
    return value;
  } catch (const json::exception& failure) {
    return error("'" + name + "' is not valid JSON: " + plain(failure.what()));
  }
}

Result<std::string> read_secret_file(const fs::path& directory, const std::string& name) {
  const fs::path file = directory / name;
  auto content = read_named(directory, name, largest_secret);
  if (!content) return content;
  constexpr fs::perms others = fs::perms::group_all | fs::perms::others_all;
  std::error_code code;
  if ((fs::status(file, code).permissions() & others) != fs::perms::none) {
    return error("'" + name + "' can be read by other users; close it: chmod 600");
  }
  while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) {
    content->pop_back();
  }
  return content;
}

}  // namespace docket
