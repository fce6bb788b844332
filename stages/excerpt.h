#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/document.h"
#include "stages/prompt_template.h"

namespace docket::stages {

/// What an answer rests on for one of its fields, for those who look at it again.
struct Claim {
  std::string field;  ///< Of a label: `label`.
  bool is_doubtful = false;
  std::vector<nlohmann::json> evidence = {};  ///< `{page, quote}` of its value, or of its rows.
  std::vector<std::string> beside = {};       ///< Words that stand near such a value.
};

/// What of a document a model is shown, and what it is asked about.
struct Excerpt {
  Sent sent = {};
  /// Of as many pages as the document has, so that page numbers are the same; what is not shown of them is
  /// not in it. Of a summary: one page. Null: the document has no text.
  std::shared_ptr<const Text> text = nullptr;

  bool is_summary() const { return sent.what == "summary"; }
  /// Where in the document the words of these pages of `text` stand.
  PageRange source(PageRange pages, const Text& document) const;
  /// Pages of the document of which nothing is shown, from 0. Empty: there are none.
  std::vector<bool> hidden(const Text& document) const;
  /// What goes up with these pages of `text`.
  Sent sent_with(PageRange pages) const;
  /// Whether the field is asked about.
  bool asks(const std::string& field) const;
};

/// All of the document.
Excerpt whole(const Document& document);

/// The pages on which the claims rest: where their evidence lies, where words stand that name them; of one
/// of which nothing is known, the first page.
Excerpt pages_of(const Document& document, std::span<const Claim> claims);

/// The claims' fields alone, with some lines around what they rest on.
Excerpt fields_of(const Document& document, std::span<const Claim> claims);

/// Words that stand for the whole document.
Excerpt summary_of(std::string words);

}  // namespace docket::stages
