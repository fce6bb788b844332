#pragma once
#include <string_view>

namespace docket::worker {

/// What a text is that consists of tags: `text/html` (a piece of it, too), `application/xhtml+xml`,
/// `application/xml`, `image/svg+xml`, `application/vnd.oasis.opendocument` for an OpenDocument in one file;
/// empty: it is none. `libmagic` is what libmagic takes it for, which sees HTML in texts about HTML.
std::string_view markup_type(std::string_view utf8, std::string_view libmagic);

}  // namespace docket::worker
