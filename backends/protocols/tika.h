#pragma once
#include <string>

#include "backends/http/http.h"
#include "backends/protocols/protocol.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

// The language of an Apache Tika server (tried with 1.28): a file goes up as the body of a PUT, and comes
// back as text (`/tika`), or as a list of what is in it, the file itself first, each with its metadata and
// its text (`/rmeta/text`). Facts: the "TikaServer" page of Tika's wiki, and TikaResource,
// RecursiveMetadataResource and TikaServerParseExceptionMapper of tika-server-core.

/// The setting `api`.
enum class TikaApi { rmeta, tika };
TikaApi tika_api(const BackendConfig& config);

/// Asks for what is in the file. Its name stays here, but for the ending, by which Tika knows some kinds.
HttpRequest ask_tika(const BackendConfig& config, const Target& target, const ExtractQuestion& question);

/// What a reply means, whatever its status. `backend`: the name that the record shows. A file that Tika does
/// not read is `unsupported`, one without text `empty`.
Reply read_tika(const HttpReply& reply, TikaApi api, const std::string& backend);

}  // namespace docket::backends
