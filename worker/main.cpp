// docket-extract --serve         a worker of docket's pool, see worker/process/serve.h
// docket-extract [--text] FILE   the same for people: JSON, or the text with a form feed between pages
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/support/descriptor.h"
#include "worker/conditions/condition_server.h"
#include "worker/print.h"
#include "worker/process/fatal_signals.h"
#include "worker/process/frames.h"
#include "worker/process/office_sandbox.h"
#include "worker/process/sandbox.h"
#include "worker/process/sanitizers.h"
#include "worker/process/serve.h"
#include "worker/read_file.h"
#include "worker/warm_up.h"

namespace {

using namespace docket;
using namespace docket::worker;

[[noreturn]] void end(int code) {
  std::cout.flush();
  _exit(code);  // Locked in, the ends of libraries and of the leak checker may not do what they want to.
}

int fail(const Error& error) {
  std::cerr << "docket-extract: " << error.message << '\n';
  return static_cast<int>(WorkerExit::cannot_start);
}

ReadOrder read_order(int socket, const ExtractOrder& order, MemberCache& cache) {
  ReadOrder out{order.passwords,     {order.most_pages, {}}, order.form, order.members,
                order.member_limits, order.attachments,      &cache};
  if (order.tell_progress)
    out.pages.was_read = [socket](std::size_t read, std::size_t of) {
      send_frame(socket, Frame::progress,
                 encode(Progress{static_cast<std::uint32_t>(read), static_cast<std::uint32_t>(of)}));
    };
  return out;
}

Result<Answer> extract(int socket, int file, const ExtractOrder& order, const MediaTypes& media_types,
                       MemberCache& cache) {
  const auto announce = [&](const FileFacts& facts) { send_frame(socket, Frame::file, encode(facts)); };
  if (order.only_bytes) {
    auto bytes = read_bytes(file, read_order(socket, order, cache), media_types);
    if (!bytes) return bytes.error();
    Answer answer{nlohmann::json::object(), std::make_shared<const Text>()};
    answer.image = std::make_shared<const Image>(Image{"application/octet-stream", std::move(*bytes), 1, 1});
    return answer;
  }
  auto out = read_file(file, read_order(socket, order, cache), media_types, announce);
  if (!out) return out.error();
  return Answer{std::move(out->value), std::make_shared<const Text>(std::move(out->text))};
}

int run_worker() {
  bind_to_parent(worker_socket);
  explain_fatal_signals();
  const auto media_types = MediaTypes::load();
  if (!media_types) return fail(media_types.error());
  warm_up();
  Descriptor statm = open_file("/proc/self/statm", O_RDONLY);  // Once it is locked in, it cannot.
  const std::string refused = lock_in();
  // From here on only libraries print, and a hostile file makes them print without end.
  if (!under_sanitizer) dup2(STDOUT_FILENO, STDERR_FILENO);
  MemberCache cache;
  const Work work = [&](int socket, int file, const ExtractOrder& order) {
    return extract(socket, file, order, **media_types, cache);
  };
  return static_cast<int>(serve(worker_socket, refused, work, std::move(statm)));
}

int run_condition_worker() {
  prepare_for_conditions();
  lock_in();  // What is refused, the workers that read files say.
  if (!under_sanitizer) dup2(STDOUT_FILENO, STDERR_FILENO);
  return static_cast<int>(serve_conditions(worker_socket));
}

int run_once(const char* path, Form form, std::vector<std::string> members = {}) {
  const Descriptor file = open_file(path, O_RDONLY | O_NOCTTY);
  if (!file) {
    std::perror(path);
    return 1;
  }
  const auto media_types = MediaTypes::load();
  if (!media_types) return fail(media_types.error());
  warm_up();
  if (const std::string refused = lock_in(); !refused.empty())
    std::cerr << "docket-extract: warning: not locked in entirely: " << refused << '\n';
  FileFacts facts;
  ReadOrder order;
  if (const char* password = std::getenv("DOCKET_PASSWORD")) order.passwords.emplace_back(password);
  order.members = std::move(members);
  const auto extraction =
      read_file(file.get(), order, **media_types, [&](const FileFacts& known) { facts = known; });
  if (!extraction) {
    std::cerr << path << ' ' << extraction.error().message << " (" << name(extraction.error().error_class)
              << ")\n";
    return 1;
  }
  print(std::cout, *extraction, facts, form);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (argc == 2 && first == "--serve") end(run_worker());
  if (argc == 2 && first == "--conditions") end(run_condition_worker());
  if (argc == 8 && first == "--convert") end(become_office(argv + 2));
  if (argc > 3 && first == "--member") end(run_once(argv[argc - 1], Form::json, {argv + 2, argv + argc - 1}));
  if (argc == 3 && first == "--text") end(run_once(argv[2], Form::text));
  if (argc == 2 && !first.starts_with("--")) end(run_once(argv[1], Form::json));
  std::cerr << "usage: docket-extract FILE                     print what is found in FILE as JSON\n"
               "       docket-extract --text FILE              print its text, a form feed between pages\n"
               "       docket-extract --member NAME… FILE      the same as JSON of a file that is in it\n"
               "DOCKET_PASSWORD holds the password of an encrypted PDF.\n";
  return 2;
}
