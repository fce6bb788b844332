#pragma once
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/text.h"
#include "worker/text/page_grade.h"

namespace docket::worker {

/// What the drawing of a document says of its letters, beside the text. All zero for what is not drawn.
struct DrawnLetters {
  std::size_t seen = 0;
  std::size_t unreadable = 0;  ///< Of those: their font does not say what they are.
  std::size_t unseen = 0;      ///< Left out; on the page, and nobody sees them.
  bool are_exchanged = false;  ///< See letters.h.
  bool is_stand_in = false;    ///< The pages only say that the document is elsewhere.
};

/// How much of a document with pages is read, and who is told after each.
struct PageWatch {
  std::size_t most = 0;  ///< Those after them are not read; 0: all are.
  std::function<void(std::size_t read, std::size_t of)> was_read = {};
};

/// An XML file that is embedded in another one.
struct AttachedXml {
  std::string name;   ///< UTF-8.
  std::string bytes;  ///< Empty: it was too large to be read.
};

/// What was read out of one file: `value` as `extract` in docs/record.schema.json, and the text.
struct Extraction {
  nlohmann::json value;
  Text text;
  DrawnLetters letters;
  std::vector<AttachedXml> attached_xml = {};  ///< Where an e-invoice may be.
  std::vector<PageGrade> drawn_pages;  ///< What the drawing of each page says; empty for what is not drawn.
};

}  // namespace docket::worker
