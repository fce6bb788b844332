#include "worker/pdf/page_to_draw.h"

#include <PDFDoc.h>
#include <Page.h>

#include <utility>

namespace docket::worker {

PageToDraw::PageToDraw(PDFDoc& document, ::Page& page, int number)
    : document_(document), number_(number), width_(page.getCropWidth()), height_(page.getCropHeight()) {
  if (page.getRotate() % 180 != 0) std::swap(width_, height_);
  const Object unit = document.getXRef()->fetch(page.getRef()).dictLookup("UserUnit");
  if (unit.isNum() && unit.getNum() >= 1) unit_ = unit.getNum();
}

void PageToDraw::draw(OutputDev& device) const {
  document_.displayPage(&device, number_, 72, 72, 0, false, false, false);
}

}  // namespace docket::worker
