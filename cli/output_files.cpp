#include "cli/output_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/log/run_log.h"
#include "pipeline/run/depfile.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/output.h"
#include "pipeline/support/file_names.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_report(const fs::path& file, const Pipeline&) {
  const auto report = nlohmann::json::parse(read_all(file), nullptr, false);
  return report.is_object() && report.value("docket", nlohmann::json()) == 1 && report.contains("pipeline") &&
         report.contains("run");
}

bool is_depfile_of(const fs::path& file, const Pipeline& pipeline) {
  return is_depfile(file, pipeline.files);
}

/// What an option names, and how an earlier one of its kind is known.
struct Wanted {
  std::string option;
  fs::path given;
  bool (*is_earlier_one)(const fs::path& file, const Pipeline& pipeline);
  const char* kind;
  fs::path place = without_links(fs::current_path() / given);
};

/// Empty: it can be written.
std::string why_no_new_file(const fs::path& folder) {
  std::error_code error;
  const fs::file_type type = fs::status(folder, error).type();
  if (type == fs::file_type::not_found) return "the folder " + folder.string() + " does not exist";
  if (type != fs::file_type::directory) return folder.string() + " is not a folder";
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return "the folder " + folder.string() + " cannot be written to: " + std::generic_category().message(errno);
}

/// The last one of the folders that lead there which exists.
fs::path nearest_folder(fs::path folder) {
  std::error_code error;
  while (folder.has_relative_path() && fs::status(folder, error).type() == fs::file_type::not_found)
    folder = folder.parent_path();
  return folder;
}

/// The way from the output folder to a place in it; empty: it is elsewhere.
fs::path in_output(const fs::path& place, const Pipeline& pipeline) {
  const fs::path way = place.lexically_relative(without_links(pipeline.output_dir));
  return way.empty() || *way.begin() == ".." ? fs::path() : way;
}

std::string why_not_replaced(const Wanted& wanted, const Pipeline& pipeline) {
  std::error_code ignored;
  for (const fs::path& part : pipeline.files)
    if (fs::equivalent(part, wanted.place, ignored)) return "it is a file of the pipeline";
  if (fs::file_size(wanted.place, ignored) == 0 || wanted.is_earlier_one(wanted.place, pipeline)) return {};
  return std::string("there is a file that is no ") + wanted.kind +
         ", and docket has not written it for this pipeline: move it away, or name another";
}

std::string why_not(const Wanted& wanted, const Pipeline& pipeline, const RunOptions& options) {
  std::error_code error;
  if (!wanted.given.has_filename()) return "it is the name of a folder";
  switch (fs::status(wanted.place, error).type()) {
    case fs::file_type::directory:
      return "it is a folder";
    case fs::file_type::character:
    case fs::file_type::fifo:
      return access(wanted.place.c_str(), W_OK) == 0 ? "" : std::generic_category().message(errno);
    case fs::file_type::regular:
      if (std::string why = why_not_replaced(wanted, pipeline); !why.empty()) return why;
      break;
    case fs::file_type::not_found:
      if (!fs::is_symlink(wanted.place, error)) break;
      return "it is a link to " + fs::read_symlink(wanted.place, error).string() + ", where there is no file";
    default:
      return error ? error.message() : "it is no file";
  }
  if (std::string why = why_misplaced(wanted.place, pipeline, options); !why.empty()) return why;
  const fs::path folder = wanted.place.parent_path();
  return why_no_new_file(in_output(wanted.place, pipeline).empty() ? folder : nearest_folder(folder));
}

}  // namespace

std::string why_misplaced(const fs::path& file, const Pipeline& pipeline, const RunOptions& options) {
  const fs::path place = without_links(fs::absolute(file));
  const fs::path below = in_output(place, pipeline);
  if (below.empty())
    return would_name(input_options(options, pipeline), place.string())
               ? "it would be a document of the input; name a file elsewhere, or add it to `input.exclude`"
               : "";
  const bool is_shared = std::ranges::find(shared_files, below.native()) != std::end(shared_files);
  if (*below.begin() == ".docket" || (is_shared && below != report_file))
    return "that file of the output folder is docket's own";
  const std::string ending = below.extension().string();
  if (below != report_file && (ending == record_ending || ending == text_ending))
    return "in the output folder it could be the file of a document; name one elsewhere";
  return {};
}

std::optional<Error> check_output_files(const OutputFiles& files, const Pipeline& pipeline,
                                        const RunOptions& options) {
  const auto refused = [](const std::string& option, const fs::path& file, const std::string& why) {
    return Error{ErrorClass::config, option + " " + file.string() + ": " + why + "; nothing was run"};
  };
  const Wanted report{"--report", files.report, is_report, "report of docket"};
  const Wanted depfile{"--depfile", files.depfile, is_depfile_of, "list of dependencies"};
  const auto is_log = [](const fs::path& file, const Pipeline&) { return may_be_log(file); };
  const Wanted log{"--log-file", files.log, is_log, "log of docket"};
  if (files.log == "-")
    return refused("--log-file", files.log,
                   "it would be a file of that name; --log-level alone sends the log to standard error");
  for (const Wanted* wanted : {&report, &depfile, &log}) {
    if (wanted->given.empty() || wanted->given == "-" || descriptor_named(wanted->given)) continue;
    const std::string why = why_not(*wanted, pipeline, options);
    if (!why.empty()) return refused(wanted->option, wanted->given, why);
  }
  const bool are_files = !files.report.empty() && files.report != "-" && !files.depfile.empty();
  if (are_files && report.place == depfile.place)
    return refused("--report", files.report, "it is the file of --depfile too");
  if (files.trace.empty()) return std::nullopt;
  const fs::path trace = without_links(fs::current_path() / files.trace);  // It is made where it is missing.
  std::string why = why_no_new_file(nearest_folder(trace));
  if (why.empty()) why = why_misplaced(trace / "a", pipeline, options);
  return why.empty() ? std::nullopt : std::optional(refused("--trace", files.trace, why));
}

}  // namespace docket
