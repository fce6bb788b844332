#include "cli/options/pipeline_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <vector>

#include "pipeline/support/suggest.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// What a file begins with that is no text.
struct Beginning {
  std::string_view bytes, kind;
};
constexpr Beginning beginnings[] = {
    {"%PDF-", "a PDF"},
    {"PK\x03\x04", "a zip archive or an office document"},
    {"\xD0\xCF\x11\xE0", "an old office document"},
    {"\x89PNG", "a picture (PNG)"},
    {"\xFF\xD8\xFF", "a picture (JPEG)"},
    {"GIF8", "a picture (GIF)"},
    {std::string_view("II*\0", 4), "a picture (TIFF)"},
    {std::string_view("MM\0*", 4), "a picture (TIFF)"},
    {"{\\rtf", "an RTF document"},
    {"\x1F\x8B", "a gzip archive"},
    {"7z\xBC\xAF", "a 7z archive"},
    {"SQLite format 3", "a database"},
};

struct Ending {
  std::string_view ending, kind;
};
constexpr Ending endings[] = {
    {".txt", "a text"},        {".md", "a text"},     {".csv", "a table"},     {".html", "a web page"},
    {".htm", "a web page"},    {".eml", "an e-mail"}, {".xml", "an XML file"}, {".json", "a JSON file"},
    {".jsonl", "a JSON file"}, {".log", "a text"},
};

/// Of a file, to see whether it is meant as a pipeline.
constexpr std::size_t most_looked_at = 1 << 16;

std::string comes_first(const fs::path& file, std::string_view kind) {
  if (is_yaml(file)) return "this is " + std::string(kind) + ", and no pipeline, whatever its name says";
  return "this is " + std::string(kind) + "; the pipeline comes first: docket run pipeline.yaml " +
         file.string();
}

std::string similar_file(const fs::path& file) {
  const std::vector<std::string> names = yaml_files_in(file.parent_path());
  for (const std::string& name : names)
    if (fs::path(name).stem() == file.stem()) return (file.parent_path() / name).string();
  const std::string wanted = file.filename().string();
  const auto found = nearest(wanted, {names.begin(), names.end()});
  return found ? (file.parent_path() / *found).string() : "";
}

/// Nothing: whoever reads it says that it is not there.
std::optional<std::string> why_missing(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_symlink(file, ignored))
    return "a link to " + fs::read_symlink(file, ignored).string() + ", where there is no file";
  const std::string similar = similar_file(file.has_filename() ? file : file.parent_path());
  if (!similar.empty()) return "no such file" + did_you_mean(similar);
  const fs::path folder = file.parent_path();
  if (!folder.empty() && !fs::exists(folder, ignored))
    return "the folder " + folder.string() + " does not exist";
  return std::nullopt;
}

}  // namespace

bool is_yaml(const fs::path& file) { return file.extension() == ".yaml" || file.extension() == ".yml"; }

std::vector<std::string> yaml_files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
       entry.increment(error))
    if (std::error_code ignored; is_yaml(entry->path()) && entry->is_regular_file(ignored))
      names.push_back(entry->path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string pipeline_in(const fs::path& folder) {
  const std::vector<std::string> names = yaml_files_in(folder);
  for (const char* usual : {"pipeline.yaml", "pipeline.yml"})
    if (std::ranges::find(names, usual) != names.end()) return usual;
  return names.size() == 1 ? names.front() : "";
}

std::optional<std::string> mistake_in_pipeline_file(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) return why_missing(file);
  if (fs::is_directory(status)) {
    const std::string inside = pipeline_in(file);
    if (inside.empty()) return "this is a folder, without a pipeline in it; `docket init` writes one";
    return "this is a folder" + did_you_mean((file / inside).string());
  }
  if (!fs::is_regular_file(status)) return std::nullopt;
  std::array<char, 16> room{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(room.data(), room.size());
  const std::string_view begin(room.data(), static_cast<std::size_t>(stream.gcount()));
  for (const auto& [bytes, kind] : beginnings)
    if (begin.starts_with(bytes)) return comes_first(file, kind);
  return std::nullopt;
}

std::optional<std::string> likely_document(const fs::path& file) {
  const auto found = std::ranges::find(endings, file.extension().string(), &Ending::ending);
  if (found == std::end(endings)) return std::nullopt;
  std::string text(most_looked_at, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.find("stages") != std::string::npos) return std::nullopt;  // JSON is YAML too.
  return comes_first(file, found->kind);
}

}  // namespace docket
