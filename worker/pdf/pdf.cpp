#include "worker/pdf/pdf.h"

#include <GlobalParams.h>
#include <PDFDoc.h>
#include <Stream.h>
#include <poppler-document.h>
#include <poppler-global.h>

#include <array>
#include <memory>
#include <optional>

#include "worker/layout/layout.h"
#include "worker/pdf/attached_files.h"
#include "worker/pdf/attached_xml.h"
#include "worker/pdf/pdf_date.h"
#include "worker/pdf/pdf_page.h"
#include "worker/pdf/stand_in.h"
#include "worker/poppler/fonts.h"
#include "worker/text/clean_text.h"
#include "worker/text/latin1.h"
#include "worker/text/letters.h"
#include "worker/text/passwords.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_problems = 20;

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

/// Poppler misses the colour transforms that no_color_profiles.cpp keeps from it.
bool tells_of_transforms(std::string_view message) {
  return message.find("Can't create ") != message.npos && message.ends_with("transform");
}

void keep_first_diagnostic(const std::string& message, void*) {
  std::string& diagnostic = first_diagnostic();
  if (!diagnostic.empty() || tells_of_transforms(message)) return;
  diagnostic = clean_utf8(bare(message).substr(0, 300));
  while (!diagnostic.empty() && diagnostic.back() == ' ')
    diagnostic.pop_back();
}

using DocumentPtr = std::unique_ptr<poppler::document>;

bool is_locked(const DocumentPtr& document) { return document && document->is_locked(); }

DocumentPtr load(std::string_view content, const std::string& password) {
  return DocumentPtr(poppler::document::load_from_raw_data(content.data(), static_cast<int>(content.size()),
                                                           password, password));
}

/// Tries `password` as it is and as older PDFs have it; `used` becomes what opened the document.
void unlock(DocumentPtr& document, std::string_view content, const std::string& password, std::string& used) {
  used = password;
  document = load(content, used);
  const auto latin1 = as_latin1(password);
  if (!is_locked(document) || !latin1) return;
  used = *latin1;
  document = load(content, used);
}

Result<DocumentPtr> open(std::string_view content, const std::vector<std::string>& passwords,
                         std::string& used) {
  used.clear();
  DocumentPtr document = load(content, used);  // Many are encrypted and open without a password.
  for (std::size_t i = 0; i < passwords.size() && is_locked(document); ++i)
    unlock(document, content, passwords[i], used);
  if (!document) {
    const std::string& why = first_diagnostic();
    return Error{ErrorClass::damaged, "is a broken PDF" + (why.empty() ? "" : ": " + why)};
  }
  if (is_locked(document)) {  // Asked for anything else now, poppler crashes.
    if (first_diagnostic().find("security handler") !=
        std::string::npos)  // For owners of a certificate, say.
      return Error{ErrorClass::encrypted, "is encrypted as docket cannot undo it: " + first_diagnostic()};
    return Error{ErrorClass::encrypted, passwords.empty() ? wants_password : wrong_passwords};
  }
  return document;
}

