// Poppler makes all fonts of a page, and of each form on it, when it comes to it: files of fonts are looked
// into, their maps to Unicode read. Fonts are the same for a whole document.
#include "worker/poppler/fonts.h"

#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Error.h>
#include <Gfx.h>
#include <GfxFont.h>
#include <Object.h>
#include <XRef.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace docket::worker {
namespace {

constexpr std::size_t most_fonts = 300;  ///< Kept; one with many characters has half a megabyte.

/// Those of one document, by reference and the name that its page has for it.
struct Fonts {
  const XRef* document = nullptr;
  std::unordered_map<std::string, std::shared_ptr<GfxFont>> by_reference;
};

Fonts& known_fonts() {
  static Fonts fonts;
  return fonts;
}

std::string key_of(Ref font, const char* name) {
  return std::to_string(font.num) + ' ' + std::to_string(font.gen) + ' ' + name;
}

std::shared_ptr<GfxFont> make_font(XRef* document, const Object& entry, Ref reference, const char* name) {
  const Object dict = entry.fetch(document);
  if (!dict.isDict()) {
    error(errSyntaxError, -1, "font resource is not a dictionary");
    return nullptr;
  }
  std::shared_ptr<GfxFont> font = GfxFont::makeFont(document, name, reference, dict.getDict());
  return font && font->isOk() ? font : nullptr;
}

std::shared_ptr<GfxFont> font_of(XRef* document, const Object& entry, Ref reference, const char* name) {
  Fonts& fonts = known_fonts();
  if (fonts.document != document || fonts.by_reference.size() >= most_fonts) {
    fonts.by_reference.clear();
    fonts.document = document;
  }
  std::string key = key_of(reference, name);
  const auto known = fonts.by_reference.find(key);
  if (known != fonts.by_reference.end()) return known->second;
  std::shared_ptr<GfxFont> font = make_font(document, entry, reference, name);
  fonts.by_reference.emplace(std::move(key), font);
  return font;
}

}  // namespace

void forget_fonts() { known_fonts() = {}; }

}  // namespace docket::worker

// Libpoppler has this class, but not for others.
GfxFontDict::GfxFontDict(XRef* xref, Ref* fontDictRef, Dict* fontDict) {
  constexpr int no_generation = 100000;  // They have five digits.
  for (int i = 0; i < fontDict->getLength(); ++i) {
    const Object& entry = fontDict->getValNF(i);
    const char* name = fontDict->getKey(i);
    if (entry.isRef()) {
      fonts.push_back(docket::worker::font_of(xref, entry, entry.getRef(), name));
    } else if (fontDictRef) {
      fonts.push_back(docket::worker::font_of(xref, entry, {i, no_generation + fontDictRef->num}, name));
    } else {
      fonts.push_back(docket::worker::make_font(xref, entry, {hashFontObject(nullptr), no_generation}, name));
    }
  }
}

/// A number for a font that has no reference, which is in one resource only.
int GfxFontDict::hashFontObject(Object*) {
  static int fonts_without_reference = 0;
  return ++fonts_without_reference & 0x7FFFFFFF;
}

std::shared_ptr<GfxFont> GfxFontDict::lookup(const char* tag) const {
  for (const std::shared_ptr<GfxFont>& font : fonts) {
    if (font && font->matches(tag)) return font;
  }
  return nullptr;
}

/// The same search, without branches that nobody can foresee: for each letter of most documents.
double GfxCIDFont::getWidth(CID cid) const {
  if (widths.nExceps <= 0 || cid < widths.exceps[0].first) return widths.defWidth;
  const GfxFontCIDWidthExcep* found = widths.exceps;  // The last that begins at `cid` or before.
  for (int left = widths.nExceps; left > 1;) {
    const int half = left / 2;
    found = found[half].first <= cid ? found + half : found;
    left -= half;
  }
  return cid <= found->last ? found->width : widths.defWidth;
}

GfxResources::GfxResources(XRef* xrefA, Dict* resources, GfxResources* nextA)
    : fonts(nullptr), gStateCache(2), xref(xrefA), next(nextA) {
  if (!resources) {
    for (Object* part :
         {&xObjDict, &colorSpaceDict, &patternDict, &shadingDict, &gStateDict, &propertiesDict})
      part->setToNull();
    return;
  }
  const std::unique_ptr<Dict> own(
      resources->copy(xref));  // To fetch objects may rebuild the document's table.
  resources = own.get();
  Ref reference = Ref::INVALID();
  const Object font_dict = resources->lookup("Font", &reference);
  if (font_dict.isDict())
    fonts = new GfxFontDict(xref, reference == Ref::INVALID() ? nullptr : &reference, font_dict.getDict());
  xObjDict = resources->lookup("XObject");
  colorSpaceDict = resources->lookup("ColorSpace");
  patternDict = resources->lookup("Pattern");
  shadingDict = resources->lookup("Shading");
  gStateDict = resources->lookup("ExtGState");
  propertiesDict = resources->lookup("Properties");
}

GfxResources::~GfxResources() { delete fonts; }

std::shared_ptr<GfxFont> GfxResources::doLookupFont(const char* name) const {
  for (const GfxResources* resources = this; resources; resources = resources->next) {
    if (!resources->fonts) continue;
    if (auto font = resources->fonts->lookup(name)) return font;
  }
  error(errSyntaxError, -1, "Unknown font tag '{0:s}'", name);
  return nullptr;
}

std::shared_ptr<GfxFont> GfxResources::lookupFont(const char* name) { return doLookupFont(name); }
std::shared_ptr<const GfxFont> GfxResources::lookupFont(const char* name) const { return doLookupFont(name); }

#else

void docket::worker::forget_fonts() {}

#endif
