#include "pipeline/run/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/fault_point.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/utf8.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

/// File systems allow 255 bytes; the longest of our endings must fit behind.
constexpr std::size_t longest_component = 240;
constexpr std::size_t digest_digits = 64;  ///< All of a SHA-256: shorter ones can be made to be equal.

std::string_view without_leading(std::string_view text, char c) {
  while (text.starts_with(c))
    text.remove_prefix(1);
  return text;
}

std::string_view without_trailing(std::string_view text, char c) {
  while (text.ends_with(c))
    text.remove_suffix(1);
  return text;
}

std::string folder_name(std::string_view component) {
  const std::string_view bare = without_trailing(component, '_');
  const bool like_ours =
      bare.ends_with(record_ending) || bare.ends_with(text_ending) || bare.ends_with(".jsonl");
  return std::string(component) + (like_ours ? "_" : "");
}

/// The record of `x.words` would be the word boxes of `x`.
std::string file_name(std::string_view component) {
  return std::string(component) + (without_trailing(component, '_').ends_with(".words") ? "_" : "");
}

bool ends_like_shortened(std::string_view component) {
  const std::size_t tilde = component.rfind('~');
  return tilde != std::string_view::npos && component.size() - tilde - 1 == digest_digits &&
         component.find_first_not_of("0123456789abcdef", tilde + 1) == std::string_view::npos;
}

/// What already looks cut gets an underscore behind, which what is cut here never has.
std::string shortened(std::string component) {
  if (ends_like_shortened(without_trailing(component, '_'))) component += '_';
  if (component.size() <= longest_component) return component;
  const std::string digest = sha256_hex(component);
  std::size_t cut = longest_component - digest_digits - 1;
  while (cut > 0 && continues_character(component[cut]))
    --cut;  // Not within a character.
  return component.substr(0, cut) + "~" + digest;
}

/// What is short is written together with what comes after it.
constexpr std::size_t written_together = std::size_t{1} << 16;

/// Writes all of `content` and closes the file; 0 or an errno. `size`: of what was written.
int write_pieces(Descriptor& file, const Pieces& content, std::int64_t& size) {
  int error = 0;
  std::string waiting;
  size = 0;
  const auto write = [&](std::string_view bytes) {
    if (error == 0) error = write_all(file.get(), bytes);
    size += static_cast<std::int64_t>(bytes.size());
    return error == 0;
  };
  content([&](std::string_view piece) {
    if (waiting.empty() && piece.size() >= written_together) return write(piece);
    waiting += piece;
    if (waiting.size() < written_together) return true;
    const bool is_written = write(waiting);
    waiting.clear();
    return is_written;
  });
  if (!waiting.empty()) write(waiting);
  const int failed = file.close();
  return error != 0 ? error : failed;
}

/// Opens the file, writes all of `content`; 0 or an errno.
int write_content(const fs::path& file, int flags, const Pieces& content, std::int64_t& size) {
  Descriptor descriptor = open_file(file, flags);
  if (!descriptor) return errno;
  return write_pieces(descriptor, content, size);
}

int write_content(const fs::path& file, int flags, std::string_view content) {
  std::int64_t size = 0;
  return write_content(file, flags, whole(content), size);
}

int write_new(const fs::path& file, const Pieces& content, std::int64_t& size) {
  return write_content(file, O_WRONLY | O_CREAT | O_TRUNC, content, size);
}

int write_new(const fs::path& file, std::string_view content) {
  return write_content(file, O_WRONLY | O_CREAT | O_TRUNC, content);
}

/// 0 or an errno.
int put_in_place(const fs::path& temporary, const fs::path& file) {
  return rename(temporary.c_str(), file.c_str()) == 0 ? 0 : errno;
}

/// For a folder of the output that is on another file system, behind a link or a mount.
int put_in_place_by_copy(const fs::path& file, const fs::path& temporary, const Pieces& content) {
  const fs::path beside = file.parent_path() / (".docket-" + temporary.string());
  std::int64_t size = 0;
  int error = write_new(beside, content, size);
  if (error == 0) error = put_in_place(beside, file);
  if (error != 0) unlink(beside.c_str());
  return error;
}

