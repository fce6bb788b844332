#include "cli/output_files.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "pipeline/run/document_source.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_report(const fs::path& file) {
  const auto report = nlohmann::json::parse(read_all(file), nullptr, false);
  return report.is_object() && report.value("docket", nlohmann::json()) == 1 && report.contains("pipeline") &&
         report.contains("run");
}

/// A file that an option names, and how an earlier one of its kind is known.
struct Wanted {
  std::string option;
  fs::path file;
  bool (*is_earlier_one)(const fs::path& file);  ///< Null: the run looks at that itself.
  const char* kind;
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

bool is_below(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  const fs::path way =
      fs::weakly_canonical(path, ignored).lexically_relative(fs::weakly_canonical(folder, ignored));
  return !way.empty() && *way.begin() != "..";
}

std::string why_not_replaced(const Wanted& wanted, const Pipeline& pipeline) {
  std::error_code ignored;
  for (const fs::path& part : pipeline.files)
    if (fs::equivalent(part, wanted.file, ignored)) return "it is a file of the pipeline";
  if (fs::file_size(wanted.file, ignored) == 0 || wanted.is_earlier_one == nullptr ||
      wanted.is_earlier_one(wanted.file))
    return {};
  return std::string("there is a file that is no ") + wanted.kind + "; docket does not replace it";
}

/// Why a file at that place would be taken for another one.
std::string why_misplaced(const Wanted& wanted, const Pipeline& pipeline, const RunOptions& options) {
  std::error_code ignored;
  const fs::path file = fs::absolute(wanted.file).lexically_normal();
  const fs::path real = fs::weakly_canonical(file.parent_path(), ignored) / file.filename();
  const fs::path below = real.lexically_relative(fs::weakly_canonical(pipeline.output_dir, ignored));
  const bool in_output = !below.empty() && *below.begin() != "..";
  if (in_output && (*below.begin() == ".docket" || below == "results.jsonl"))
    return "that file of the output folder is docket's own";
  const std::string ending = below.extension().string();
  if (in_output && below != "report.json" && (ending == record_ending || ending == text_ending))
    return "in the output folder it could be the file of a document; name one elsewhere";
  if (!in_output && would_name(input_options(options, pipeline), file.string()))
    return "it would be a document of the input; name a file elsewhere, or add it to `input.exclude`";
  return {};
}

std::string why_not(const Wanted& wanted, const Pipeline& pipeline, const RunOptions& options) {
  std::error_code error;
  if (!wanted.file.has_filename()) return "it is the name of a folder";
  switch (fs::status(wanted.file, error).type()) {
    case fs::file_type::directory:
      return "it is a folder";
    case fs::file_type::character:
    case fs::file_type::fifo:
      return access(wanted.file.c_str(), W_OK) == 0 ? "" : std::generic_category().message(errno);
    case fs::file_type::regular:
      if (std::string why = why_not_replaced(wanted, pipeline); !why.empty()) return why;
      break;
    case fs::file_type::not_found:
      break;
    default:
      return error ? error.message() : "it is no file";
  }
  if (std::string why = why_misplaced(wanted, pipeline, options); !why.empty()) return why;
  const fs::path folder = fs::absolute(wanted.file).lexically_normal().parent_path();
  // The folders of the output are made by the run.
  return why_no_new_file(is_below(folder, pipeline.output_dir) ? nearest_folder(folder) : folder);
}

}  // namespace

std::optional<Error> check_output_files(const OutputFiles& files, const Pipeline& pipeline,
                                        const RunOptions& options) {
  const auto refused = [](const std::string& option, const fs::path& file, const std::string& why) {
    return Error{ErrorClass::config, option + " " + file.string() + ": " + why + "; nothing was run"};
  };
  for (const Wanted& wanted : {Wanted{"--report", files.report, is_report, "report of docket"},
                               Wanted{"--depfile", files.depfile, nullptr, "list of dependencies"}}) {
    if (wanted.file.empty() || wanted.file == "-" || descriptor_named(wanted.file)) continue;
    const std::string why = why_not(wanted, pipeline, options);
    if (!why.empty()) return refused(wanted.option, wanted.file, why);
  }
  if (!files.report.empty() && files.report != "-" && !files.depfile.empty() &&
      fs::absolute(files.report).lexically_normal() == fs::absolute(files.depfile).lexically_normal())
    return refused("--report", files.report, "it is the file of --depfile too");
  if (files.trace.empty()) return std::nullopt;
  const fs::path trace = fs::absolute(files.trace).lexically_normal();
  std::string why = why_no_new_file(nearest_folder(trace));  // It is made where it is missing.
  if (would_name(input_options(options, pipeline), (trace / "a").string()))
    why = "its files would be documents of the input; name a folder elsewhere";
  return why.empty() ? std::nullopt : std::optional(refused("--trace", files.trace, why));
}

}  // namespace docket
