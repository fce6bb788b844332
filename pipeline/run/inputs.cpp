#include "pipeline/run/inputs.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "pipeline/support/event.h"
#include "pipeline/support/file_names.h"

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

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
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
  Walk(Glob glob, const std::string& output_dir, const std::function<void(const std::string&)>& warn)
      : glob_(std::move(glob)), output_(inode_of(output_dir)), warn_(warn) {
    open(glob_.root().empty() ? "." : glob_.root(), glob_.start());
  }

  std::string next(const std::stop_token& stop) override {
    while (!open_.empty() && !stop.stop_requested()) {
      Folder& folder = open_.back();
      if (folder.next == folder.entries.size()) {
        open_.pop_back();
        continue;
      }
      const Entry& entry = folder.entries[folder.next++];
      if (!entry.is_folder && glob_.accepts(folder.places, entry.name)) {
        return join(folder.path, entry.name);
      }
      if (!entry.is_folder) continue;
      Glob::Places places = glob_.enter(folder.places, entry.name);
      const std::string path = join(folder.path, entry.name);
      if (!places.empty()) open(path, std::move(places));  // `folder` is no longer valid.
    }
    return {};
  }

 private:
  struct Entry {
    std::string name;
    bool is_folder;
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
    Folder folder{path, std::move(places), {}, 0};
    DIR* const stream = opendir(path.c_str());
    if (stream != nullptr && is_an_output(dirfd(stream))) {
      closedir(stream);
      return;
    }
    if (stream == nullptr) warn_("cannot read the folder " + path + ": " + std::strerror(errno));
    while (const dirent* entry = stream != nullptr ? readdir(stream) : nullptr) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (const auto is_folder = kind_of(dirfd(stream), *entry))
        folder.entries.push_back({std::string(name), *is_folder});
    }
    if (stream != nullptr) closedir(stream);
    std::ranges::sort(folder.entries, {}, &Entry::name);
    open_.push_back(std::move(folder));
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

  /// Whether it is a folder; nothing for what is neither a folder nor a file. A link to a file is fine, a
  /// link to a folder is not followed.
  static std::optional<bool> kind_of(int folder, const dirent& entry) {
    if (entry.d_type == DT_REG) return false;
    if (entry.d_type == DT_DIR) return true;
    struct stat status {};
    const bool known = entry.d_type != DT_UNKNOWN && entry.d_type != DT_LNK;
    if (known || fstatat(folder, entry.d_name, &status, 0) != 0) return std::nullopt;
    if (S_ISREG(status.st_mode)) return false;
    struct stat itself {};
    if (fstatat(folder, entry.d_name, &itself, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(itself.st_mode))
      return std::nullopt;
    return true;
  }

  const Glob glob_;
  const std::optional<Inode> output_;  ///< None: it is not there.
  const std::function<void(const std::string&)>& warn_;
  std::vector<Folder> open_;
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

}  // namespace

Inputs::Inputs(InputOptions options, std::function<void(const std::string&)> warn)
    : options_(std::move(options)), warn_(std::move(warn)), names_(options_.letters) {}

Inputs::~Inputs() = default;

std::unique_ptr<Inputs::Source> Inputs::open(std::size_t position) {
  const std::string& source = options_.sources[position];
  if (source == "-") return std::make_unique<List>(options_.base, options_.separator);
  std::vector<std::unique_ptr<Source>> all;
  for (Meant& meant : meanings_of(source, options_, names_)) {
    if (meant.kind == Meant::Kind::file)
      all.push_back(std::make_unique<OneFile>(std::move(meant.path)));
    else
      all.push_back(
          std::make_unique<Walk>(meant.glob ? std::move(*meant.glob) : Glob::below(std::move(meant.path)),
                                 options_.output_dir.string(), warn_));
  }
  return all.size() == 1 ? std::move(all.front()) : std::make_unique<OneAfterTheOther>(std::move(all));
}

std::vector<std::string> listed_folders(const std::string& source, const InputOptions& input,
                                        FileNames& names) {
  std::vector<std::string> folders;
  if (source == "-") return folders;
  for (const Meant& meant : meanings_of(source, input, names))
    if (meant.kind != Meant::Kind::file) folders.push_back(meant.path.empty() ? "." : meant.path);
  return folders;
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
          is_listed_below(std::string_view(file).substr(slash + 1)))
        return true;
    if (folders_.contains("/") && is_listed_below(std::string_view(file).substr(1))) return true;
  }
  return std::ranges::any_of(globs_, [&](const Glob& glob) { return glob.matches(file); });
}

std::optional<Input> Inputs::next(const std::stop_token& stop) {
  while (position_ < options_.sources.size() && !stop.stop_requested()) {
    if (!source_) source_ = open(position_);
    std::string file = source_->next(stop);
    if (!is_shortest(file)) file = fs::path(file).lexically_normal().string();
    if (file.empty()) {
      const bool is_list = options_.sources[position_] == "-";
      if (!found_ && !is_list && options_.empty_is_odd && !stop.stop_requested()) {
        warn_("no file matches " + options_.sources[position_]);
      }
      source_.reset();
      found_ = false;
      remember(position_++);
      continue;
    }
    found_ = true;
    if (options_.sources[position_] != "-") {
      if (named_before(file)) continue;
    } else if (options_.is_own && options_.is_own(file)) {
      if (!std::exchange(told_of_own_, true))
        warn_("left out of the list: " + file + " and what else docket has written to its output");
      continue;
    } else if (!is_there(file)) {
      if (const auto there = names_.find(file); there.size() == 1) file = there.front();
    }
    std::string path = document_path(file, options_.base, options_.project);
    return Input{std::move(path), std::move(file)};
  }
  return std::nullopt;
}

}  // namespace docket
