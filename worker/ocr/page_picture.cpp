#include "worker/ocr/page_picture.h"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "worker/formats/picture.h"
#include "worker/ocr/pdf_drawing.h"

namespace docket::worker {
namespace {

constexpr double most_bytes = 300e6;  ///< Of a picture that is to be decoded.

Error no_such_page(int number) { return {ErrorClass::damaged, "has no page " + std::to_string(number)}; }

const l_uint8* data(std::string_view bytes) { return reinterpret_cast<const l_uint8*>(bytes.data()); }

/// How many times smaller libjpeg may make a picture while it decodes it: 1, 2, 4 or 8.
int reduction(const PictureFrame& frame) {
  int times = 1;
  while (times < 8 && double(frame.width) * frame.height / (times * times) > most_pixels)
    times *= 2;
  return times;
}

PixPtr decode(std::string_view bytes, int number, const PictureFrame& frame) {
  constexpr l_int32 no_colour_map = 0, no_hint = 0;
  if (bytes.starts_with("\xFF\xD8"))
    return PixPtr(
        pixReadMemJpeg(data(bytes), bytes.size(), no_colour_map, reduction(frame), nullptr, no_hint));
  if (bytes.starts_with("II") || bytes.starts_with("MM"))
    return PixPtr(pixReadMemTiff(data(bytes), bytes.size(), number - 1));
  return PixPtr(pixReadMem(data(bytes), bytes.size()));
}

/// Without transparency, of which leptonica makes black.
PixPtr on_paper(PixPtr pix) {
  if (pix && pixGetDepth(pix.get()) == 32 && pixGetSpp(pix.get()) == 4) {
    constexpr l_uint32 white = 0xFFFFFF00;
    return PixPtr(pixAlphaBlendUniform(pix.get(), white));
  }
  return pix;
}

/// One bit is a picture of ink and paper at a resolution that grey does not need.
PixPtr grey(PixPtr pix) {
  if (!pix) return pix;
  const double count = double(pixGetWidth(pix.get())) * pixGetHeight(pix.get());
  if (pixGetDepth(pix.get()) == 1 && count > most_pixels)
    return PixPtr(pixScaleToGray(pix.get(), static_cast<l_float32>(std::sqrt(most_pixels / count))));
  return PixPtr(pixConvertTo8(pix.get(), 0));
}

PixPtr within_bounds(PixPtr pix) {
  if (!pix) return pix;
  const double count = double(pixGetWidth(pix.get())) * pixGetHeight(pix.get());
  if (count <= most_pixels) return pix;
  const auto scale = static_cast<l_float32>(std::sqrt(most_pixels / count));
  return PixPtr(pixScale(pix.get(), scale, scale));
}

/// As Exif and TIFF count: the first row and column stand at another edge of what a person sees.
PixPtr upright(PixPtr pix, int orientation) {
  if (!pix || orientation == 1) return pix;
  const bool is_mirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
  if (is_mirrored) pix.reset(pixFlipLR(nullptr, pix.get()));
  constexpr int quarter_turns[] = {0, 0, 0, 2, 2, 3, 1, 1, 3};
  if (!pix) return pix;
  return PixPtr(pixRotateOrth(pix.get(), quarter_turns[orientation]));
}

Result<PagePicture> frame_picture(std::string_view bytes, int number, const PictureFrame& frame, Look look) {
  const double bytes_a_pixel = bytes.starts_with("II") || bytes.starts_with("MM") ? 0.125 : 1;
  if (!bytes.starts_with("\xFF\xD8") && double(frame.width) * frame.height * bytes_a_pixel > most_bytes)
    return Error{ErrorClass::memory, "has a picture of " + std::to_string(frame.width) + " times " +
                                         std::to_string(frame.height) +
                                         " pixels, which is too large to read"};
  PixPtr pix = on_paper(decode(bytes, number, frame));
  if (look == Look::colours && pix) pix.reset(pixConvertTo32(pix.get()));
  if (look == Look::grey) pix = grey(std::move(pix));
  pix = upright(within_bounds(std::move(pix)), frame.orientation);
  if (!pix) return Error{ErrorClass::damaged, "has a picture that cannot be decoded"};
  PagePicture page;
  page.pix = std::move(pix);
  page.width = static_cast<float>((frame.lies() ? frame.height : frame.width) * frame.points());
  page.height = static_cast<float>((frame.lies() ? frame.width : frame.height) * frame.points());
  return page;
}

}  // namespace

Result<PagePicture> page_picture(std::string_view bytes, int number,
                                 const std::vector<std::string>& passwords, Look look) {
  if (number < 1) return no_such_page(number);
  const std::vector<PictureFrame> frames = picture_frames(bytes);
  if (frames.empty()) return draw_pdf_page(bytes, number, passwords, look);
  if (static_cast<std::size_t>(number) > frames.size()) return no_such_page(number);
  return frame_picture(bytes, number, frames[static_cast<std::size_t>(number) - 1], look);
}

}  // namespace docket::worker
