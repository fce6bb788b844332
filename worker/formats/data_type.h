#pragma once
#include <string_view>

namespace docket::worker {

/// What a plain text is that programs exchange: `application/json`, `application/x-ndjson`, `text/csv` (with
/// commas, semicolons or bars), `text/tab-separated-values`; empty: none of them. JSON that is broken is
/// none.
std::string_view data_media_type(std::string_view utf8);

}  // namespace docket::worker
