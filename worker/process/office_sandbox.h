#pragma once

namespace docket::worker {

/// `docket-extract --convert PROGRAM FOLDER FILE ENDING SECONDS MEMORY`: becomes LibreOffice, locked in,
/// which turns FOLDER/FILE into one of that ENDING beside it. It can write below FOLDER alone and read there,
/// the system's programs and data, and nothing of a person's; it has no network, and can connect to no local
/// socket. Returns only where it cannot: an exit code.
int become_office(char** arguments);

}  // namespace docket::worker
