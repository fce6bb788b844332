#pragma once
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"

namespace docket::stages {

/// Which pages of a document are read by OCR, and how.
struct OcrOptions {
  enum class Mode {
    never,
    automatic,  ///< Those whose text layer is missing, or is not what a person sees.
    always,
  };
  Mode mode = Mode::never;
  std::vector<std::string> languages = {};      ///< By tesseract's names.
  std::chrono::milliseconds page_time{60'000};  ///< CPU time for one page.
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

/// The pages that are read; `value`: what was read of the file, whose `page_grades` say what needs OCR.
std::vector<UnreadPage> unread_pages(const nlohmann::json& value, std::size_t pages, OcrOptions::Mode mode);

/// What is asked about each of them; `file` is the question that the file was read by.
std::vector<Request> ask_for_pages(const ExtractQuestion& file, const std::vector<UnreadPage>& pages,
                                   const OcrOptions& options);

/// Puts what was read into the text and into `value` (ocr, characters, grade, page_grades, problems). A page
/// keeps its text layer where OCR did not find more, or nothing better. An Error where no page of a document
/// without a text could be read.
Result<std::shared_ptr<const Text>> join_pages(const Text& text, const std::vector<UnreadPage>& pages,
                                               std::span<const Reply> replies, const OcrOptions& options,
                                               nlohmann::json& value);

}  // namespace docket::stages
