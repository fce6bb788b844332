#include "worker/formats/zip_parts.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "pipeline/support/ascii.h"
#include "worker/text/passwords.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_entries = 100'000;
constexpr std::size_t most_unpacked = std::size_t{384} << 20;  ///< Bytes of all parts that are read.

using ZipReader = std::unique_ptr<archive, int (*)(archive*)>;

/// Reads the directory at the end: what is cut off has none.
ZipReader open_zip(std::string_view bytes) {
  ZipReader reader(archive_read_new(), archive_read_free);
  archive_read_support_format_zip_seekable(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) reader.reset();
  return reader;
}

/// With '/' between folders, which some programs write as '\\'.
std::string part_name_of(archive_entry* entry) {
  const char* found = archive_entry_pathname_utf8(entry);
  if (found == nullptr) found = archive_entry_pathname(entry);
  std::string name = found == nullptr ? "" : found;
  std::ranges::replace(name, '\\', '/');
  return name;
}

Error broken_zip(archive* reader) {
  const char* why = archive_error_string(reader);
  return {ErrorClass::damaged, std::string("is a broken zip archive") + (why ? std::string(": ") + why : "")};
}

Error zip_too_large() {
  return {ErrorClass::memory, "unpacks to more than " + std::to_string(most_unpacked >> 20) + " MiB"};
}

Result<std::string> read_zip_data(archive* reader, std::size_t most) {
  std::string data;
  std::array<char, 65536> chunk;
  for (;;) {
    const la_ssize_t got = archive_read_data(reader, chunk.data(), chunk.size());
    if (got == 0) return data;
    if (got < 0) return broken_zip(reader);
    if (data.size() + static_cast<std::size_t>(got) > most) return zip_too_large();
    data.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

/// Calls `visit(entry)` for each file; it returns an Error to end.
template <class Visit>
Result<std::size_t> for_each_file(std::string_view bytes, const Visit& visit) {
  const ZipReader reader = open_zip(bytes);
  if (!reader) return Error{ErrorClass::damaged, "is a broken zip archive: its directory is missing"};
  archive_entry* entry = nullptr;
  std::size_t count = 0;
  for (;;) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return count;
    if (status < ARCHIVE_WARN) return broken_zip(reader.get());
    if (++count > most_entries)
      return Error{ErrorClass::memory, "has more than " + std::to_string(most_entries) + " parts"};
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (const auto error = visit(reader.get(), entry)) return *error;
  }
}

}  // namespace

Result<ZipParts> ZipParts::open(std::string_view bytes, const std::function<bool(std::string_view)>& wanted) {
  ZipParts out;
  std::size_t unpacked = 0;
  const auto visited =
      for_each_file(bytes, [&](archive* reader, archive_entry* entry) -> std::optional<Error> {
        std::string name = part_name_of(entry);
        const bool has_size = archive_entry_size_is_set(entry) != 0;
        out.entries_.push_back({name, has_size ? archive_entry_size(entry) : -1});
        if (!wanted(name) || out.has(name)) return {};
        if (archive_entry_is_encrypted(entry) != 0) return Error{ErrorClass::encrypted, takes_no_password};
        auto data = read_zip_data(reader, most_unpacked - unpacked);
        if (!data) return data.error();
        unpacked += data->size();
        out.parts_.emplace(to_lower(name), std::move(*data));
        return {};
      });
  if (!visited) return visited.error();
  return out;
}

const std::string* ZipParts::part(std::string_view name) const {
  const auto found = parts_.find(to_lower(name));
  return found == parts_.end() ? nullptr : &found->second;
}

std::vector<std::string> zip_names(std::string_view bytes) {
  std::vector<std::string> names;
  const auto visited = for_each_file(bytes, [&](archive*, archive_entry* entry) -> std::optional<Error> {
    names.push_back(part_name_of(entry));
    return {};
  });
  if (!visited) names.clear();
  return names;
}

Result<std::string> read_zip_part(std::string_view bytes, std::string_view name) {
  std::optional<std::string> found;
  const auto visited =
      for_each_file(bytes, [&](archive* reader, archive_entry* entry) -> std::optional<Error> {
        if (found || part_name_of(entry) != name) return {};
        auto data = read_zip_data(reader, most_unpacked);
        if (!data) return data.error();
        found = std::move(*data);
        return {};
      });
  if (!visited) return visited.error();
  if (!found) return Error{ErrorClass::damaged, "has no part " + std::string(name)};
  return std::move(*found);
}

}  // namespace docket::worker
