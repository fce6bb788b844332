#pragma once
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"
#include "stages/agreement.h"

namespace docket::stages {

/// Which pages of a document are looked at, and how.
struct OcrOptions {
  enum class Mode {
    never,
    automatic,  ///< Those whose text layer is missing, or is not what a person sees.
    always,
  };
  Mode mode = Mode::never;
  /// By tesseract's names; empty: it has no data for any, and reads nothing.
  std::vector<std::string> languages = {};
  std::chrono::milliseconds page_time{60'000};  ///< CPU time for one page.
  std::string backend = {};  ///< Of a model that sees the pages in place of OCR; empty: none.
  bool compare = false;      ///< OCR reads what the model sees, too.
  std::string task = {};     ///< What the model is asked.

  bool can_read() const { return !languages.empty(); }
  bool can_see() const { return !backend.empty(); }
};

/// A page that has to be looked at, and why.
struct UnreadPage {
  enum class Why {
    asked,     ///< The pipeline says so.
    no_text,   ///< Hardly any text, and something that may be a picture of some.
    doubtful,  ///< Its text is not what a person sees.
  };
  int number = 1;
  Why why = Why::asked;
};

/// The pages that are read: such that can be drawn, since they have a layout. `value`: what was read of the
/// file, whose `page_grades` say what needs OCR.
std::vector<UnreadPage> unread_pages(const nlohmann::json& value, const Text& text, OcrOptions::Mode mode);

/// What became of one of them.
struct LookedAt {
  Result<Answer> answer =
      Error{ErrorClass::bug, "no answer"};  ///< As that about a SeenPage; `by`: who saw it, empty: OCR.
  std::optional<Agreement> agreement = std::nullopt;  ///< Of two readings.
  std::string problem = {};  ///< What went wrong all the same, for people; goes on behind the page's number.
};

/// Puts what was read into the text and into `value` (ocr, characters, grade, page_grades, problems). A page
/// keeps its text layer where no more was found, or nothing better. An Error where no page of a document
/// without a text could be read.
Result<std::shared_ptr<const Text>> join_pages(const Text& text, const std::vector<UnreadPage>& pages,
                                               std::span<const LookedAt> looked_at, const OcrOptions& options,
                                               nlohmann::json& value);

}  // namespace docket::stages
