#include "pipeline/run/inputs.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "pipeline/support/event.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/system_names.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

/// `path` as seen from `folder`; empty if it is not below it.
std::string below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  if (relative.empty() || relative == "." || *relative.begin() == "..") return {};
  return relative.string();
}

/// True if no component is empty, `.` or `..`: nothing can be left out.
bool is_shortest(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string_view rest = path.substr(slash + 1);
    if (rest.empty() || rest[0] == '/') return false;
    if (rest[0] != '.') continue;
    if (rest.size() == 1 || rest[1] == '/') return false;
    if (rest[1] == '.' && (rest.size() == 2 || rest[2] == '/')) return false;
  }
  return true;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// Why a path that was named is no document.
struct NoDocument {
  std::string why;
  bool is_certain = true;  ///< Not: it cannot even be looked at, and may be what was meant.
};

/// `typed`: how a person wrote it, if one did.
std::optional<NoDocument> no_document(const fs::path& path, const fs::path& typed = {}) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return std::nullopt;
    return NoDocument{"is " + std::string(kind_of(status.st_mode)) + ", not a file"};
  }
  const int error = errno;
  std::error_code ignored;
  if ((error == ENOENT || error == ELOOP) && fs::is_symlink(path, ignored))
    return NoDocument{"is a link to " + fs::read_symlink(path, ignored).string() +
                      ", where there is no file"};
  if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
    return NoDocument{"does not exist" + similar_name(path, typed.is_relative() ? typed : fs::path())};
  return NoDocument{"cannot be read: " + std::generic_category().message(error), false};
}

/// A search below the folder would not come to the file.
bool is_behind_link(const std::string& folder, const std::string& file) {
  std::error_code ignored;
  for (std::size_t slash = file.find('/', folder.size() + 1); slash != std::string::npos;
       slash = file.find('/', slash + 1))
    if (fs::is_symlink(file.substr(0, slash), ignored)) return true;
  return false;
}

/// A source as it is to be read: absolute, and spelt as on the disk.
struct Meant {
  enum class Kind { file, folder, glob };
  Kind kind;
  std::string path;  ///< Of a glob: its root.
  std::optional<Glob> glob = std::nullopt;
};

/// What a source means: itself, or else what differs from it only in spelling.
std::vector<Meant> meanings_of(const std::string& source, const InputOptions& options, FileNames& names) {
  const auto of_path = [](const std::string& path) {
    return Meant{is_folder(path) ? Meant::Kind::folder : Meant::Kind::file, path};
  };
  const bool is_absolute = source.starts_with('/');
  std::string path = (options.base / source).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  if (is_there(path)) return {of_path(path)};
  std::vector<Meant> meanings;
  if (!Glob::is_pattern(source)) {
    for (const std::string& there : names.find(path))
      meanings.push_back(of_path(there));
    if (meanings.empty()) meanings.push_back({Meant::Kind::file, path});
    return meanings;
  }
  const std::string relative = fs::path(source).lexically_normal().string();
  const bool climbs = relative.starts_with("..");  // Then the folder's own name is part of the pattern.
  const Glob glob = is_absolute || climbs
                        ? Glob(path, Glob::Use::list, options.letters)
                        : Glob::in(options.base.string(), relative, Glob::Use::list, options.letters);
  for (const std::string& root : names.find(glob.root()))
    meanings.push_back({Meant::Kind::glob, root, glob.with_root(root)});
  if (meanings.empty()) meanings.push_back({Meant::Kind::glob, glob.root(), glob});
  return meanings;
}

/// True if a search below a folder would come to what is there under `rest`.
bool is_listed_below(std::string_view rest) {
  return ("/" + std::string(rest)).find("/.") == std::string::npos;
}

}  // namespace

std::string document_path(const fs::path& file, const fs::path& base, const fs::path& project) {
  // Nearly all files are below the project: a hundred thousand of them are named without taking paths apart.
  const std::string& text = file.native();
  const std::string& folder = project.native();
  if (text.size() > folder.size() + 1 && text.starts_with(folder) && text[folder.size()] == '/' &&
      !folder.ends_with('/') && is_shortest(text))
    return text.substr(folder.size() + 1);
  const fs::path absolute = (base / file).lexically_normal();
  if (std::string named = below(absolute, project); !named.empty()) return named;
  if (base == "/") return absolute.string();
  std::string named = below(absolute, base);
  // The same name may mean a file of the project: then only the whole path tells them apart.
  if (named.empty() || is_there(project / named)) return absolute.string();
  return named;
}

