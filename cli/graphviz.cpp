#include "cli/graphviz.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

Error graphviz_error(const std::string& message) { return {ErrorClass::unavailable, message}; }

std::string in_words(int error) { return std::generic_category().message(error); }

/// Files in memory: neither end can wait for the other one to read.
Descriptor memory_file(const std::string& content) {
  Descriptor file(memfd_create("graph", MFD_CLOEXEC));
  if (file && write_all(file.get(), content) != 0) return {};
  if (file) lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string content_of(const Descriptor& file) {
  std::string content;
  std::array<char, 65536> piece{};
  off_t at = 0;
  for (ssize_t count = 0; (count = pread(file.get(), piece.data(), piece.size(), at)) > 0; at += count)
    content.append(piece.data(), static_cast<std::size_t>(count));
  return content;
}

/// How it ended, as waitpid() says it; or why it was not started.
Result<int> run_dot(const Descriptor& in, const Descriptor& out, const Descriptor& complaints) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, complaints.get(), 2);
  std::string name = "dot", format = "-Tsvg";
  char* const arguments[] = {name.data(), format.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "dot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT)
    return graphviz_error(
        "SVG is made by Graphviz, whose program `dot` is not in PATH: install the package graphviz"
        " (Debian: apt install graphviz), or use --format dot or mermaid");
  if (failed != 0) return graphviz_error("cannot start `dot`: " + in_words(failed));
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return graphviz_error("cannot wait for `dot`: " + in_words(errno));
  return status;
}

}  // namespace

Result<std::string> svg_of_dot(const std::string& graph) {
  constexpr std::size_t most_of_a_complaint = 300;
  const Descriptor in = memory_file(graph), out = memory_file(""), complaints = memory_file("");
  if (!in || !out || !complaints) return graphviz_error("cannot hand the graph to `dot`: " + in_words(errno));
  const Result<int> status = run_dot(in, out, complaints);
  if (!status) return status.error();
  std::string svg = content_of(out);
  if (*status == 0 && !svg.empty()) return svg;
  return graphviz_error("`dot` did not draw the graph: " +
                        excerpt(content_of(complaints), most_of_a_complaint));
}

}  // namespace docket
