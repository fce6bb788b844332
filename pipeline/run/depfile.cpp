#include "pipeline/run/depfile.h"

#include <algorithm>
#include <fstream>

#include "pipeline/run/output.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

/// As a Makefile would name the file; what make takes for its own is escaped.
std::string in_make(const fs::path& file) {
  const fs::path relative = fs::absolute(file).lexically_normal().lexically_relative(fs::current_path());
  const bool below = !relative.empty() && *relative.begin() != "..";
  std::string escaped;
  for (const char c : (below ? relative : file).string()) {
    if (c == ' ' || c == '#' || c == '\\' || c == ':' || c == '%') escaped += '\\';
    if (c == '$') escaped += '$';
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::optional<Error> check_depfile(const fs::path& file, const std::vector<fs::path>& shared) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) == 0) return std::nullopt;
  std::ifstream stream(file);
  std::string first;
  std::getline(stream, first);
  const bool is_ours =
      std::ranges::any_of(shared, [&](const fs::path& one) { return first == in_make(one) + ":"; });
  if (is_ours) return std::nullopt;
  return Error{ErrorClass::config, "--depfile " + file.string() +
                                       ": the file is there already, and docket has not written it for this "
                                       "pipeline: move it away, or name another"};
}

Depfile::Depfile(const std::vector<fs::path>& shared) {
  for (const fs::path& file : shared) {
    const std::string name = in_make(file);
    shared_ += " " + name;
    rules_ += name + ":\n";
  }
}

void Depfile::add(const fs::path& record, const fs::path& document) {
  const std::string name = in_make(document);
  rules_ += in_make(record) + ": " + name + shared_ + "\n" + name + ":\n";
}

std::optional<Error> Depfile::write(const fs::path& file) const { return write_file(file, rules_); }

}  // namespace docket