/// Where files come from, one after the other. `next` gives absolute paths; an empty one: the end.
/// Strings rather than `path`s: a path is taken apart whenever it is made or copied.
class Inputs::Source {
 public:
  virtual ~Source() = default;
  virtual std::string next(const std::stop_token& stop) = 0;
  /// The folder where nothing at all was found, as where a share is not mounted; empty: there is none.
  virtual std::string bare_folder() const { return {}; }
};

namespace {

class OneFile final : public Inputs::Source {
 public:
  explicit OneFile(std::string file) : file_(std::move(file)) {}
  std::string next(const std::stop_token&) override { return std::exchange(file_, {}); }

 private:
  std::string file_;
};

/// Depth first through the folders that a pattern reaches.
class Walk final : public Inputs::Source {
 public:
  Walk(Glob glob, const std::string& output_dir, const LeftOut& rules, const Inputs::Told& problem,
       const Inputs::Told& left_out, const Inputs::Told& folder_link)
      : glob_(std::move(glob)),
        output_(inode_of(output_dir)),
        rules_(rules),
        problem_(problem),
        left_out_(left_out),
        folder_link_(folder_link) {
    if (rules_.covers(glob_.root()))
      left_out_(glob_.root());
    else
      open(glob_.root(), glob_.start());
    const auto is_a_persons = [](const Entry& entry) { return !is_of_system(entry); };
    is_bare_ = was_read_ && std::ranges::none_of(open_.front().entries, is_a_persons);
  }

  std::string bare_folder() const override { return is_bare_ ? glob_.root() : ""; }

  std::string next(const std::stop_token& stop) override {
    while (!open_.empty() && !stop.stop_requested()) {
      Folder& folder = open_.back();
      if (folder.next == folder.entries.size()) {
        open_.pop_back();
        continue;
      }
      const Entry& entry = folder.entries[folder.next++];
      const bool is_folder = entry.kind == Kind::folder || entry.kind == Kind::folder_link;
      Glob::Places places = is_folder ? glob_.enter(folder.places, entry.name) : Glob::Places();
      if (is_folder ? places.empty() : !glob_.accepts(folder.places, entry.name)) continue;
      std::string path = join(folder.path, entry.name);
      if (is_of_system(entry) || rules_.excludes(path)) {
        left_out_(path);
      } else if (entry.kind == Kind::file) {
        return path;
      } else if (entry.kind == Kind::dead_link) {
        if (const auto none = no_document(path)) problem_(path + " " + none->why);
      } else if (entry.kind == Kind::folder_link) {
        folder_link_(path);
      } else {
        open(path, std::move(places));  // `folder` is no longer valid.
      }
    }
    return {};
  }

 private:
  enum class Kind { file, folder, folder_link, dead_link };
  struct Entry {
    std::string name;
    Kind kind;
  };
  struct Folder {
    std::string path;
    Glob::Places places;
    std::vector<Entry> entries;
    std::size_t next = 0;
  };

  static std::string join(const std::string& folder, const std::string& name) {
    std::string path;
    path.reserve(folder.size() + 1 + name.size());
    path += folder;
    if (!path.ends_with('/')) path += '/';
    return path += name;
  }

  void open(const std::string& path, Glob::Places places) {
    const bool is_root = open_.empty();
    Folder folder{path, std::move(places), {}, 0};
    DIR* const stream = opendir(path.c_str());
    if (stream != nullptr && is_an_output(dirfd(stream))) {
      closedir(stream);
      return;
    }
    // A folder that went away since its name was read is none of the input any more.
    if (stream == nullptr && (is_root || errno != ENOENT)) tell(path, errno, is_root);
    was_read_ = stream != nullptr;
    while (stream != nullptr) {
      errno = 0;
      const dirent* const entry = readdir(stream);
      if (entry == nullptr) {
        if (errno != 0) tell(path, errno, is_root);
        break;
      }
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (const auto kind = kind_of(dirfd(stream), *entry))
        folder.entries.push_back({std::string(name), *kind});
    }
    if (stream != nullptr) closedir(stream);
    std::ranges::sort(folder.entries, {}, &Entry::name);
    open_.push_back(std::move(folder));
  }

  void tell(const std::string& folder, int error, bool is_root) const {
    if (is_root && error == ENOENT)
      problem_("the folder " + folder + " does not exist" + similar_name(folder));
    else
      problem_("cannot read the folder " + folder + ": " + std::generic_category().message(error));
  }

