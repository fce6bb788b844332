// docket-ocr --serve                    a worker of docket's pool: looks at pages, see worker/process/serve.h
// docket-ocr FILE PAGE [LANGUAGE]…      the same for people: the words of a page
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/ocr_data.h"
#include "pipeline/support/descriptor.h"
#include "worker/formats/archive.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/media_type.h"
#include "worker/formats/msg.h"
#include "worker/members/members.h"
#include "worker/ocr/read_page.h"
#include "worker/process/fatal_signals.h"
#include "worker/process/mapped_file.h"
#include "worker/process/sandbox.h"
#include "worker/process/sanitizers.h"
#include "worker/process/serve.h"

namespace {

using namespace docket;
using namespace docket::worker;

[[noreturn]] void end(int code) {
  std::cout.flush();
  _exit(code);  // Locked in, the ends of libraries and of the leak checker may not do what they want to.
}

/// tesseract is slower with several threads than with one for each page, and the sandbox makes no thread.
/// OpenMP's runtime is the library's, not this program's: there may be none.
void use_one_thread() {
  using SetLevels = void (*)(int);
  const auto set_levels = reinterpret_cast<SetLevels>(dlsym(RTLD_DEFAULT, "omp_set_max_active_levels"));
  if (set_levels != nullptr) set_levels(0);
}

void keep_libraries_quiet() { setMsgSeverity(L_SEVERITY_NONE); }

/// What is needed to find a member of a file, and the pages of what.
struct Looker {
  const MediaTypes& media_types;
  OcrReader reader = {};
  MemberCache cache = {};
};

Result<Answer> look(Looker& looker, int descriptor, const ExtractOrder& order) {
  const auto file = MappedFile::open(descriptor);
  if (!file) return file.error();
  if (order.members.empty()) return look_at_page(looker.reader, file->content(), order);
  MemberBudget budget(order.member_limits, file->content().size());
  const auto member = read_member(file->content(), order.members,
                                  {.media_types = looker.media_types,
                                   .passwords = order.passwords,
                                   .budget = budget,
                                   .cache = &looker.cache,
                                   .file_identity = file_identity(descriptor)});
  if (!member) return member.error();
  return look_at_page(looker.reader, *member, order);
}

int fail(const Error& error) {
  std::cerr << "docket-ocr: " << error.message << '\n';
  return static_cast<int>(WorkerExit::cannot_start);
}

void load_readers_of_members() {
  load_archives();
  load_mail();
  load_msg();
}

int run_worker() {
  bind_to_parent(worker_socket);
  explain_fatal_signals();
  const auto media_types = MediaTypes::load();
  if (!media_types) return fail(media_types.error());
  load_readers_of_members();
  Descriptor statm = open_file("/proc/self/statm", O_RDONLY);  // Once it is locked in, it cannot.
  const std::string refused = lock_in();
  if (!under_sanitizer) dup2(STDOUT_FILENO, STDERR_FILENO);
  Looker looker{**media_types};
  const Work work = [&](int, int file, const ExtractOrder& order) { return look(looker, file, order); };
  return static_cast<int>(serve(worker_socket, refused, work, std::move(statm)));
}

int run_once(const char* path, int number, std::vector<std::string> languages) {
  const Descriptor file = open_file(path, O_RDONLY | O_NOCTTY);
  if (!file) {
    std::cerr << path << ": " << std::strerror(errno) << '\n';
    return 1;
  }
  if (languages.empty()) languages = default_ocr_languages();
  const auto media_types = MediaTypes::load();
  if (!media_types) return fail(media_types.error());
  lock_in();
  Looker looker{**media_types};
  const char* password = std::getenv("DOCKET_PASSWORD");
  ExtractOrder order;
  if (password != nullptr) order.passwords.emplace_back(password);
  order.page = SeenPage{SeenPage::Wanted::words, number, std::move(languages)};
  const auto answer = look(looker, file.get(), order);
  if (!answer) {
    std::cerr << path << ' ' << answer.error().message << " (" << name(answer.error().error_class) << ")\n";
    return 1;
  }
  std::cerr << answer->value << '\n';
  std::cout << answer->text->pages.front().text;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  use_one_thread();
  keep_libraries_quiet();
  const std::string_view first = argc > 1 ? argv[1] : "", second = argc > 2 ? argv[2] : "";
  if (argc == 2 && first == "--serve") end(run_worker());
  int page = 0;
  std::from_chars(second.data(), second.data() + second.size(), page);
  if (page > 0) end(run_once(argv[1], page, {argv + 3, argv + argc}));
  std::cerr << "usage: docket-ocr FILE PAGE [LANGUAGE]...   print the words of a page, read by tesseract\n"
               "DOCKET_PASSWORD holds the password of an encrypted PDF.\n";
  return 2;
}
