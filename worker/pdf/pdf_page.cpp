#include "worker/pdf/pdf_page.h"

#include <PDFDoc.h>
#include <Page.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "worker/pdf/directions.h"
#include "worker/pdf/looking_device.h"
#include "worker/pdf/page_to_draw.h"
#include "worker/pdf/verdict.h"
#include "worker/pdf/words_along.h"

namespace docket::worker {
namespace {

Plan plan_of(const std::vector<Glyph>& glyphs, const Verdict& verdict, const std::vector<float>& directions,
             bool is_scanned) {
  Plan plan;
  plan.reserve(glyphs.size());
  for (const Glyph& glyph : glyphs) {
    const std::size_t direction = direction_of(glyph, directions, is_scanned);
    plan.push_back(verdict.is_read(glyph) ? static_cast<unsigned char>(direction + 1) : 0);
  }
  return plan;
}

/// The letters that were passed on, while the page was looked at, are those of its first direction.
bool is_right_already(const LookingDevice& look, const Plan& plan) {
  return std::ranges::equal(look.glyphs(), plan, [](const Glyph& glyph, unsigned char direction) {
    return glyph.is_passed_on == (direction == 1);
  });
}

}  // namespace

PdfPage read_pdf_page(PDFDoc& document, int index) {
  PdfPage out;
  ::Page* drawn = document.getPage(index + 1);
  if (!drawn) return out;
  const PageToDraw page(document, *drawn, index + 1);
  out.width = static_cast<float>(page.width());
  out.height = static_cast<float>(page.height());

  LookingDevice look(page);
  page.draw(look);
  const Verdict verdict(page, look);
  out.letters = verdict.counts();
  out.paints = look.paints().count();
  out.images = look.paints().share_of_images(0);
  const bool is_scanned = out.letters.beneath_images * 2 > out.letters.seen;
  const std::vector<float> directions = directions_of(look.glyphs(), is_scanned);
  const Plan plan = plan_of(look.glyphs(), verdict, directions, is_scanned);

  const bool lies = std::ranges::find(look.false_texts(), true) != look.false_texts().end();
  for (std::size_t i = 0; i < directions.size(); ++i) {
    if (i == 0 && directions[0] == 0 && !lies && is_right_already(look, plan)) {
      out.text.push_back({0, look.words()});
      continue;
    }
    out.text.push_back(
        words_along(page, plan, static_cast<unsigned char>(i + 1), directions[i], look.false_texts()));
  }
  return out;
}

}  // namespace docket::worker
