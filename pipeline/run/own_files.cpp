#include "pipeline/run/own_files.h"

#include <algorithm>
#include <iterator>

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/document_files.h"
#include "pipeline/run/output.h"
#include "pipeline/support/file_names.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// From `folder` on; nothing if it is not below it. Both without links.
std::optional<std::string> from(const fs::path& folder, const fs::path& path) {
  const fs::path relative = path.lexically_relative(folder);
  if (relative.empty() || *relative.begin() == "..") return std::nullopt;
  return relative == "." ? std::string() : relative.string() + "/";
}

std::unordered_set<std::string> names_in_ledger(const fs::path& output) {
  std::unordered_set<std::string> all;
  std::error_code ignored;
  if (!fs::exists(Ledger::file_in(output), ignored)) return all;
  auto database = LedgerDatabase::open(Ledger::file_in(output), LedgerDatabase::Access::read);
  if (!database) return all;  // Who opens it to work with it says why.
  const auto add = [&](const LedgerDocument& row) {
    for (const auto& [ending, bytes] :
         {std::pair(record_ending, std::optional(row.record_bytes)), std::pair(text_ending, row.text_bytes),
          std::pair(words_ending, row.words_bytes)})
      if (bytes != not_written) all.insert(row.name + std::string(ending));
  };
  static_cast<void>(select_files(**database, add));  // An older ledger says less.
  return all;
}

}  // namespace

OwnFiles::OwnFiles(const fs::path& output_dir) : output_(without_links(output_dir)) {}

bool OwnFiles::is_inside(const fs::path& folder) const {
  return from(output_, without_links(folder)).has_value();
}

bool OwnFiles::contains(const std::string& file) {
  std::error_code ignored;
  if (fs::is_symlink(file, ignored)) {
    const fs::path target = without_links(file);
    const auto folder = from(output_, target.parent_path());
    return folder && (is_own_name(*folder + target.filename().string()) || is_record(target));
  }
  const std::size_t slash = file.rfind('/');
  if (const std::string parent = file.substr(0, slash); parent != parent_) {
    parent_ = parent;
    const auto folder = from(output_, without_links(parent.empty() ? "/" : parent));
    parent_is_inside_ = folder.has_value();
    folder_ = folder.value_or("");
  }
  return parent_is_inside_ && (is_own_name(folder_ + file.substr(slash + 1)) || is_record(file));
}

bool OwnFiles::is_own_name(const std::string& name) {
  if (std::ranges::find(shared_files, name) != std::end(shared_files) || name.starts_with(".docket/"))
    return true;
  if (!names_) names_ = names_in_ledger(output_);
  return names_->contains(name);
}

LinksIntoInput::LinksIntoInput(const InputOptions& input) : output_(without_links(input.output_dir)) {
  FileNames names(input.letters);
  for (const std::string& source : input.sources)
    for (const std::string& folder : listed_folders(source, input, names))
      listed_.push_back(without_links(folder));
}

std::optional<Error> LinksIntoInput::check(const fs::path& file) {
  if (const fs::path parent = file.parent_path(); parent != parent_) {
    parent_ = parent;
    const fs::path folder = without_links(parent);
    const auto leads_there = [&](const fs::path& listed) { return from(listed, folder).has_value(); };
    const bool strays = !from(output_, folder) && std::ranges::any_of(listed_, leads_there);
    folder_ = strays ? folder : fs::path();
  }
  if (folder_.empty()) return std::nullopt;
  return Error{ErrorClass::output, "cannot write " + file.string() + ": a link leads to " + folder_.string() +
                                       ", where records would be read as documents: remove the link"};
}

std::optional<Error> check_overlap(const InputOptions& input) {
  OwnFiles own(input.output_dir);
  FileNames names(input.letters);
  for (const std::string& source : input.sources) {
    if (source == "-") continue;
    const std::vector<std::string> folders = listed_folders(source, input, names);
    if (std::ranges::any_of(folders, [&](const std::string& folder) { return own.is_inside(folder); }))
      return Error{ErrorClass::config, "the input " + source + " is in the output folder " +
                                           input.output_dir.string() +
                                           ", so that records would be read as documents: choose another "
                                           "output folder (output.dir or -o DIR)"};
    const std::string file = (input.base / source).lexically_normal().string();
    if (folders.empty() && own.contains(file))
      return Error{ErrorClass::config,
                   "the input " + source + " is no document: docket has written it; leave it out"};
  }
  return std::nullopt;
}

}  // namespace docket
