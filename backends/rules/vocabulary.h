#pragma once
#include <span>
#include <string_view>

namespace docket::rules {

/// What docket knows of a kind of document, in English, German and French. Lists are parted by '|'. Beside
/// words a list may have {narrow} (a strip of paper: no line is long) and {clock} (a time of day).
struct DocumentKind {
  std::string_view names;   ///< What people call the label: "invoice|rechnung|facture".
  std::string_view titles;  ///< Headings of such documents.
  std::string_view cues;    ///< Words that stand in most of them and in few others.
  std::string_view hints;   ///< Words that stand in many of them, and in others too.
  bool competes = true;     ///< Looked for even if the user has no such label.
};

std::span<const DocumentKind> document_kinds();

extern const std::string_view letter_openings;  ///< With which a line of a letter begins,
extern const std::string_view letter_closings;  ///< and one further down.

}  // namespace docket::rules
