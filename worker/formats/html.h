#pragma once
#include <string>
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads HTML or XHTML in UTF-8: its text as a browser shows it, without what scripts would do. One page.
/// Scripts, styles and what is hidden (`hidden`, `display: none`, off the page, without size) are left out.
Extraction read_html(std::string_view utf8, TableForm tables);

/// The same for a part of another document, in any encoding: lines.
std::string html_text(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
