#pragma once

namespace docket::worker {

/// `docket-extract --convert PROGRAM FOLDER FILE ENDING SECONDS MEMORY`: becomes LibreOffice, locked in,
/// which turns FOLDER/FILE into one of that ENDING beside it. It can write below FOLDER alone and read there,
/// the system's programs and data, and nothing of a person's; it has no network, and can connect to no local
/// socket; it starts no process, and neither signals another one nor looks into it. Returns only where it
/// cannot be locked in so, or there is no PROGRAM: WorkerExit::cannot_start.
int become_office(char** arguments);

}  // namespace docket::worker