/// Of a document that says so; poppler finds none either where it cannot follow what is broken.
Error no_pages(const std::string& diagnostic) {
  if (diagnostic.empty() || diagnostic.starts_with("Invalid page count 0"))
    return {ErrorClass::empty, "has no pages"};
  return {ErrorClass::damaged, "is a broken PDF, without a page that can be found: " + diagnostic};
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

/// Why letters are not seen, in the order of Unseen.
constexpr std::string_view unseen_words[reasons] = {"",
                                                    "never painted",
                                                    "transparent",
                                                    "in the colour of their background",
                                                    "painted over",
                                                    "clipped away",
                                                    "outside the page",
                                                    "smaller than a point"};

/// What is found on the pages beside their text, for the problems.
struct Findings {
  std::array<std::size_t, reasons> unseen = {};
  std::array<int, reasons> first_page = {}, pages = {};
  std::size_t beneath_images = 0;
  int first_mixed_page = 0;

  void add(const PdfPage& page, int number) {
    for (std::size_t i = 1; i < reasons; ++i) {
      if (page.letters.unseen[i] == 0) continue;
      unseen[i] += page.letters.unseen[i];
      if (pages[i]++ == 0) first_page[i] = number;
    }
    // A scan has hardly any other letters; text that was painted, and more beneath images, are two documents.
    if (page.letters.beneath_images == 0 || page.letters.beneath_images * 2 > page.letters.seen) return;
    beneath_images += page.letters.beneath_images;
    if (first_mixed_page == 0) first_mixed_page = number;
  }
};

std::string many_characters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

std::string percent(std::size_t part, std::size_t whole) {
  return std::to_string((100 * part + whole / 2) / whole) + " %";
}

bool tells_of(Unseen reason) { return reason != Unseen::off_page && reason != Unseen::clipped; }

void add_findings(const Findings& findings, std::vector<std::string>& problems) {
  for (std::size_t i = 1; i < reasons; ++i) {
    if (findings.unseen[i] == 0) continue;
    const int more = findings.pages[i] - 1;
    problems.push_back(many_characters(findings.unseen[i]) + " that nobody sees " +
                       (findings.unseen[i] == 1 ? "was" : "were") + " left out (" +
                       std::string(unseen_words[i]) + ", page " + std::to_string(findings.first_page[i]) +
                       (more > 0 ? " and " + std::to_string(more) + " more)" : ")"));
  }
  if (findings.beneath_images > 0) {
    problems.push_back(
        many_characters(findings.beneath_images) +
        (findings.beneath_images == 1 ? " is not painted and was" : " are not painted and were") +
        " kept, since an image is there whose text they may be (page " +
        std::to_string(findings.first_mixed_page) + ")");
  }
}

void add_doubts(const DrawnLetters& letters, std::vector<std::string>& problems) {
  constexpr std::string_view remedy =
      "; get the document from its source again, or read its pages as images (OCR)";
  if (letters.unreadable * 20 > letters.seen) {
    problems.push_back(percent(letters.unreadable, letters.seen) +
                       " of the characters cannot be read: their fonts do not say which they are" +
                       std::string(remedy));
  }
  if (letters.are_exchanged) {
    problems.push_back(
        "the letters of the text are not those that a person sees: they make words of no language" +
        std::string(remedy));
  }
}

PageGrade grade_of_drawing(const PdfPage& page) {
  PageGrade grade;
  grade.drawn = page.letters.seen;
  grade.unreadable = page.letters.unreadable;
  grade.beneath_images = page.letters.beneath_images;
  for (std::size_t i = 1; i < reasons; ++i) {
    if (tells_of(static_cast<Unseen>(i))) grade.unseen += page.letters.unseen[i];
  }
  grade.paints = page.paints;
  grade.images = page.images;
  return grade;
}

/// Poppler's own document, for what its C++ interface does not tell: how text is painted.
std::unique_ptr<PDFDoc> open_drawing(std::string_view content, const std::string& password) {
  BaseStream* stream =
      new MemStream(content.data(), 0, static_cast<Goffset>(content.size()), Object(objNull));
  return std::make_unique<PDFDoc>(stream, GooString(password), GooString(password));  // Owns the stream.
}

}  // namespace

Result<Extraction> read_pdf(std::string_view content, const std::vector<std::string>& passwords,
                            const PageWatch& watch) {
  poppler::set_debug_error_function(keep_first_diagnostic, nullptr);
  first_diagnostic().clear();
  std::string used_password;
  auto opened = open(content, passwords, used_password);
  if (!opened) return opened.error();
  // What poppler knows of encodings would go with its last document, and be looked for again.
  static const GlobalParamsIniter globals(nullptr);
  const poppler::document& document = **opened;
  const int count = document.pages();
  if (count < 1) return no_pages(first_diagnostic());

  Extraction out;
  out.value["metadata"] = read_metadata(document);
  if (!used_password.empty()) out.value["opened_with_password"] = true;
  std::vector<std::string> problems;
  if (!first_diagnostic().empty()) problems.push_back(first_diagnostic());
  const std::unique_ptr<PDFDoc> drawing = open_drawing(content, used_password);
  out.value["embedded_files"] = attached_files(*drawing);
  out.attached_xml = attached_xml(*drawing);
  forget_fonts();  // Of what was read before, also where that broke off.
  Findings findings;
  for (int i = 0; i < count && (watch.most == 0 || out.text.pages.size() < watch.most); ++i) {
    first_diagnostic().clear();
    const PdfPage page = read_pdf_page(*drawing, i);
    out.text.pages.push_back(lay_out(page.width, page.height, page.text));
    findings.add(page, i + 1);
    out.drawn_pages.push_back(grade_of_drawing(page));
    out.letters.seen += page.letters.seen;
    out.letters.unreadable += page.letters.unreadable;
    if (page.text.empty() && first_diagnostic().empty()) first_diagnostic() = "cannot be read";
    if (!first_diagnostic().empty() && problems.size() < most_problems) {
      problems.push_back("page " + std::to_string(i + 1) + ": " + first_diagnostic());
    }
    if (watch.was_read) watch.was_read(out.text.pages.size(), static_cast<std::size_t>(count));
  }
  for (std::size_t i = 1; i < reasons; ++i) {
    if (tells_of(static_cast<Unseen>(i))) out.letters.unseen += findings.unseen[i];
  }
  out.letters.are_exchanged = are_letters_exchanged(out.text);
  add_findings(findings, problems);
  add_doubts(out.letters, problems);
  if (const auto what = stand_in(*drawing, out.text, out.value["embedded_files"].size())) {
    out.letters.is_stand_in = true;
    problems.push_back(*what);
  }
  if (!problems.empty()) out.value["problems"] = std::move(problems);
  return out;
}

}  // namespace docket::worker
