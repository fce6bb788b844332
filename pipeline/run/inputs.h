#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/support/file_names.h"
#include "pipeline/support/glob.h"

namespace docket {

/// One document to be read. Whether the file is there is found out when it is opened.
struct Input {
  std::string path;  ///< As records name it, see `document_path`.
  std::string file;  ///< What to open: absolute, in its shortest form.
  friend bool operator==(const Input&, const Input&) = default;
};

struct InputOptions {
  std::vector<std::string> sources;  ///< Files, folders, globs; `-`: a list on standard input.
  std::filesystem::path base;        ///< What relative sources start from. Absolute.
  std::filesystem::path project;     ///< The pipeline's folder: paths below it are named from it. Absolute.
  /// Not searched, whatever links lead to it; nor is any other folder that a run has written to, unless the
  /// source names it. Absolute.
  std::filesystem::path output_dir;
  bool empty_is_odd = true;  ///< Whether to warn of a folder or glob without a single file.
  char separator = '\n';     ///< Between the paths of a list on standard input.
  /// Files of such a list that are no documents, as docket has written them: left out, with a warning.
  std::function<bool(const std::string& file)> is_own = {};
  LetterCase letters = LetterCase::ignored;  ///< In globs, and names that are not there as they are written.
};

/// Lists documents one at a time; memory is that of the names in the folders that are open, not of all names.
///
/// Order: sources as given, each folder's entries by the bytes of their names. A folder stands for every
/// regular file below it but those that begin with a dot; links to folders are not followed. A file that an
/// earlier source has named already is not named again (a list on standard input is taken as it is). A source
/// that is not there as it is written is looked for in the other normal form of Unicode, and in other
/// capitals.
class Inputs {
 public:
  /// `warn` takes what a person should know: a folder that cannot be read, a glob that matches nothing.
  Inputs(InputOptions options, std::function<void(const std::string&)> warn);
  ~Inputs();
  /// The next one; nothing at the end or once `stop` is requested. Waits for standard input.
  std::optional<Input> next(const std::stop_token& stop);

  class Source;

 private:
  std::unique_ptr<Source> open(std::size_t position);
  bool named_before(const std::string& file) const;
  void remember(std::size_t position);

  const InputOptions options_;
  const std::function<void(const std::string&)> warn_;
  FileNames names_;
  std::size_t position_ = 0;
  std::unique_ptr<Source> source_;
  bool found_ = false;  ///< The source has named a file.
  bool told_of_own_ = false;
  // What the sources before it mean.
  std::unordered_set<std::string> files_;
  std::unordered_set<std::string> folders_;
  std::vector<Glob> globs_;
};

/// The folders whose files a source lists, absolute: a folder, or where the search for a pattern begins;
/// several where they differ only in spelling. None for a file that is named, and for `-`.
std::vector<std::string> listed_folders(const std::string& source, const InputOptions& input,
                                        FileNames& names);

/// How a record names the file: below `project` or `base` the way from there, else the absolute path; always
/// in its shortest form (`./a//b/../c` is `a/c`).
std::string document_path(const std::filesystem::path& file, const std::filesystem::path& base,
                          const std::filesystem::path& project);

}  // namespace docket
