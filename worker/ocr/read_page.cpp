#include "worker/ocr/read_page.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "worker/layout/layout.h"
#include "worker/ocr/page_picture.h"
#include "worker/ocr/upright.h"
#include "worker/text/clean_text.h"
#include "worker/text/extraction.h"
#include "worker/text/finish.h"

namespace docket::worker {
namespace {

constexpr int told_dpi =
    300;  ///< To tesseract, which wants to know, of a picture whose letters are as high as there.
constexpr float good_height =
    24;  ///< Pixels of a small letter and what is above it, at 300 dpi and 10 points.

/// What one attempt to read a page gave.
struct Reading {
  std::vector<ReadWord> words;
  double letters = 0;     ///< Of words that were read with some confidence.
  double confidence = 0;  ///< Percent, over all letters.
};

double letters_of(const std::string& word) {
  double count = 0;
  for (const char c : word)
    count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

bool has_letter_or_digit(const std::string& word) {
  return std::ranges::any_of(word, [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  });
}

/// Specks, edges and pictures that were taken for letters.
bool is_noise(const ReadWord& word) {
  if (word.box.right <= word.box.left || word.box.bottom <= word.box.top) return true;
  return word.confidence < (has_letter_or_digit(word.text) ? 5 : 40);
}

Reading judged(std::vector<ReadWord> words) {
  Reading reading;
  std::erase_if(words, is_noise);
  double all = 0, sum = 0;
  for (const ReadWord& word : words) {
    const double letters = letters_of(word.text);
    all += letters;
    sum += letters * word.confidence;
    if (word.confidence >= 60) reading.letters += letters;
  }
  reading.confidence = all > 0 ? sum / all : 0;
  reading.words = std::move(words);
  return reading;
}

PixPtr black_and_white(const Pix& grey) {
  return PixPtr(pixOtsuThreshOnBackgroundNorm(const_cast<Pix*>(&grey), nullptr, 10, 15, 100, 50, 255, 2, 2,
                                              0.1F, nullptr));
}

/// Height of the usual letter in pixels; 0: none was found.
float letter_height(const Pix& grey) {
  const PixPtr ink = black_and_white(grey);
  if (!ink) return 0;
  Boxa* boxes = pixConnCompBB(ink.get(), 8);
  if (boxes == nullptr) return 0;
  std::vector<int> heights;
  for (l_int32 i = 0; i < boxaGetCount(boxes); ++i) {
    l_int32 width = 0, height = 0;
    boxaGetBoxGeometry(boxes, i, nullptr, nullptr, &width, &height);
    const bool is_letter = height >= 5 && height <= 200 && width >= 2 && width <= 4 * height;
    if (is_letter) heights.push_back(height);
  }
  boxaDestroy(&boxes);
  if (heights.size() < 20) return 0;
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::ranges::nth_element(heights, middle);
  return static_cast<float>(*middle);
}

/// How many times larger the picture should be for its letters to be read well.
float scale_for(float height, double pixels) {
  if (height <= 0) return 1;
  const double most = std::sqrt(most_pixels / pixels);
  const double wanted = height < 0.75F * good_height ? good_height / height
                        : height > 3 * good_height   ? 2 * good_height / height
                                                     : 1;
  return static_cast<float>(std::min({wanted, most, 4.0}));
}

/// Degrees to turn the picture clockwise; 0 where its lines do not say.
float skew_of(const Pix& grey) {
  const PixPtr ink = black_and_white(grey);
  l_float32 angle = 0, confidence = 0;
  constexpr l_int32 coarse = 4, fine = 2;
  constexpr l_float32 range = 15, step = 1, precision = 0.05F;
  if (!ink ||
      pixFindSkewSweepAndSearch(ink.get(), &angle, &confidence, coarse, fine, range, step, precision) != 0)
    return 0;
  return confidence < 2.5F || std::fabs(angle) < 0.15F ? 0 : angle;
}

/// Paper is white everywhere then, in shadows too.
PixPtr evenly_lit(const Pix& grey) {
  return PixPtr(pixBackgroundNormSimple(const_cast<Pix*>(&grey), nullptr, nullptr));
}

struct Attempt {
  Upright upright;
  Reading reading;
};

Attempt read_turned(OcrReader& reader, const PagePicture& page, int quarter_turns) {
  Attempt attempt{Upright(*page.pix, page.width, page.height), {}};
  PixPtr pix = attempt.upright.turned(*page.pix, quarter_turns);
  const auto step = [&](PixPtr next) {
    if (next) pix = std::move(next);
  };
  if (!pix) return attempt;
  const double pixels = double(pixGetWidth(pix.get())) * pixGetHeight(pix.get());
  if (const float scale = scale_for(letter_height(*pix), pixels); std::fabs(scale - 1) > 0.05F)
    step(attempt.upright.scaled(*pix, scale));
  if (const float skew = skew_of(*pix); skew != 0) step(attempt.upright.rotated(*pix, skew));
  step(evenly_lit(*pix));
  attempt.reading = judged(reader.read(*pix, told_dpi, Arrangement::page));
  const bool is_little = attempt.reading.letters < 20;
  if (is_little) {
    Reading sparse = judged(reader.read(*pix, told_dpi, Arrangement::sparse));
    if (sparse.letters > attempt.reading.letters) attempt.reading = std::move(sparse);
  }
  return attempt;
}

/// The page as it is read best. Whether it lies on its side or head is guessed first, and made out by reading
/// it where that was not sure, or where what was read makes no sense.
Attempt read_upright(OcrReader& reader, const PagePicture& page) {
  constexpr float sure = 6;
  constexpr double makes_sense = 65;
  const OcrReader::Orientation guess = reader.orientation(*page.pix, told_dpi);
  Attempt best = read_turned(reader, page, guess.quarter_turns);
  if (best.reading.confidence >= makes_sense || (guess.confidence >= sure && best.reading.letters >= 50))
    return best;
  for (int turns = 0; turns < 4; ++turns) {
    if (turns == guess.quarter_turns) continue;
    Attempt other = read_turned(reader, page, turns);
    if (other.reading.letters * other.reading.confidence > best.reading.letters * best.reading.confidence)
      best = std::move(other);
  }
  return best;
}

/// The words that were read, in reading order; boxes are still those of the upright page.
Extraction arranged(const Attempt& attempt, float width, float height, const TextForm& form) {
  const float points = attempt.upright.points();
  PlacedText text;
  for (const ReadWord& word : attempt.reading.words) {
    const Box box{word.box.left * points, word.box.top * points, word.box.right * points,
                  word.box.bottom * points};
    text.words.push_back({box, word.text, 0, true});
  }
  Extraction extraction;
  extraction.text.pages.push_back(lay_out(width, height, {std::move(text)}));
  finish(extraction, form);
  return extraction;
}

/// Of a word of the page, which may be several put together: the worst of them counts.
std::uint8_t confidence_of(const Box& word, const Attempt& attempt) {
  const float points = attempt.upright.points();
  std::optional<float> least;
  for (const ReadWord& part : attempt.reading.words) {
    const float x = points * (part.box.left + part.box.right) / 2,
                y = points * (part.box.top + part.box.bottom) / 2;
    const bool is_inside = x >= word.left && x <= word.right && y >= word.top && y <= word.bottom;
    if (is_inside) least = std::min(least.value_or(100), part.confidence);
  }
  return static_cast<std::uint8_t>(std::clamp(least.value_or(0), 0.0F, 100.0F));
}

Answer answer_with(const Attempt& attempt, const PagePicture& picture, const TextForm& form) {
  const bool lies = attempt.upright.quarter_turns() % 2 != 0;
  Extraction read =
      arranged(attempt, lies ? picture.height : picture.width, lies ? picture.width : picture.height, form);
  Page& page = read.text.pages.front();
  const float points = attempt.upright.points();
  for (Word& word : page.words) {
    page.confidence.push_back(confidence_of(word.box, attempt));
    word.box = attempt.upright.on_page(
        {word.box.left / points, word.box.top / points, word.box.right / points, word.box.bottom / points});
  }
  page.width = picture.width;
  page.height = picture.height;
  const auto tenth = [](double number) { return std::round(number * 10) / 10; };
  Answer answer;
  answer.value = {{"grade", read.value["grade"]},
                  {"confidence", tenth(attempt.reading.confidence)},
                  {"rotation", attempt.upright.quarter_turns() * 90},
                  {"skew", tenth(attempt.upright.degrees())}};
  if (read.value.contains("language")) answer.value["language"] = read.value["language"];
  answer.text = std::make_shared<const Text>(std::move(read.text));
  return answer;
}

/// Print is smallest, and sharp, as PNG. A photograph is many times larger so, and servers refuse images of
/// some MiB: it is a JPEG. No bytes: there was no memory.
Image encoded(const Pix& picture) {
  constexpr std::size_t most_png_bytes = std::size_t{1} << 20;
  constexpr l_int32 good_quality = 85, not_progressive = 0;
  Pix* const pix = const_cast<Pix*>(&picture);
  Image image;
  image.width = pixGetWidth(pix);
  image.height = pixGetHeight(pix);
  const auto take = [&](const char* media_type, l_uint8* bytes, std::size_t size) {
    image.media_type = media_type;
    image.bytes.assign(reinterpret_cast<const char*>(bytes), size);
    lept_free(bytes);
  };
  l_uint8* bytes = nullptr;
  std::size_t size = 0;
  if (pixWriteMemPng(&bytes, &size, pix, 0) == 0) take("image/png", bytes, size);
  if (!image.bytes.empty() && image.bytes.size() <= most_png_bytes) return image;
  bytes = nullptr;
  if (pixWriteMemJpeg(&bytes, &size, pix, good_quality, not_progressive) == 0)
    take("image/jpeg", bytes, size);
  return image;
}

Result<Answer> as_image(const Pix& drawn) {
  const double edge = std::max(pixGetWidth(const_cast<Pix*>(&drawn)), pixGetHeight(const_cast<Pix*>(&drawn)));
  const auto scale = static_cast<l_float32>(std::min(1.0, most_edge_to_see / edge));
  const PixPtr pix(pixScale(const_cast<Pix*>(&drawn), scale, scale));
  auto image = std::make_shared<Image>();
  if (pix) *image = encoded(*pix);
  if (image->bytes.empty())
    return Error{ErrorClass::memory, "has a page that needs too much memory to be drawn"};
  Answer answer;
  answer.value = nlohmann::json::object();
  answer.text = std::make_shared<const Text>();
  answer.image = std::move(image);
  return answer;
}

}  // namespace

Result<Answer> look_at_page(OcrReader& reader, std::string_view bytes, const ExtractOrder& order) {
  const SeenPage wanted = order.page.value_or(SeenPage{});
  const bool is_read = wanted.wanted == SeenPage::Wanted::words;
  const Result<PagePicture> picture =
      page_picture(bytes, wanted.number, order.passwords, is_read ? Look::grey : Look::colours);
  if (!picture) return picture.error();
  if (!is_read) return as_image(*picture->pix);
  if (const auto error = reader.use(wanted.languages)) return *error;
  return answer_with(read_upright(reader, *picture), *picture, order.form);
}

}  // namespace docket::worker
