#pragma once

namespace docket::worker {

/// Which files the process may still open; what is open stays usable.
enum class FileAccess {
  data_only,  ///< Files that the libraries read as they need them: character maps, fonts, tables of
              ///< encodings.
  none,       ///< The kernel cannot tell files apart (no Landlock, which came with Linux 5.13).
};

/// Leaves the libraries' data, for reading, and nothing else below `/`; for good. `none`: nothing has
/// changed, and whoever calls has to refuse the opening itself. The process has given up new privileges.
FileAccess leave_only_data();

}  // namespace docket::worker
