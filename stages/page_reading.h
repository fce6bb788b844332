#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "stages/ocr.h"

namespace docket::stages {

/// Has pages of a document looked at: by OCR; or drawn, and seen by a model; or by both. What the model
/// cannot be shown, or makes nothing of, is read by OCR.
class PageReading {
 public:
  /// `file` is the question that the file was read by.
  PageReading(ExtractQuestion file, std::vector<UnreadPage> pages, OcrOptions options);

  const std::vector<UnreadPage>& pages() const { return pages_; }
  /// What is to be asked next; nothing: all is known. `replies`: to what it asked last. Pictures are large,
  /// so few pages are drawn at a time.
  std::vector<Request> next(std::span<const Reply> replies);
  /// The model's server is not there, which is no page's fault: then nothing else is known.
  const std::optional<Error>& no_server() const { return no_server_; }
  /// Of each page. Once, at the end.
  std::vector<LookedAt> take();

 private:
  enum class What { words, picture, seen };
  struct Asked {
    std::size_t page = 0;
    What what = What::words;
  };
  struct State {
    std::optional<Result<Answer>> read, seen;  ///< None: not asked, or not yet.
    std::size_t missing = 0;                   ///< Replies.
  };

  Request to_worker(std::size_t page, SeenPage::Wanted wanted) const;
  void ask(std::size_t page, What what, Request request);
  void begin(std::size_t page);
  void note(const Asked& asked, const Reply& reply);
  void seen(std::size_t page, Result<Answer> answer);
  std::string failure(const Error& error) const;
  LookedAt outcome(State& state) const;
  Error error_of_both(const State& state) const;
  Answer as_seen(const Answer& said) const;
  static LookedAt compared(Answer read, Answer seen);

  const ExtractQuestion file_;
  const std::vector<UnreadPage> pages_;
  const OcrOptions options_;
  std::vector<State> states_;
  std::size_t begun_ = 0, open_ = 0;  ///< Pages.
  std::vector<Asked> asked_;          ///< By request under way.
  std::vector<Request> requests_;
  bool is_stopped_ = false;
  std::optional<Error> no_server_;
};

}  // namespace docket::stages
