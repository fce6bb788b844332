#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/formats/unpacking.h"

namespace docket::worker {

/// True of a media type whose files `unpack_archive` opens: zip, tar, 7z, rar, cabinet, and what gzip, bzip2,
/// xz, Zstandard, LZ4 and lzip have compressed, an archive or a single file.
bool is_archive(std::string_view media_type);

/// Unpacks an archive in memory: only regular files, and of these no names that lead out of it; nothing is
/// written anywhere. `problems` is told what was left out, and what is damaged behind the members that could
/// be read. The Error is of class `damaged` where none could, `encrypted` (`passwords` are tried), or of the
/// budget or handler.
std::optional<Error> unpack_archive(std::string_view bytes, std::string_view media_type,
                                    const std::vector<std::string>& passwords, MemberBudget& budget,
                                    const MemberHandler& handler, std::vector<std::string>& problems);

/// Once, before the process locks itself in: names need the locale's conversions.
void load_archives();

}  // namespace docket::worker