/// True for an error that the next file would have too.
bool is_of_the_disk(int error) {
  return error == ENOSPC || error == EDQUOT || error == EROFS || error == EIO;
}

/// Names of files in `.docket/tmp`: what else somebody has put there stays.
bool is_temporary_name(const std::string& name) {
  return name.find_first_not_of("0123456789") == std::string::npos || name == "results.jsonl";
}

/// What a killed run left.
void empty_temporary(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    if (is_temporary_name(entry.path().filename().string())) unlink(entry.path().c_str());
}

}  // namespace

std::string output_name(std::string_view path) {
  std::string name;
  bool first = true;
  if (path.starts_with('/')) {
    name = "_root/";
    first = false;
    path.remove_prefix(1);
  }
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const bool last = slash == std::string_view::npos;
    std::string component = last ? file_name(path) : folder_name(path.substr(0, slash));
    const std::string_view bare = without_leading(component, '_');
    const bool reserved =
        (bare == "root" && component != "root") || bare == ".docket" || (bare == "report" && last);
    if (first && reserved) component.insert(0, 1, '_');
    name += shortened(std::move(component));
    first = false;
    if (last) break;
    name += '/';
    path.remove_prefix(slash + 1);
  }
  return name;
}

std::optional<int> descriptor_named(const fs::path& file) {
  const std::string path = file.lexically_normal().string();
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(folder)) continue;
    int number = 0;
    const char* const end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(path.data() + folder.size(), end, number);
    if (error == std::errc() && rest == end && number >= 0) return number;
  }
  return std::nullopt;
}

std::optional<Error> write_file(const fs::path& file, std::string_view content, unsigned mode) {
  if (const auto descriptor = descriptor_named(file)) {  // It may be a file that must not be begun anew.
    const int failed = write_all(*descriptor, content);
    return failed == 0 ? std::nullopt : std::optional(write_error(file, failed));
  }
  const fs::path place = without_links(file);  // A link stays one.
  std::error_code ignored;
  const fs::file_type type = fs::status(place, ignored).type();
  if (type != fs::file_type::regular &&
      type != fs::file_type::not_found) {  // A device or a pipe stays what it is.
    const int error = write_content(place, O_WRONLY, content);
    return error == 0 ? std::nullopt : std::optional(write_error(file, error));
  }
  const fs::path temporary =
      place.parent_path() / ("." + place.filename().string() + ".tmp-" + std::to_string(getpid()));
  int error = write_new(temporary, content);
  if (error == 0 && mode != 0 && chmod(temporary.c_str(), static_cast<mode_t>(mode)) != 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), place.c_str()) != 0) error = errno;
  if (error == 0) return std::nullopt;
  unlink(temporary.c_str());
  return write_error(file, error);
}

std::variant<std::unique_ptr<Output>, Output::Failure> Output::open(const fs::path& folder,
                                                                    std::optional<FileMode> mode) {
  return prepare(folder, mode, [](const fs::path& file) { return RunLock::take(file); });
}

std::variant<std::unique_ptr<Output>, Output::Failure> Output::open_when_free(
    const fs::path& folder, const std::stop_token& stop,
    const std::function<void(const LockHolder&)>& waiting, std::optional<FileMode> mode) {
  return prepare(folder, mode, [&](const fs::path& file) { return RunLock::wait(file, stop, waiting); });
}

namespace {

/// Why the output folder cannot be made, and what to do: most often its name is wrong.
Error no_folder(const fs::path& folder, int error_number) {
  Error error = write_error(folder, error_number);
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored))
    error.message = folder.string() + " is a file";
  error.message += "; choose another output folder (output.dir or -o DIR)";
  return error;
}

}  // namespace

