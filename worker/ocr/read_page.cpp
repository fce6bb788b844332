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
#include "worker/ocr/print.h"
#include "worker/ocr/split_words.h"
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
constexpr double few_letters = 20;

/// What one attempt to read a page gave.
struct Reading {
  std::vector<ReadWord> words;
  double letters = 0;     ///< Of words that stand upright and were read with some confidence.
  double confidence = 0;  ///< Percent, over all letters that stand upright.
  int quarter_turns = 0;  ///< Clockwise, until most letters do.

  double worth() const { return letters * confidence; }
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
  join_split_amounts(words);
  double all[4] = {}, sum = 0;
  for (const ReadWord& word : words) {
    const double letters = letters_of(word.text);
    all[word.quarter_turns] += letters;
    if (word.quarter_turns != 0) continue;
    sum += letters * word.confidence;
    if (word.confidence >= 60) reading.letters += letters;
  }
  reading.confidence = all[0] > 0 ? sum / all[0] : 0;
  reading.quarter_turns = static_cast<int>(std::ranges::max_element(all) - all);
  reading.words = std::move(words);
  return reading;
}

/// How many times larger the picture should be for its letters to be read well.
float scale_for(float height, double pixels) {
  if (height <= 0) return 1;
  const double most = std::sqrt(most_pixels / pixels);
  const double wanted = height < 0.75F * good_height  ? good_height / height
                        : height > 1.6F * good_height ? good_height / height
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
  return PixPtr(pixBackgroundNormSimple(unlocked(grey), nullptr, nullptr));
}

/// A receipt or a ticket is too narrow for columns of text, but tesseract finds some, of amounts, and loses
/// one or the other.
Arrangement arrangement_of(const Pix& pix, float letter_height) {
  constexpr float widest_slip = 48;  // Letter heights; a page of a letter has 75.
  const bool is_slip =
      letter_height > 0 && static_cast<float>(pixGetWidth(unlocked(pix))) < widest_slip * letter_height;
  return is_slip ? Arrangement::block : Arrangement::page;
}

struct Attempt {
  Upright upright;
  Reading reading;
};

/// Whether a picture is read as it is, or letters that fall apart are made whole first.
enum class Treatment { as_it_is, soft };

Attempt read_turned(OcrReader& reader, const PagePicture& page, int quarter_turns,
                    Treatment treatment = Treatment::as_it_is) {
  Attempt attempt{Upright(*page.pix, page.width, page.height), {}};
  PixPtr pix = attempt.upright.turned(*page.pix, quarter_turns);
  const auto step = [&](PixPtr next) {
    if (next) pix = std::move(next);
  };
  if (!pix) return attempt;
  if (treatment == Treatment::soft) step(softened(*pix, good_height));
  const Print print = print_of(*pix);
  if (print.is_broken) step(softened(*pix, print.height));
  const Arrangement arrangement = arrangement_of(*pix, print.height);
  const double pixels = double(pixGetWidth(pix.get())) * pixGetHeight(pix.get());
  if (const float scale = scale_for(print.height, pixels); std::fabs(scale - 1) > 0.05F)
    step(attempt.upright.scaled(*pix, scale));
  if (const float skew = skew_of(*pix); skew != 0) step(attempt.upright.rotated(*pix, skew));
  step(evenly_lit(*pix));
  attempt.reading = judged(reader.read(*pix, told_dpi, arrangement));
  const bool is_little = attempt.reading.letters < few_letters;
  if (is_little) {
    Reading sparse = judged(reader.read(*pix, told_dpi, Arrangement::sparse));
    if (sparse.letters > attempt.reading.letters) attempt.reading = std::move(sparse);
  }
  return attempt;
}

/// The page as it is read best: as it lies, or where that makes no sense turned, by what tesseract says of
/// its letters first, or with its letters made whole.
class BestAttempt {
 public:
  BestAttempt(OcrReader& reader, const PagePicture& page) : reader_(reader), page_(page) {}

  Attempt run() {
    consider(0);
    if (makes_sense()) return std::move(*best_);
    if (const int lies = best_->reading.quarter_turns; lies != 0) consider(lies);
    if (makes_sense()) return std::move(*best_);
    const OcrReader::Orientation guess = reader_.orientation(*page_.pix, told_dpi);
    consider(guess.quarter_turns);
    if (makes_sense()) return std::move(*best_);
    take(read_turned(reader_, page_, best_->upright.quarter_turns(), Treatment::soft));
    const bool is_known = guess.confidence >= sure && best_->upright.quarter_turns() == guess.quarter_turns;
    if (makes_sense() || (is_known && best_->reading.letters >= 50)) return std::move(*best_);
    for (int turns = 0; turns < 4; ++turns)
      consider(turns);
    return std::move(*best_);
  }

 private:
  static constexpr float sure = 6;  ///< As OcrReader::Orientation counts.
  static constexpr double sense = 65;

  bool makes_sense() const {
    return best_->reading.confidence >= sense && best_->reading.letters >= few_letters;
  }

  void consider(int quarter_turns) {
    if (!tried_[quarter_turns]) take(read_turned(reader_, page_, quarter_turns));
    tried_[quarter_turns] = true;
  }

  void take(Attempt attempt) {
    if (!best_ || attempt.reading.worth() > best_->reading.worth()) best_ = std::move(attempt);
  }

  OcrReader& reader_;
  const PagePicture& page_;
  std::optional<Attempt> best_;
  bool tried_[4] = {};
};

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
  Pix* const pix = unlocked(picture);
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
  const double edge = std::max(pixGetWidth(unlocked(drawn)), pixGetHeight(unlocked(drawn)));
  const auto scale = static_cast<l_float32>(std::min(1.0, most_edge_to_see / edge));
  const PixPtr pix(pixScale(unlocked(drawn), scale, scale));
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
  return answer_with(BestAttempt(reader, *picture).run(), *picture, order.form);
}

}  // namespace docket::worker
