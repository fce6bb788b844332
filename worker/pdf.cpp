#include "worker/pdf.h"

#include <poppler-document.h>
#include <poppler-embedded-file.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <memory>
#include <optional>

#include "pipeline/support/utf8.h"
#include "worker/clean_text.h"
#include "worker/layout.h"
#include "worker/pdf_date.h"
#include "worker/right_to_left.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_problems = 20;
constexpr std::size_t most_embedded_files = 1000;

std::string clean(const poppler::ustring& text) {
  static_assert(sizeof(poppler::ustring::value_type) == sizeof(char16_t));
  std::u16string utf16(text.begin(), text.end());
  return clean_utf16(utf16);
}

/// Poppler's first complaint since the last reset. Broken files give millions of them.
std::string& first_diagnostic() {
  static std::string diagnostic;
  return diagnostic;
}

/// `error (582): text` without the first part, which helps nobody without the file in an editor.
std::string_view bare(std::string_view message) {
  if (!message.starts_with("error")) return message;
  const std::size_t colon = message.find(": ");
  return colon < 24 ? message.substr(colon + 2) : message;
}

void keep_first_diagnostic(const std::string& message, void*) {
  std::string& diagnostic = first_diagnostic();
  if (!diagnostic.empty()) return;
  diagnostic = clean_utf8(bare(message).substr(0, 300));
  while (!diagnostic.empty() && diagnostic.back() == ' ')
    diagnostic.pop_back();
}

/// Passwords of PDF 1.7 and before are not Unicode: what a user types as UTF-8 was set as Latin-1.
std::optional<std::string> as_latin1(const std::string& utf8) {
  std::string latin1;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    if (c > 0xFF) return {};
    latin1 += static_cast<char>(c);
  }
  return latin1 == utf8 ? std::nullopt : std::optional(latin1);
}

using DocumentPtr = std::unique_ptr<poppler::document>;

bool is_locked(const DocumentPtr& document) { return document && document->is_locked(); }

Result<DocumentPtr> open(std::string_view content, const std::string& password) {
  const auto load = [&](const std::string& word) {
    return DocumentPtr(
        poppler::document::load_from_raw_data(content.data(), static_cast<int>(content.size()), word, word));
  };
  // A password is for those documents that need one: others open without, or with an empty one.
  DocumentPtr document = load(password);
  if (is_locked(document)) {
    if (const auto latin1 = as_latin1(password)) document = load(*latin1);
  }
  if (is_locked(document) && !password.empty()) document = load("");
  if (!document) {
    const std::string& why = first_diagnostic();
    return Error{ErrorClass::damaged, "is a broken PDF" + (why.empty() ? "" : ": " + why)};
  }
  if (is_locked(document)) {  // Asked for anything else now, poppler crashes.
    return Error{ErrorClass::encrypted,
                 password.empty() ? "needs a password; set `password:` of the extract stage"
                                  : "has a different password than the given one; see `password:` of "
                                    "the extract stage"};
  }
  return document;
}

nlohmann::json read_metadata(const poppler::document& document) {
  constexpr std::pair<const char*, const char*> texts[] = {{"title", "Title"},     {"author", "Author"},
                                                           {"subject", "Subject"}, {"keywords", "Keywords"},
                                                           {"creator", "Creator"}, {"producer", "Producer"}};
  nlohmann::json metadata = nlohmann::json::object();
  for (const auto& [name, key] : texts) {
    std::string value = clean(document.info_key(key));
    if (!value.empty()) metadata[name] = std::move(value);
  }
  constexpr std::pair<const char*, const char*> dates[] = {{"created", "CreationDate"},
                                                           {"modified", "ModDate"}};
  for (const auto& [name, key] : dates) {
    if (const auto date = iso_date(clean(document.info_key(key)))) metadata[name] = *date;
  }
  int major = 0, minor = 0;
  document.get_pdf_version(&major, &minor);
  metadata["pdf_version"] = std::to_string(major) + "." + std::to_string(minor);
  if (document.is_encrypted()) metadata["encrypted"] = true;
  return metadata;
}

nlohmann::json read_embedded_files(const poppler::document& document) {
  nlohmann::json files = nlohmann::json::array();
  if (!document.has_embedded_files()) return files;
  for (const poppler::embedded_file* file : document.embedded_files()) {
    if (files.size() == most_embedded_files) break;
    nlohmann::json entry = {{"name", clean_utf8(file->name())}};
    if (file->size() > 0) entry["bytes"] = file->size();
    if (!file->mime_type().empty()) entry["media_type"] = clean_utf8(file->mime_type());
    files.push_back(std::move(entry));
  }
  return files;
}

std::vector<PlacedWord> words_of(const poppler::page& page) {
  std::vector<PlacedWord> words;
  for (const poppler::text_box& box : page.text_list()) {
    const poppler::rectf at = box.bbox();
    words.push_back({{static_cast<float>(at.left()), static_cast<float>(at.top()),
                      static_cast<float>(at.right()), static_cast<float>(at.bottom())},
                     in_reading_order(clean(box.text())),
                     box.rotation() & 3,
                     box.has_space_after()});
  }
  return words;
}

Page read_page(const poppler::page& page) {
  const poppler::rectf area = page.page_rect(poppler::crop_box);
  auto width = static_cast<float>(area.width()), height = static_cast<float>(area.height());
  const auto orientation = page.orientation();
  if (orientation == poppler::page::landscape || orientation == poppler::page::seascape) {
    std::swap(width, height);
  }
  return lay_out(width, height, words_of(page));
}

}  // namespace

Result<Extraction> read_pdf(std::string_view content, const std::string& password) {
  poppler::set_debug_error_function(keep_first_diagnostic, nullptr);
  first_diagnostic().clear();
  auto opened = open(content, password);
  if (!opened) return opened.error();
  const poppler::document& document = **opened;
  const int count = document.pages();
  if (count < 1) return Error{ErrorClass::empty, "has no pages"};

  Extraction out;
  out.value["metadata"] = read_metadata(document);
  out.value["embedded_files"] = read_embedded_files(document);
  std::vector<std::string> problems;
  if (!first_diagnostic().empty()) problems.push_back(first_diagnostic());
  for (int i = 0; i < count; ++i) {
    first_diagnostic().clear();
    const std::unique_ptr<poppler::page> page(document.create_page(i));
    out.text.pages.push_back(page ? read_page(*page) : Page{});
    if (!page && first_diagnostic().empty()) first_diagnostic() = "cannot be read";
    if (!first_diagnostic().empty() && problems.size() < most_problems) {
      problems.push_back("page " + std::to_string(i + 1) + ": " + first_diagnostic());
    }
  }
  if (!problems.empty()) out.value["problems"] = std::move(problems);
  return out;
}

}  // namespace docket::worker
