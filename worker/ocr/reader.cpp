#include "worker/ocr/reader.h"

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/ocr_data.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

Box box_of(const tesseract::PageIterator& at, tesseract::PageIteratorLevel level) {
  int left = 0, top = 0, right = 0, bottom = 0;
  at.BoundingBox(level, &left, &top, &right, &bottom);
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
          static_cast<float>(bottom)};
}

int quarter_turns_of(const tesseract::PageIterator& at) {
  tesseract::Orientation top = tesseract::ORIENTATION_PAGE_UP;  // Counted clockwise.
  tesseract::WritingDirection direction = tesseract::WRITING_DIRECTION_LEFT_TO_RIGHT;
  tesseract::TextlineOrder order = tesseract::TEXTLINE_ORDER_TOP_TO_BOTTOM;
  float skew = 0;
  at.Orientation(&top, &direction, &order, &skew);
  return (4 - top) % 4;
}

/// tesseract makes a copy of what it is given, with its resolution; `dpi` is what it is to believe.
void show(tesseract::TessBaseAPI& reader, const Pix& picture, int dpi) {
  PixPtr pix(pixClone(unlocked(picture)));
  pixSetResolution(pix.get(), dpi, dpi);
  reader.SetImage(pix.get());
  reader.SetSourceResolution(dpi);
}

}  // namespace

OcrReader::OcrReader() = default;
OcrReader::~OcrReader() = default;

std::optional<Error> OcrReader::use(const std::vector<std::string>& languages) {
  std::string joined;
  for (const std::string& language : languages)
    joined += (joined.empty() ? "" : "+") + language;
  if (reader_ && joined == languages_) return {};
  auto reader = std::make_unique<tesseract::TessBaseAPI>();
  if (reader->Init(ocr_data_folder().c_str(), joined.c_str(), tesseract::OEM_LSTM_ONLY) != 0)
    return Error{ErrorClass::unsupported, "cannot be read by OCR: tesseract has no data for " + joined};
  reader->SetVariable("debug_file", "/dev/null");
  reader_ = std::move(reader);
  languages_ = joined;
  return {};
}

std::vector<ReadWord> OcrReader::read(const Pix& picture, int dpi, Arrangement arrangement) {
  constexpr tesseract::PageSegMode modes[] = {tesseract::PSM_AUTO, tesseract::PSM_SINGLE_BLOCK,
                                              tesseract::PSM_SPARSE_TEXT};
  std::vector<ReadWord> words;
  reader_->SetPageSegMode(modes[static_cast<int>(arrangement)]);
  show(*reader_, picture, dpi);
  if (reader_->Recognize(nullptr) != 0) return words;
  const std::unique_ptr<tesseract::ResultIterator> at(reader_->GetIterator());
  if (!at) return words;
  do {
    const std::unique_ptr<char[]> text(at->GetUTF8Text(tesseract::RIL_WORD));
    if (!text) continue;
    ReadWord word;
    word.text = clean_utf8(text.get());
    if (word.text.find_first_not_of(' ') == std::string::npos) continue;
    word.box = box_of(*at, tesseract::RIL_WORD);
    const Box line = box_of(*at, tesseract::RIL_TEXTLINE);
    word.box.top = std::min(word.box.top, line.top);
    word.box.bottom = std::max(word.box.bottom, line.bottom);
    word.confidence = at->Confidence(tesseract::RIL_WORD);
    word.quarter_turns = quarter_turns_of(*at);
    words.push_back(std::move(word));
  } while (at->Next(tesseract::RIL_WORD));
  reader_->Clear();
  return words;
}

OcrReader::Orientation OcrReader::orientation(const Pix& picture, int dpi) {
  if (!orientation_) {
    orientation_ = std::make_unique<tesseract::TessBaseAPI>();
    if (orientation_->Init(ocr_data_folder().c_str(), "osd", tesseract::OEM_TESSERACT_ONLY) != 0) {
      orientation_.reset();
      return {};
    }
    orientation_->SetVariable("debug_file", "/dev/null");
    orientation_->SetPageSegMode(tesseract::PSM_OSD_ONLY);
  }
  show(*orientation_, picture, dpi);
  int degrees = 0;
  float confidence = 0, script_confidence = 0;
  const char* script = nullptr;
  const bool found =
      orientation_->DetectOrientationScript(&degrees, &confidence, &script, &script_confidence);
  orientation_->Clear();
  if (!found) return {};
  return {(360 - degrees) / 90 % 4, confidence};
}

}  // namespace docket::worker
