#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/run/left_out.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/glob.h"
#include "pipeline/support/result.h"

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
  /// Whether it is a problem that a folder is empty, or that all sources together name no file.
  bool empty_is_odd = true;
  char separator = '\n';                     ///< Between the paths of a list on standard input.
  LetterCase letters = LetterCase::ignored;  ///< In globs, and names that are not there as they are written.
  std::vector<std::string> exclude = {};     ///< Globs, see LeftOut.
  /// Files of such a list that are no documents, as docket has written them: left out, with a note.
  std::function<bool(const std::string& file)> is_own = {};
};

/// Lists documents one at a time; memory is that of the names in the folders that are open, not of all names.
///
/// Order: sources as given, each folder's entries by the bytes of their names. A folder stands for every
/// regular file below it but those that begin with a dot; links to folders are not followed. A file that an
/// earlier source has named already is not named again (a list on standard input is taken as it is). What
/// LeftOut excludes is never named; files of the system only by their exact names. A source that is not there
/// as it is written is looked for in the other normal form of Unicode, and in other capitals.
class Inputs {
 public:
  using Told = std::function<void(const std::string&)>;
  /// `problem` takes what is not as it should be, for people: a folder that is gone or cannot be read, a file
  /// that a source or list names and that is none, no file at all. The rest is listed. `left_out` takes the
  /// absolute path of each file or folder that is left out; `note` what a person should know beside, and
  /// which is no problem: a link to a folder.
  Inputs(InputOptions options, Told problem, Told left_out = {}, Told note = {});
  ~Inputs();
  /// The next one; nothing at the end or once `stop` is requested. Waits for standard input.
  std::optional<Input> next(const std::stop_token& stop);

  class Source;

 private:
  std::unique_ptr<Source> open(std::size_t position);
  bool named_before(const std::string& file) const;
  void remember(std::size_t position);
  bool may_be_document(const std::string& file);
  bool is_own(const std::string& file);
  void end_source();

  const InputOptions options_;
  const LeftOut rules_;
  const Told problem_;  ///< Notes that there was one, too.
  const Told left_out_, note_, folder_link_;
  FileNames names_;
  std::size_t position_ = 0;
  std::unique_ptr<Source> source_;
  bool found_ = false;  ///< Any source has named a file.
  bool told_ = false;   ///< There was a problem with any of them.
  bool told_of_own_ = false;
  // What the sources before it mean.
  std::unordered_set<std::string> files_;
  std::unordered_set<std::string> folders_;
  std::vector<Glob> globs_;
};

/// True if a file at that place, which need not be there, would be a document. `file` is absolute and without
/// links.
bool would_name(const InputOptions& options, const std::string& file);

/// Sources that a person has mistyped: there is no such file or folder, or no file matches; with the name
/// that was probably meant. Lists on standard input are not read. The Error is of class `config`.
std::optional<Error> mistyped(const InputOptions& options, const std::stop_token& stop);

/// The folders whose files a source lists, absolute: a folder, or where the search for a pattern begins;
/// several where they differ only in spelling. None for a file that is named, and for `-`.
std::vector<std::string> listed_folders(const std::string& source, const InputOptions& input,
                                        FileNames& names);

/// How a record names the file: below `project` or `base` the way from there, else the absolute path; always
/// in its shortest form (`./a//b/../c` is `a/c`).
std::string document_path(const std::filesystem::path& file, const std::filesystem::path& base,
                          const std::filesystem::path& project);

}  // namespace docket