std::variant<std::unique_ptr<Output>, Output::Failure> Output::prepare(
    const fs::path& folder, std::optional<FileMode> mode, const std::function<Taken(const fs::path&)>& take) {
  std::error_code error;
  const bool is_new = !fs::exists(folder, error);
  fs::create_directories(folder / ".docket", error);
  if (error) return Failure{no_folder(folder, error.value())};
  if (mode && is_new) set_mode(folder, folder_mode(*mode));
  if (mode) set_mode(folder / ".docket", folder_mode(*mode));
  auto taken = take(folder / lock_file);
  if (const auto* failed = std::get_if<Error>(&taken)) return Failure{*failed};
  if (const auto* busy = std::get_if<RunLock::Busy>(&taken))
    return Failure{
        {ErrorClass::output, "another run is writing to " + folder.string() + ": " + to_string(busy->holder)},
        true};
  std::unique_ptr<Output> output(new Output(folder, mode, std::move(std::get<RunLock>(taken))));
  if (mode) set_mode(folder / lock_file, *mode);
  empty_temporary(output->temporary());
  fs::create_directories(output->temporary(), error);
  if (error) return Failure{write_error(output->temporary(), error.value())};
  return output;
}

Output::Output(fs::path folder, std::optional<FileMode> mode, RunLock lock)
    : folder_(std::move(folder)), mode_(mode), lock_(std::move(lock)) {}

std::error_code Output::make_folders(const fs::path& folder) const {
  std::error_code error;
  if (folder == folder_ || folder.empty() || fs::exists(folder, error)) return {};
  if ((error = make_folders(folder.parent_path()))) return error;
  const bool is_new = fs::create_directory(folder, error);  // Another thread may make it too.
  if (is_new && mode_) set_mode(folder, folder_mode(*mode_));
  return error;
}

Output::~Output() {
  empty_temporary(temporary());
  rmdir(temporary().c_str());
}

bool Output::holds(std::string_view name, const Pieces& content) const {
  std::ifstream file(folder_ / name, std::ios::binary);
  bool is_same = file.good();
  std::string there;
  content([&](std::string_view piece) {
    there.resize(piece.size());
    file.read(there.data(), static_cast<std::streamsize>(there.size()));
    is_same = is_same && file && there == piece;
    return is_same;
  });
  return is_same && file.peek() == std::ifstream::traits_type::eof();
}

std::optional<Output::Unwritten> Output::remove(std::string_view name) const {
  const fs::path file = folder_ / name;
  std::error_code error;
  if (fs::symlink_status(file, error).type() != fs::file_type::regular) return std::nullopt;
  if (unlink(file.c_str()) != 0 && errno != ENOENT) {
    const int failed = errno;
    return Unwritten{{ErrorClass::output,
                      "cannot remove " + file.string() + ": " + std::generic_category().message(failed)},
                     is_of_the_disk(failed)};
  }
  for (fs::path folder = file.parent_path(); folder != folder_; folder = folder.parent_path())
    if (rmdir(folder.c_str()) != 0) break;  // Not empty, or a link.
  return std::nullopt;
}

std::optional<Output::Unwritten> Output::write(std::string_view name, std::string_view content) const {
  std::int64_t size = 0;
  return write(name, whole(content), size);
}

std::optional<Output::Unwritten> Output::write(std::string_view name, const Pieces& content,
                                               std::int64_t& size) const {
  static std::atomic<unsigned> number = 0;
  const fs::path file = folder_ / name;
  const fs::path temporary_file = temporary() / std::to_string(++number);
  if (const int failed = write_new(temporary_file, content, size)) {
    unlink(temporary_file.c_str());
    return Unwritten{write_error(file, failed), failed != EFBIG};
  }
  if (mode_) set_mode(temporary_file, *mode_);
  fault_point("output.written");
  int error = put_in_place(temporary_file, file);
  if (error == ENOENT) {
    const std::error_code failed = make_folders(file.parent_path());
    error = failed ? failed.value() : put_in_place(temporary_file, file);
  }
  const bool elsewhere = error == EXDEV;
  if (elsewhere) error = put_in_place_by_copy(file, temporary_file.filename(), content);
  if (elsewhere && error == 0 && mode_) set_mode(file, *mode_);
  fault_point("output.renamed");
  if (elsewhere || error != 0) unlink(temporary_file.c_str());
  if (error == 0) return std::nullopt;
  return Unwritten{write_error(file, error), is_of_the_disk(error)};
}

}  // namespace docket
