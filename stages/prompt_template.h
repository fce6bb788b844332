#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/settings.h"
#include "pipeline/support/embedded_file.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"

namespace docket::stages {

/// The prompts that docket brings, by file name; `docket init --prompts` writes them out for editing.
std::span<const EmbeddedFile> built_in_prompts();
// Those that no setting replaces: what the document is, and how to answer in words.
inline constexpr std::string_view system_prompt = "system.mustache";
inline constexpr std::string_view words_prompt = "answer-in-words.mustache";

/// A Mustache template. Values are put in as they are, without HTML escapes. The only file that knows the
/// template library. Threads may share it.
class PromptTemplate {
 public:
  /// The Error (class `config`) says what is wrong with the template.
  static Result<PromptTemplate> parse(std::string text);
  /// One of `built_in_prompts`.
  static PromptTemplate built_in(std::string_view name);
  /// The file that the setting names, else the built-in prompt of that name.
  static Result<PromptTemplate> of_setting(const Settings& settings, std::string_view setting,
                                           std::string_view built_in);

  /// Names in the file of the setting that the built-in prompt does not have, so that nothing stands for
  /// them: a warning for each. Empty: none, or there is no such file.
  static std::vector<std::string> unknown_names(const Settings& settings, std::string_view setting,
                                                std::string_view built_in);

  /// `values` are those of a record: objects, lists, texts, numbers, booleans and null, which is as false.
  std::string render(const nlohmann::json& values) const;

 private:
  explicit PromptTemplate(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A page for browsers: a Mustache template whose values are escaped, but for those in `{{{…}}}`, which are
/// HTML.
std::string render_html(std::string_view text, const nlohmann::json& values);

/// Pages of a document, from 0, both ends included; or a part of one page.
struct PageRange {
  std::size_t first = 0, last = 0;
  std::size_t begin = 0, end = std::string::npos;  ///< Of one page: bytes of its text.
};

/// Pages of a text between two lines with a mark that the text cannot know, so that nothing in it can pass
/// for its end.
std::vector<PromptPart> document_parts(const Text& text, PageRange pages);

/// The same for all documents and stages, so that servers compute it once.
const std::string& system_text();

}  // namespace docket::stages
