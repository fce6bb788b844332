#include "worker/ocr/pdf_drawing.h"

#include <GlobalParams.h>
#include <OutputDev.h>
#include <PDFDoc.h>
#include <Page.h>
#include <SplashOutputDev.h>
#include <Stream.h>
#include <splash/SplashBitmap.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "worker/poppler/fonts.h"
#include "worker/text/latin1.h"

namespace docket::worker {
namespace {

constexpr double points_per_inch = 72;
constexpr double usual_dpi = 300, least_dpi_to_read = 250, most_dpi_to_read = 450;
constexpr double least_share = 0.1;   ///< Of the page, for an image that matters.
constexpr double most_edge = 30'000;  ///< Pixels: leptonica and tesseract count in 16 bits here and there.

/// The resolution of the images that take much of a page. Nothing of them is decoded.
class ImageResolution final : public OutputDev {
 public:
  explicit ImageResolution(double page_area) : page_area_(page_area) {}
  double dpi() const { return dpi_; }

  bool upsideDown() override { return true; }
  bool useDrawChar() override { return true; }
  bool interpretType3Chars() override { return false; }
  bool needNonText() override { return true; }

  void drawImageMask(GfxState* state, Object* object, Stream* stream, int width, int height, bool inverts,
                     bool smooth, bool is_inline) override {
    add(*state, width, height);
    OutputDev::drawImageMask(state, object, stream, width, height, inverts, smooth,
                             is_inline);  // Passes it by.
  }
  void drawImage(GfxState* state, Object* object, Stream* stream, int width, int height,
                 GfxImageColorMap* colours, bool smooth, const int* mask, bool is_inline) override {
    add(*state, width, height);
    OutputDev::drawImage(state, object, stream, width, height, colours, smooth, mask, is_inline);
  }
  void drawMaskedImage(GfxState* state, Object*, Stream*, int width, int height, GfxImageColorMap*, bool,
                       Stream*, int, int, bool, bool) override {
    add(*state, width, height);
  }
  void drawSoftMaskedImage(GfxState* state, Object*, Stream*, int width, int height, GfxImageColorMap*, bool,
                           Stream*, int, int, GfxImageColorMap*, bool) override {
    add(*state, width, height);
  }

 private:
  /// The matrix takes the unit square to where the image lies, in points.
  void add(const GfxState& state, int width, int height) {
    const double* m = state.getCTM();
    const double across = std::hypot(m[0], m[1]), down = std::hypot(m[2], m[3]);
    if (across <= 0 || down <= 0 || across * down < least_share * page_area_) return;
    const double dpi = std::max(width / across, height / down) * points_per_inch;
    if (std::isfinite(dpi)) dpi_ = std::max(dpi_, dpi);
  }

  const double page_area_;
  double dpi_ = 0;
};

double resolution_to_read(double of_images) {
  if (of_images <= 0) return usual_dpi;
  if (of_images > most_dpi_to_read) return of_images / std::ceil(of_images / most_dpi_to_read);
  if (of_images >= least_dpi_to_read) return of_images;
  return of_images * std::clamp(std::round(usual_dpi / of_images), 1.0, 3.0);
}

/// Resolution at which a page of so many points stays within the bounds.
double within_bounds(double dpi, double width, double height) {
  const double inches_wide = width / points_per_inch, inches_high = height / points_per_inch;
  dpi = std::min(dpi, std::sqrt(most_pixels / (inches_wide * inches_high)));
  return std::min(dpi, most_edge / std::max(inches_wide, inches_high));
}

PixPtr to_pix(SplashBitmap& bitmap, Look look) {
  const int width = bitmap.getWidth(), height = bitmap.getHeight();
  PixPtr pix(pixCreateNoInit(width, height, look == Look::grey ? 8 : 32));
  if (!pix) return pix;
  l_uint32* rows = pixGetData(pix.get());
  const int words = pixGetWpl(pix.get());
  for (int y = 0; y < height; ++y) {
    const unsigned char* from = bitmap.getDataPtr() + std::ptrdiff_t{bitmap.getRowSize()} * y;
    l_uint32* to = rows + std::ptrdiff_t{words} * y;
    for (int x = 0; x < width; ++x) {
      if (look == Look::grey)
        SET_DATA_BYTE(to, x, from[x]);
      else
        composeRGBPixel(from[3 * x], from[3 * x + 1], from[3 * x + 2], to + x);
    }
  }
  return pix;
}

std::unique_ptr<PDFDoc> open_with(std::string_view bytes, const std::string& password) {
  // Owned by the document.
  auto* stream = new MemStream(bytes.data(), 0, static_cast<Goffset>(bytes.size()), Object(objNull));
  return std::make_unique<PDFDoc>(stream, GooString(password), GooString(password));
}

std::unique_ptr<PDFDoc> open_to_draw(std::string_view bytes, const std::vector<std::string>& passwords) {
  if (!globalParams) globalParams = std::make_unique<GlobalParams>();
  std::unique_ptr<PDFDoc> document = open_with(bytes, "");
  const auto is_locked = [&] { return !document->isOk() && document->getErrorCode() == errEncrypted; };
  for (std::size_t i = 0; i < passwords.size() && is_locked(); ++i) {
    document = open_with(bytes, passwords[i]);
    const auto latin1 = as_latin1(passwords[i]);
    if (latin1 && is_locked()) document = open_with(bytes, *latin1);
  }
  return document;
}

}  // namespace

Result<PagePicture> draw_pdf_page(std::string_view bytes, int number,
                                  const std::vector<std::string>& passwords, Look look) {
  forget_fonts();  // Of the document that was drawn before.
  const std::unique_ptr<PDFDoc> document = open_to_draw(bytes, passwords);
  if (!document->isOk())
    return Error{document->getErrorCode() == errEncrypted ? ErrorClass::encrypted : ErrorClass::damaged,
                 "cannot be opened to be looked at"};
  ::Page* page = number <= document->getNumPages() ? document->getPage(number) : nullptr;
  if (page == nullptr) return Error{ErrorClass::damaged, "has no page " + std::to_string(number)};
  double width = page->getCropWidth(), height = page->getCropHeight();
  if (page->getRotate() % 180 != 0) std::swap(width, height);
  if (!(width >= 1 && height >= 1)) return Error{ErrorClass::damaged, "has a page without a size"};

  constexpr bool media_box = false, crop = true, printing = false;
  double dpi = most_edge_to_see / std::max(width, height) * points_per_inch;
  if (look == Look::grey) {
    ImageResolution images(width * height);
    document->displayPage(&images, number, points_per_inch, points_per_inch, 0, media_box, crop, printing);
    dpi = resolution_to_read(images.dpi());
  }
  dpi = within_bounds(dpi, width, height);

  SplashColor paper = {0xFF, 0xFF, 0xFF};
  constexpr int row_padding = 1;
  SplashOutputDev splash(look == Look::grey ? splashModeMono8 : splashModeRGB8, row_padding, false, paper);
  splash.setFontAntialias(true);
  splash.setVectorAntialias(true);
  splash.startDoc(document.get());
  document->displayPage(&splash, number, dpi, dpi, 0, media_box, crop, printing);
  PagePicture out;
  if (splash.getBitmap() != nullptr) out.pix = to_pix(*splash.getBitmap(), look);
  if (!out.pix) return Error{ErrorClass::memory, "has a page that needs too much memory to be drawn"};
  out.width = static_cast<float>(width);
  out.height = static_cast<float>(height);
  return out;
}

}  // namespace docket::worker
