#include "worker/pdf/stand_in.h"

#include <PDFDoc.h>
#include <Page.h>

#include <algorithm>

#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr int most_pages = 10;             ///< Looked at for fields of a form.
constexpr std::size_t placeholder = 2000;  ///< Characters of a page; Adobe's has 700.
constexpr std::size_t cover = 1000;        ///< Characters of a page; Adobe's has 200.

bool has_fields(PDFDoc& document) {
  const int pages = std::min(document.getNumPages(), most_pages);
  for (int number = 1; number <= pages; ++number) {
    ::Page* page = document.getPage(number);
    if (!page) continue;
    const Object annotations = page->getAnnotsObject();
    for (int i = 0; annotations.isArray() && i < annotations.arrayGetLength(); ++i) {
      const Object annotation = annotations.arrayGet(i);
      if (annotation.isDict() && annotation.dictLookup("Subtype").isName("Widget")) return true;
    }
  }
  return false;
}

bool is_short(const Text& text, std::size_t most_per_page) {
  return std::ranges::all_of(text.pages,
                             [&](const Page& page) { return characters(page.text) <= most_per_page; });
}

}  // namespace

std::optional<std::string> stand_in(PDFDoc& document, const Text& text, std::size_t embedded_files) {
  const Object catalog = document.getXRef()->getCatalog();
  if (!catalog.isDict()) return {};
  const Object form = catalog.dictLookup("AcroForm"), rendering = catalog.dictLookup("NeedsRendering");
  const bool has_xfa = form.isDict() && !form.dictLookup("XFA").isNull();
  const bool is_dynamic = rendering.isBool() && rendering.getBool();
  const bool may_be_placeholder = text.pages.size() <= 2 && is_short(text, placeholder);
  if (has_xfa && (is_dynamic || (may_be_placeholder && !has_fields(document)))) {
    return "is a dynamic form (XFA): what it says is made by the reader program and is not on its pages; "
           "open it in "
           "Adobe Reader and print it to a PDF";
  }
  if (embedded_files > 0 && catalog.dictLookup("Collection").isDict() && text.pages.size() <= 2 &&
      is_short(text, cover)) {
    return "is a portfolio: its page is a cover, and " +
           (embedded_files == 1
                ? std::string("its document is the file embedded in it")
                : "its documents are the " + std::to_string(embedded_files) + " files embedded in it");
  }
  return {};
}

}  // namespace docket::worker
