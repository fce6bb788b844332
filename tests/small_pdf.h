#pragma once
#include <string>
#include <utility>
#include <vector>

namespace docket {

/// Text at a place on a page, in points from the top left; turned clockwise by `degrees`.
struct Written {
  double x = 0, y = 0;
  std::string text;  ///< Latin-1.
  double size = 10;
  int degrees = 0;
};

struct SmallPage {
  std::vector<Written> text;
  int rotate = 0;                       ///< /Rotate of the page.
  std::string before = {}, after = {};  ///< Operators around the text; the origin is at the bottom left.
  std::string fonts = {};               ///< More entries of /Font, in PDF's syntax;
  std::string resources = {};           ///< of /Resources;
  std::string entries = {};             ///< of the page.
};

/// What a document has beside its pages.
struct SmallExtras {
  std::string catalog = {};               ///< More entries of the catalog.
  std::vector<std::string> objects = {};  ///< Numbered from 5 + two for each page.
};

/// A whole, valid PDF of A4 pages in Helvetica, named F.
std::string small_pdf(const std::vector<SmallPage>& pages, const SmallExtras& extras = {});

/// A stream as an object.
std::string small_stream(const std::string& content, const std::string& entries = "");

/// A map to Unicode, as an object: codes of one byte, and what they say as UTF-16 in hexadecimal digits.
std::string small_map(const std::vector<std::pair<int, std::string>>& codes);

}  // namespace docket
