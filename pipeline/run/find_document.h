#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/ledger/tables.h"

namespace docket {

/// The path, as records have it, of the one known document that a person means: they may have typed it so, or
/// as a file from the current folder, in any spelling (`./in//a.txt`), through links, in the other normal
/// form of Unicode or in other capitals. None: no run has seen it. The Error (class `config`) says that
/// several may be meant, or that the ledger cannot be read. `project`: the pipeline's folder.
Result<std::optional<std::string>> find_document(LedgerDatabase& ledger, const std::string& typed,
                                                 const std::filesystem::path& project);

/// Likewise; where that is none and no file is called so, the end of the path is enough (`a.txt`,
/// `mail.eml/a.txt`).
Result<std::optional<std::string>> find_document_by_end(LedgerDatabase& ledger, const std::string& typed,
                                                        const std::filesystem::path& project);

/// Likewise, of a document that no run has ended, though one was killed while a model was asked about it.
Result<std::optional<std::string>> find_unended_document(LedgerDatabase& ledger, const std::string& typed,
                                                         const std::filesystem::path& project);

/// Where a document is that a record names so.
std::filesystem::path file_of(const std::string& name, const std::filesystem::path& project);

}  // namespace docket
