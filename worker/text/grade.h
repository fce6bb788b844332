#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "pipeline/text.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What each page is like: its drawing and its text.
std::vector<PageGrade> grade_pages(const Extraction& extraction);

/// How good the text of a document is: good, poor or none.
///
///  - none: fewer than 5 visible characters a page. A scan without OCR; there is nothing to read.
///  - poor: fewer than 40 visible characters a page; or more than half of the pages empty (a scan with a
///    stamp); or what fonts without a map to Unicode and bad OCR look like: it is garbled (see page_grade.h),
///    or fewer than a fifth of at least 100 Latin letters are vowels.
///    Or, of a drawn document: a twentieth of its letters or more have no meaning in their fonts, its letters
///    are exchanged, more letters are hidden than seen, or its pages stand in for a document that is
///    elsewhere.
///  - good: all else.
std::string_view grade(const std::vector<PageGrade>& pages, const DrawnLetters& letters);

/// `page_grades` of docs/record.schema.json: stretches of pages of one kind; empty when all are of one and
/// none needs OCR.
nlohmann::json page_stretches(const std::vector<PageGrade>& pages);

/// Code points of all pages, blanks and line ends included.
std::size_t character_count(const Text& text);

}  // namespace docket::worker
