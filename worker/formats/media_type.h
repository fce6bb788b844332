#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/support/result.h"

struct magic_set;

namespace docket::worker {

/// Tells what a file is from its content. Loads libmagic's database once, so that nothing needs to be opened
/// later.
class MediaTypes {
 public:
  /// An Error (unavailable) when libmagic's database cannot be loaded.
  static Result<std::unique_ptr<MediaTypes>> load();
  ~MediaTypes();
  MediaTypes(const MediaTypes&) = delete;
  MediaTypes& operator=(const MediaTypes&) = delete;

  /// `application/pdf`, `text/plain`, `image/png`, …; `application/octet-stream` when nothing is known.
  std::string of(std::string_view content) const;

  /// The type of a file that holds other files, or compresses one, even behind junk of up to 1024 bytes;
  /// empty: it is none. Its parts may be text or a PDF, but are not the document.
  std::string container(std::string_view content) const;

  /// The type of what stands behind a mark of an encoding, blanks and zeros; empty: the content begins with
  /// none.
  std::string behind_blanks(std::string_view content) const;

 private:
  explicit MediaTypes(magic_set* magic) : magic_(magic) {}
  magic_set* magic_;
};

/// Prose that begins like none of the formats which are text to look at: libmagic's database, which takes
/// four times as long as all else that is done with a small text, would only call it text.
bool is_plain_prose(std::string_view content);

/// `%PDF-` is the first that stands there, but for marks of encodings and blanks.
bool begins_as_pdf(std::string_view content);

/// Has the parts of a PDF without its first line, which damaged files have lost and others carry late.
bool has_parts_of_pdf(std::string_view content);

/// The error for content that docket does not read: names what it is and what docket reads.
Error unsupported(std::string_view media_type);

}  // namespace docket::worker