  static bool is_of_system(const Entry& entry) {
    return entry.kind == Kind::folder || entry.kind == Kind::folder_link ? is_system_folder(entry.name)
                                                                         : is_system_file(entry.name);
  }

  using Inode = std::pair<dev_t, ino_t>;
  static std::optional<Inode> inode_of(const std::string& folder) {
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0) return std::nullopt;
    return Inode(status.st_dev, status.st_ino);
  }

  /// The run's own, or another's that a search has come upon: records are no documents.
  bool is_an_output(int folder) const {
    struct stat status {};
    if (fstat(folder, &status) == 0 && output_ == Inode(status.st_dev, status.st_ino)) return true;
    return !open_.empty() && faccessat(folder, ".docket/ledger.db", F_OK, 0) == 0;
  }

  /// Nothing for what is neither a folder nor a file. A link to a file is fine.
  static std::optional<Kind> kind_of(int folder, const dirent& entry) {
    if (entry.d_type == DT_REG) return Kind::file;
    if (entry.d_type == DT_DIR) return Kind::folder;
    const bool known = entry.d_type != DT_UNKNOWN && entry.d_type != DT_LNK;
    if (known) return std::nullopt;
    struct stat status {
    }, itself{};
    if (fstatat(folder, entry.d_name, &itself, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;  // Gone.
    if (fstatat(folder, entry.d_name, &status, 0) != 0) return Kind::dead_link;
    if (S_ISREG(status.st_mode)) return Kind::file;
    if (!S_ISDIR(status.st_mode)) return std::nullopt;
    return S_ISDIR(itself.st_mode) ? Kind::folder : Kind::folder_link;
  }

  const Glob glob_;
  const std::optional<Inode> output_;  ///< None: it is not there.
  const LeftOut& rules_;
  const Inputs::Told& problem_;
  const Inputs::Told& left_out_;
  const Inputs::Told& folder_link_;
  std::vector<Folder> open_;
  bool was_read_ = false;  ///< The folder that was opened last.
  bool is_bare_ = false;
};

class OneAfterTheOther final : public Inputs::Source {
 public:
  explicit OneAfterTheOther(std::vector<std::unique_ptr<Inputs::Source>> sources)
      : sources_(std::move(sources)) {}
  std::string next(const std::stop_token& stop) override {
    for (; at_ < sources_.size(); ++at_)
      if (std::string file = sources_[at_]->next(stop); !file.empty()) return file;
    return {};
  }
  std::string bare_folder() const override {
    std::string bare;
    for (const auto& source : sources_)
      if (bare = source->bare_folder(); bare.empty()) break;
    return bare;
  }

 private:
  const std::vector<std::unique_ptr<Inputs::Source>> sources_;
  std::size_t at_ = 0;
};

/// A list on standard input.
class List final : public Inputs::Source {
 public:
  List(fs::path base, char separator) : base_(std::move(base)), separator_(separator) {}

  std::string next(const std::stop_token& stop) override {
    for (;;) {
      const std::size_t end = buffer_.find(separator_, searched_);
      if (end != std::string::npos || (ended_ && begin_ < buffer_.size())) {
        const std::size_t stop_at = std::min(end, buffer_.size());
        std::string name = buffer_.substr(begin_, stop_at - begin_);
        begin_ = searched_ = std::min(stop_at + 1, buffer_.size());
        if (separator_ == '\n' && name.ends_with('\r')) name.pop_back();
        if (!name.empty()) return (base_ / name).string();
        continue;
      }
      if (ended_ || !read_more(stop)) return {};
    }
  }

 private:
  /// False once `stop` is requested.
  bool read_more(const std::stop_token& stop) {
    const std::stop_callback interrupt(stop, [this] { interrupted_.signal(); });
    std::array<pollfd, 2> files = {{{STDIN_FILENO, POLLIN, 0}, {interrupted_.descriptor(), POLLIN, 0}}};
    while (poll(files.data(), files.size(), -1) < 0 && errno == EINTR) {
    }
    if (stop.stop_requested()) return false;
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched_ = buffer_.size();
    std::array<char, 65536> block;
    const ssize_t length = read(STDIN_FILENO, block.data(), block.size());
    if (length > 0) {
      buffer_.append(block.data(), static_cast<std::size_t>(length));
    } else if (length == 0 || errno != EINTR) {
      ended_ = true;
    }
    return true;
  }

  const fs::path base_;
  const char separator_;
  const Event interrupted_;
  std::string buffer_;
  std::size_t begin_ = 0;     // Of the next name.
  std::size_t searched_ = 0;  // No separator before here.
  bool ended_ = false;
};

/// Why no file matches a glob that a person typed.
std::optional<std::string> mistake_in_glob(Glob glob, const std::string& source, const InputOptions& options,
                                           const LeftOut& rules, const std::stop_token& stop) {
  std::size_t left_out = 0;
  bool is_certain = true;
  const fs::path root = glob.root();
  std::error_code error;
  if (fs::status(root, error).type() == fs::file_type::not_found)
    return source + ": " + root.string() + " does not exist" + similar_name(root);
  const Inputs::Told problem = [&](const std::string&) { is_certain = false; };
  const Inputs::Told count = [&](const std::string&) { ++left_out; };
  const Inputs::Told note = [](const std::string&) {};
  const bool found =
      !Walk(std::move(glob), options.output_dir.string(), rules, problem, count, note).next(stop).empty();
  if (found || !is_certain || !options.empty_is_odd || stop.stop_requested()) return std::nullopt;
  std::string mistake = "no file matches " + source;
  if (left_out > 0) mistake += " (but " + std::to_string(left_out) + " that are left out)";
  return mistake;
}

std::optional<std::string> mistake_in(Meant meant, const std::string& source, const InputOptions& options,
                                      const LeftOut& rules, const std::stop_token& stop) {
  if (rules.covers(meant.path)) return source + " is left out by `input.exclude` of the pipeline";
  if (meant.glob) return mistake_in_glob(std::move(*meant.glob), source, options, rules, stop);
  if (meant.kind == Meant::Kind::folder) return std::nullopt;
  const auto none = no_document(meant.path, source);
  return none && none->is_certain ? std::optional(source + " " + none->why) : std::nullopt;
}

}  // namespace

Inputs::Inputs(InputOptions options, Told problem, Told left_out, Told note)
    : options_(std::move(options)),
      rules_(options_.exclude, options_.project),
      problem_([this, problem = std::move(problem)](const std::string& text) {
        told_ = true;
        problem(text);
      }),
      left_out_(left_out ? std::move(left_out) : [](const std::string&) {}),
      note_(note ? std::move(note) : [](const std::string&) {}),
      folder_link_([this](const std::string& link) {
        const auto is_named = [&](const std::string& source) {
          return (options_.base / source).lexically_normal() == link;
        };
        if (std::ranges::none_of(options_.sources, is_named))
          note_(link + " is a link to a folder, which is not followed: name it as an input of its own");
      }),
      names_(options_.letters) {}

Inputs::~Inputs() = default;

std::unique_ptr<Inputs::Source> Inputs::open(std::size_t position) {
  const std::string& source = options_.sources[position];
  if (source == "-") return std::make_unique<List>(options_.base, options_.separator);
  std::vector<std::unique_ptr<Source>> all;
  for (Meant& meant : meanings_of(source, options_, names_)) {
    if (meant.kind == Meant::Kind::file)
      all.push_back(std::make_unique<OneFile>(may_be_document(meant.path) ? std::move(meant.path) : ""));
    else
      all.push_back(
          std::make_unique<Walk>(meant.glob ? std::move(*meant.glob) : Glob::below(std::move(meant.path)),
                                 options_.output_dir.string(), rules_, problem_, left_out_, folder_link_));
  }
  return all.size() == 1 ? std::move(all.front()) : std::make_unique<OneAfterTheOther>(std::move(all));
}

std::vector<std::string> listed_folders(const std::string& source, const InputOptions& input,
                                        FileNames& names) {
  std::vector<std::string> folders;
  if (source == "-") return folders;
  for (const Meant& meant : meanings_of(source, input, names))
    if (meant.kind != Meant::Kind::file) folders.push_back(meant.path);
  return folders;
}

/// A list may name what docket has written: it is left out, with a word.
bool Inputs::is_own(const std::string& file) {
  if (!options_.is_own || !options_.is_own(file)) return false;
  left_out_(file);
  if (!std::exchange(told_of_own_, true))
    note_("left out of the list: " + file + " and what else docket has written to its output");
  return true;
}

/// Of a file that is named, by a source or on a list.
bool Inputs::may_be_document(const std::string& file) {
  if (rules_.covers(file)) {
    left_out_(file);
    return false;
  }
  const auto none = no_document(file);
  if (none) problem_(file + " " + none->why);
  return !none;
}

/// The source's files will not be named again. Files and folders are looked up, so that ten thousand names on
/// a command line take no more time each than ten.
void Inputs::remember(std::size_t position) {
  const std::string& source = options_.sources[position];
  if (source == "-") return;
  for (Meant& meant : meanings_of(source, options_, names_)) {
    if (meant.kind == Meant::Kind::file)
      files_.insert(std::move(meant.path));
    else if (meant.kind == Meant::Kind::folder)
      folders_.insert(std::move(meant.path));
    else
      globs_.push_back(std::move(*meant.glob));
  }
}

bool Inputs::named_before(const std::string& file) const {
  if (files_.contains(file)) return true;
  if (!folders_.empty()) {
    for (std::size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
         slash = file.rfind('/', slash - 1))
      if (folders_.contains(file.substr(0, slash)) &&
          is_listed_below(std::string_view(file).substr(slash + 1)) &&
          !is_behind_link(file.substr(0, slash), file))
        return true;
    if (folders_.contains("/") && is_listed_below(std::string_view(file).substr(1))) return true;
  }
  return std::ranges::any_of(
      globs_, [&](const Glob& glob) { return glob.matches(file) && !is_behind_link(glob.root(), file); });
}

std::optional<Input> Inputs::next(const std::stop_token& stop) {
  while (position_ < options_.sources.size() && !stop.stop_requested()) {
    if (!source_) source_ = open(position_);
    std::string file = source_->next(stop);
    if (!is_shortest(file)) file = fs::path(file).lexically_normal().string();
    if (file.empty()) {
      if (!stop.stop_requested()) end_source();
      continue;
    }
    const bool is_list = options_.sources[position_] == "-";
    if (is_list && !is_there(file))
      if (const auto there = names_.find(file); there.size() == 1) file = there.front();
    if (is_list ? is_own(file) || !may_be_document(file) : named_before(file)) continue;
    found_ = true;
    std::string path = document_path(file, options_.base, options_.project);
    return Input{std::move(path), std::move(file)};
  }
  return std::nullopt;
}

/// A night without input is hardly ever what it should be: a share is not mounted, a scanner is off.
void Inputs::end_source() {
  constexpr const char* advice = "; if that may be, set `input: {may_be_empty: true}` in the pipeline";
  if (const std::string bare = source_->bare_folder(); !bare.empty() && options_.empty_is_odd)
    problem_("the folder " + bare + " is empty" + advice);
  source_.reset();
  remember(position_++);
  if (position_ < options_.sources.size() || found_ || told_ || !options_.empty_is_odd) return;
  std::string sources;
  for (const std::string& source : options_.sources)
    sources += (sources.empty() ? "" : ", ") + (source == "-" ? "the list on standard input" : source);
  problem_("there is no file in the input (" + sources + ")" + advice);
}

bool would_name(const InputOptions& options, const std::string& file) {
  if (LeftOut(options.exclude, without_links(options.project)).covers(file)) return false;
  FileNames names(options.letters);
  const auto names_it = [&](const Meant& meant) {
    const std::string path = without_links(meant.path).string();
    if (meant.glob) return meant.glob->with_root(path).matches(file);
    if (meant.kind == Meant::Kind::file) return path == file;
    const std::string folder = path == "/" ? "/" : path + "/";
    return file.starts_with(folder) && is_listed_below(std::string_view(file).substr(folder.size()));
  };
  return std::ranges::any_of(options.sources, [&](const std::string& source) {
    return source != "-" && std::ranges::any_of(meanings_of(source, options, names), names_it);
  });
}

std::optional<Error> mistyped(const InputOptions& options, const std::stop_token& stop) {
  constexpr std::size_t most_told = 10;
  const LeftOut rules(options.exclude, options.project);
  FileNames names(options.letters);
  std::vector<std::string> mistakes;
  for (const std::string& source : options.sources) {
    if (source == "-") continue;
    std::optional<std::string> mistake;
    for (Meant& meant : meanings_of(source, options, names))  // One that is right is enough.
      if (mistake = mistake_in(std::move(meant), source, options, rules, stop); !mistake) break;
    if (mistake) mistakes.push_back(std::move(*mistake));
  }
  if (mistakes.empty()) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < std::min(mistakes.size(), most_told); ++i)
    text += (i == 0 ? "" : "; ") + mistakes[i];
  if (mistakes.size() > most_told) text += "; and " + std::to_string(mistakes.size() - most_told) + " more";
  return Error{ErrorClass::config, text};
}

}  // namespace docket
