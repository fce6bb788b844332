#include "stages/page_reading.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "stages/seen_page.h"

namespace docket::stages {
namespace {

/// Pages of a document that are seen at a time, while as many are drawn.
constexpr std::size_t most_seen = 4;

/// The server was not there: nothing is said about the page.
bool is_of_server(ErrorClass error) {
  return error == ErrorClass::unavailable || error == ErrorClass::unreachable;
}

}  // namespace

PageReading::PageReading(ExtractQuestion file, std::vector<UnreadPage> pages, OcrOptions options)
    : file_(std::move(file)),
      pages_(std::move(pages)),
      options_(std::move(options)),
      states_(pages_.size()) {}

std::vector<Request> PageReading::next(std::span<const Reply> replies) {
  const std::vector<Asked> asked = std::exchange(asked_, {});
  requests_.clear();
  for (std::size_t i = 0; i < asked.size() && i < replies.size(); ++i)
    note(asked[i], replies[i]);
  if (is_stopped_) return {};
  const std::size_t at_once = options_.can_see() ? most_seen : pages_.size();
  for (std::size_t i = 0; i < at_once && begun_ < pages_.size() && open_ < 2 * at_once; ++i)
    begin(begun_++);
  return std::exchange(requests_, {});
}

void PageReading::begin(std::size_t page) {
  ++open_;
  if (options_.can_see()) ask(page, What::picture, to_worker(page, SeenPage::Wanted::picture));
  if (!options_.can_see() || options_.compare)
    ask(page, What::words, to_worker(page, SeenPage::Wanted::words));
}

Request PageReading::to_worker(std::size_t page, SeenPage::Wanted wanted) const {
  ExtractQuestion question = file_;
  question.page = SeenPage{wanted, pages_[page].number, options_.languages};
  question.limits.cpu_time = options_.page_time;
  question.limits.wall_time = {};
  question.keep_partial = false;
  return {std::string(extraction_workers), std::move(question)};
}

void PageReading::ask(std::size_t page, What what, Request request) {
  ++states_[page].missing;
  asked_.push_back({page, what});
  requests_.push_back(std::move(request));
}

void PageReading::note(const Asked& asked, const Reply& reply) {
  State& state = states_[asked.page];
  --state.missing;
  if (!reply.answer && reply.answer.error().error_class == ErrorClass::cancelled) is_stopped_ = true;
  if (asked.what == What::words)
    state.read = reply.answer;
  else if (asked.what == What::seen || !reply.answer)
    seen(asked.page, reply.answer);
  else if (!reply.answer->image)
    seen(asked.page, Error{ErrorClass::bug, "the page was not drawn"});
  else
    ask(asked.page, What::seen,
        ask_what_is_seen(options_.backend, reply.answer->image, options_.task, pages_[asked.page].number));
  if (state.missing == 0) --open_;
}

void PageReading::seen(std::size_t page, Result<Answer> answer) {
  State& state = states_[page];
  if (!answer && is_of_server(answer.error().error_class)) {
    no_server_ = answer.error();
    is_stopped_ = true;
  }
  const bool is_to_be_read = !answer && !is_stopped_ && !options_.compare && options_.can_read();
  state.seen = std::move(answer);
  if (is_to_be_read) ask(page, What::words, to_worker(page, SeenPage::Wanted::words));
}

std::vector<LookedAt> PageReading::take() {
  std::vector<LookedAt> all;
  for (State& state : states_)
    all.push_back(outcome(state));
  return all;
}

std::string PageReading::failure(const Error& error) const {
  const std::string why = error.message + (error.detail.empty() ? "" : " (" + error.detail + ")");
  const bool names_it = why.find("'" + options_.backend + "'") != std::string::npos;
  return names_it ? why : "'" + options_.backend + "': " + why;
}

LookedAt PageReading::outcome(State& state) const {
  if (is_stopped_) return {.answer = Error{ErrorClass::cancelled, "the run was stopped"}};
  if (!state.seen) return {.answer = *std::move(state.read)};
  const bool was_read = state.read && *state.read, was_seen = state.seen->has_value();
  if (!was_read && !was_seen) return {.answer = error_of_both(state)};
  if (!was_seen)
    return {.answer = *std::move(state.read),
            .problem = "was read by OCR alone: " + failure(state.seen->error())};
  Answer seen = as_seen(**state.seen);
  if (was_read) return compared(**std::move(state.read), std::move(seen));
  LookedAt page{.answer = std::move(seen)};
  if (state.read)
    page.problem = "was seen by '" + options_.backend + "' alone: OCR says: " + state.read->error().message;
  return page;
}

/// What a document is held for has the same words for all.
Error PageReading::error_of_both(const State& state) const {
  const Error& seen = state.seen->error();
  if (seen.error_class == ErrorClass::withheld) return seen;
  const std::string read = state.read ? "; and OCR says: " + state.read->error().message : "";
  return {seen.error_class, failure(seen) + read};
}

Answer PageReading::as_seen(const Answer& said) const {
  Text text;
  text.pages.push_back(page_as_seen(said));
  Answer answer;
  answer.by = said.by.empty() ? options_.backend : said.by;
  answer.value = {{"grade", text.pages.front().text.empty() ? "none" : "good"}};
  answer.text = std::make_shared<const Text>(std::move(text));
  return answer;
}

/// The words of OCR stand, since they have places and say how sure they are; but not where it saw less than
/// half.
LookedAt PageReading::compared(Answer read, Answer seen) {
  Text text = *read.text;
  if (text.pages.size() != 1) return {.answer = std::move(seen)};
  const std::string& other = seen.text->pages.front().text;
  const Agreement agreement = compare_readings(text.pages.front(), other);
  const bool saw_little = text.pages.front().text.size() * 2 < other.size();
  read.text = std::make_shared<const Text>(std::move(text));
  return {.answer = saw_little ? std::move(seen) : std::move(read), .agreement = agreement};
}

}  // namespace docket::stages
