#pragma once
#include <functional>
#include <string>

#include "pipeline/backend.h"
#include "worker/formats/media_type.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// Reads the regular file behind `descriptor` (which stays open), and writes its text in `form`. `announce`
/// is called with what the file is as soon as that is known, before its content is parsed.
Result<Extraction> read_file(int descriptor, const std::string& password, const TextForm& form,
                             const MediaTypes& media_types,
                             const std::function<void(const FileFacts&)>& announce);

}  // namespace docket::worker
