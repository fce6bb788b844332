#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace docket {

/// A rectangle on a page in PDF points (1/72 inch), origin at the top left of the page.
struct Box {
  float left = 0, top = 0, right = 0, bottom = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

/// One word and where it stands, on the page and in `Page::text`.
struct Word {
  Box box;
  std::uint32_t offset = 0;  ///< Bytes from the start of `Page::text`.
  std::uint32_t length = 0;  ///< Bytes.
  friend bool operator==(const Word&, const Word&) = default;
};

/// One page. `text` is valid UTF-8 in reading order: lines end with '\n', columns and the cells of a table
/// row are kept apart by runs of at least two blanks. `words` is in the order of `text`, and empty where the
/// source has no layout (plain text).
struct Page {
  float width = 0, height = 0;  ///< PDF points; 0 where the source has no layout.
  std::string text;
  std::vector<Word> words;
  /// Of a page that was read by OCR: how sure it was of each word of `words`, in percent. Else empty.
  std::vector<std::uint8_t> confidence = {};
  friend bool operator==(const Page&, const Page&) = default;
};

/// The text of a document. Immutable once the extract stage has set it; shared by stages and requests.
struct Text {
  std::vector<Page> pages;
  std::string language = {};  ///< Of most of it, ISO 639-1; empty: not clear.
  friend bool operator==(const Text&, const Text&) = default;
};

/// How the text of a document is to be written.
struct TextForm {
  enum class Tables : std::uint8_t { rows, markdown };
  enum class RepeatedLines : std::uint8_t { keep, once };
  Tables tables = Tables::rows;  ///< Cells of a row apart by blanks, or tables as Markdown has them.
  RepeatedLines repeated_lines =
      RepeatedLines::keep;  ///< Headers and footers: on all pages, or on the first.
  friend bool operator==(const TextForm&, const TextForm&) = default;
};

}  // namespace docket
