#include "backends/extraction/office_conversion.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "backends/extraction/process.h"
#include "backends/extraction/wire.h"

namespace docket::backends {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

struct OldFormat {
  std::string_view media_type;
  std::string_view ending;      ///< By which LibreOffice knows it.
  std::string_view new_ending;  ///< Of what it becomes.
  std::string_view name;
  std::string_view package;
};

constexpr std::array formats = {
    OldFormat{"application/msword", "doc", "docx", "a Word document of before 2007",
              "libreoffice-writer-nogui"},
    OldFormat{"application/vnd.ms-excel", "xls", "xlsx", "an Excel workbook of before 2007",
              "libreoffice-calc-nogui"},
    OldFormat{"application/vnd.ms-powerpoint", "ppt", "pptx", "a PowerPoint presentation of before 2007",
              "libreoffice-impress-nogui"},
    OldFormat{"application/vnd.ms-excel.sheet.binary.macroEnabled", "xlsb", "xlsx", "a binary Excel workbook",
              "libreoffice-calc-nogui"},
};

const OldFormat* format_of_type(std::string_view media_type) {
  const auto found = std::ranges::find(formats, media_type, &OldFormat::media_type);
  return found == formats.end() ? nullptr : &*found;
}

/// LibreOffice in the folders of PATH, or where its own packages put it; empty: it is not installed.
std::filesystem::path office_program() {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "" : variable;
  std::error_code unknown;
  const auto is_program = [&](const std::filesystem::path& path) {
    return std::filesystem::is_regular_file(path, unknown) && access(path.c_str(), X_OK) == 0;
  };
  // `soffice` is a script around the program itself, and starts it again where docket has to.
  const auto program_itself = [&](const std::filesystem::path& script) {
    const std::filesystem::path real = canonical(script, unknown);
    const std::filesystem::path program = real.parent_path() / "soffice.bin";
    return is_program(program) ? program : real;
  };
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    const std::filesystem::path folder(folders.substr(0, end));
    folders.remove_prefix(std::min(end + 1, folders.size()));
    if (folder.is_absolute() && is_program(folder / "soffice")) return program_itself(folder / "soffice");
  }
  const std::filesystem::path usual = "/usr/lib/libreoffice/program/soffice";
  return is_program(usual) ? program_itself(usual) : std::filesystem::path();
}

/// LibreOffice may make its socket in /tmp and not remove it. Of those of this user, the ones at which nobody
/// listens and that are no older than `since` are removed.
void remove_dead_sockets(std::chrono::system_clock::time_point since) {
  const std::string begin = "OSL_PIPE_" + std::to_string(geteuid()) + "_SingleOfficeIPC_";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp", error)) {
    const std::string name = entry.path().filename().string();
    struct stat status {};
    if (!name.starts_with(begin) || lstat(entry.path().c_str(), &status) != 0) continue;
    const bool is_ours = S_ISSOCK(status.st_mode) && status.st_uid == geteuid() &&
                         status.st_mtime + 1 >= std::chrono::system_clock::to_time_t(since);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!is_ours || entry.path().string().size() >= sizeof address.sun_path) continue;
    std::strcpy(address.sun_path, entry.path().c_str());
    const Descriptor caller(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool is_dead = connect(caller.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
                         errno == ECONNREFUSED;
    if (is_dead) std::filesystem::remove(entry.path(), error);
  }
}

Error not_installed(const OldFormat& format) {
  return {ErrorClass::unsupported, "is " + std::string(format.name) + " (" + std::string(format.media_type) +
                                       "), which docket reads with LibreOffice's help; install its package " +
                                       std::string(format.package)};
}

Error no_room(const std::string& why) {
  return {ErrorClass::unavailable, "LibreOffice has no folder to work in: " + why};
}

Result<std::filesystem::path> new_folder() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "docket-office-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return no_room(std::strerror(errno));
  return std::filesystem::path(name);
}

