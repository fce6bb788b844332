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

bool is_depfile(const fs::path& file, const std::vector<fs::path>& shared) {
  std::ifstream stream(file);
  std::string first;
  std::getline(stream, first);
  return std::ranges::any_of(shared, [&](const fs::path& one) { return first == in_make(one) + ":"; });
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

std::optional<Error> Depfile::write(const fs::path& file) const {
  return write_file(file == "-" ? "/dev/stdout" : file, rules_);
}

}  // namespace docket
