#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/stage.h"
#include "pipeline/text.h"
#include "stages/ocr.h"

namespace docket::stages {

struct ExtractOptions {
  std::vector<std::string> passwords = {};
  ExtractLimits limits = {};
  bool keep_partial = false, need_sandbox = false;  ///< As in ExtractQuestion.
  OcrOptions ocr = {};
  TextForm form = {};
  std::string fallback = {};  ///< Backend that reads what is `unsupported`; empty: none.
  MemberLimits member_limits = {};
  Attachments attachments = Attachments::automatic;
};

/// Asks the pool of workers for the text, then for what OCR reads on pages without one; sets the document's
/// text, sha256, bytes and media type (these three even when the file cannot be read).
std::unique_ptr<Stage> make_extract(ExtractOptions options);

}  // namespace docket::stages