/// All that LibreOffice learns of docket's environment, which may hold keys.
std::vector<std::string> office_environment(const std::filesystem::path& folder) {
  return {"HOME=" + folder.string(), "TMPDIR=" + folder.string(), "PATH=/usr/local/bin:/usr/bin:/bin",
          "LANG=C.UTF-8", "SAL_USE_VCLPLUGIN=svp"};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

int spawn_in_session(pid_t& pid, std::vector<std::string> arguments, std::vector<std::string> environment) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  const int failed = posix_spawn(&pid, arguments.front().c_str(), &actions, &attributes,
                                 pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

}  // namespace

bool is_convertible(std::string_view media_type) { return format_of_type(media_type) != nullptr; }

OfficeConversion::OfficeConversion(std::filesystem::path folder, std::filesystem::path worker,
                                   std::filesystem::path office, const Limits& limits)
    : folder_(std::move(folder)), limits_(limits), worker_(std::move(worker)), office_(std::move(office)) {}

Result<std::unique_ptr<OfficeConversion>> OfficeConversion::start(const std::filesystem::path& worker,
                                                                  int file, std::string_view media_type,
                                                                  const Limits& limits) {
  const OldFormat& format = *format_of_type(media_type);
  std::filesystem::path office = office_program();
  if (office.empty()) return not_installed(format);
  auto folder = new_folder();
  if (!folder) return folder.error();
  std::unique_ptr<OfficeConversion> out(
      new OfficeConversion(std::move(*folder), worker, std::move(office), limits));
  out->document_ = "document." + std::string(format.ending);
  out->made_ = "document." + std::string(format.new_ending);
  if (const auto error = out->copy(file, out->document_)) return *error;
  if (const auto error = out->run()) return *error;
  return out;
}

std::optional<Error> OfficeConversion::run() {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limits_.cpu_time).count();
  const std::string ending = made_.substr(made_.find('.') + 1);
  ++runs_;
  const int failed =
      spawn_in_session(pid_,
                       {worker_.string(), "--convert", office_.string(), folder_.string(), document_, ending,
                        std::to_string(seconds), std::to_string(limits_.memory)},
                       office_environment(folder_));
  if (failed != 0) {
    pid_ = -1;
    return Error{ErrorClass::unavailable, "cannot start " + worker_.string() + ": " + std::strerror(failed)};
  }
  ended_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!ended_)
    return Error{ErrorClass::unavailable,
                 std::string("cannot tell when LibreOffice ends: ") + std::strerror(errno)};
  return {};
}

bool OfficeConversion::goes_on() {
  constexpr int wants_to_start_again = 81;  // Once its settings are there.
  if (runs_ > 1 || time_left() <= nanoseconds(0)) return false;
  end();
  const bool is_first = WIFEXITED(status_) && WEXITSTATUS(status_) == wants_to_start_again;
  return is_first && !run();
}

std::optional<Error> OfficeConversion::copy(int file, std::string_view name) const {
  const Descriptor to(open((folder_ / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!to) return no_room(std::strerror(errno));
  std::array<char, 1 << 16> chunk;
  for (off_t at = 0;;) {
    const ssize_t got = pread(file, chunk.data(), chunk.size(), at);
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || write(to.get(), chunk.data(), static_cast<std::size_t>(got)) != got)
      return no_room(std::strerror(errno));
    at += got;
  }
}

nanoseconds OfficeConversion::time_left() const { return limits_.wall_time - (steady_clock::now() - begin_); }

void OfficeConversion::end() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);  // LibreOffice is several processes.
  rusage usage{};
  while (wait4(pid_, &status_, 0, &usage) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);  // Those that it left behind.
  cpu_time_ += std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  pid_ = -1;
  remove_dead_sockets(begin_by_calendar_);
}

Result<InputFile> OfficeConversion::result() {
  const bool is_late = time_left() <= nanoseconds(0);
  end();
  // What it has made may be anything: no link of its is followed.
  Descriptor made(open((folder_ / made_).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (made && fstat(made.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
    return InputFile{std::move(made), status.st_size};
  const bool is_out_of_time = is_late || (WIFSIGNALED(status_) && WTERMSIG(status_) == SIGXCPU);
  if (is_out_of_time)
    return Error{ErrorClass::timeout, "took LibreOffice longer than `limits` of the extract stage allows"};
  if (WIFEXITED(status_) && WEXITSTATUS(status_) == static_cast<int>(WorkerExit::cannot_start))
    return Error{
        ErrorClass::unsupported,
        "is of a kind that docket reads with LibreOffice's help, which cannot be locked in here; run "
        "docket where Landlock (Linux 5.13 and later, where it is switched on) and seccomp(2) are "
        "allowed"};
  if (WIFSIGNALED(status_) && WTERMSIG(status_) != SIGKILL)
    return Error{ErrorClass::crash, "crashed LibreOffice (" + signal_name(WTERMSIG(status_)) + ")"};
  return Error{ErrorClass::damaged, "cannot be read by LibreOffice: it is broken, or has a password"};
}

OfficeConversion::~OfficeConversion() {
  end();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace docket::backends
