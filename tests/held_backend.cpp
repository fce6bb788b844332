#include "tests/held_backend.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace docket {

void FakeTimer::after(std::chrono::milliseconds delay, std::function<void()> then) noexcept {
  pending_.emplace(stopped_ ? now_ : now_ + delay, std::move(then));
}

void FakeTimer::advance(std::chrono::milliseconds time) {
  const Clock::time_point end = now_ + time;
  while (!pending_.empty() && pending_.begin()->first <= end) {
    const auto due = pending_.extract(pending_.begin());
    now_ = std::max(now_, due.key());
    due.mapped()();
  }
  now_ = end;
}

void FakeTimer::stop() {
  stopped_ = true;
  while (!pending_.empty())
    pending_.extract(pending_.begin()).mapped()();
}

std::optional<std::chrono::milliseconds> FakeTimer::next() const {
  if (pending_.empty()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(pending_.begin()->first - now_);
}

std::vector<std::string> HeldCalls::waiting() const {
  std::vector<std::string> documents;
  for (const Held& held : held_)
    documents.push_back(held.request.asked_by.document);
  return documents;
}

std::deque<HeldCalls::Held>::const_iterator HeldCalls::find(const std::string& document) const {
  return std::ranges::find_if(held_, [&](const Held& held) {
    return document.empty() || held.request.asked_by.document == document;
  });
}

const Request& HeldCalls::request(const std::string& document) const {
  static const Request none;
  const auto found = find(document);
  EXPECT_NE(found, held_.end()) << "nothing was asked about '" << document << "'";
  return found == held_.end() ? none : found->request;
}

void HeldCalls::answer(const std::string& document, Reply reply) {
  const auto found = find(document);
  ASSERT_NE(found, held_.end()) << "nothing was asked about '" << document << "'";
  const Backend::Done done = found->done;
  held_.erase(found);
  done(std::move(reply));
}

void HeldBackend::submit(Request request, Done done) noexcept {
  ++calls_.seen_;
  calls_.held_.push_back({std::move(request), std::move(done)});
}

namespace {

Reply reply_with(Result<Answer> answer) {
  Reply reply{.answer = std::move(answer)};
  reply.spent.add({"local", "m", {.calls = 1, .input_tokens = 10, .output_tokens = 1}});
  return reply;
}

}  // namespace

Reply good_reply() { return reply_with(Answer{.value = {{"label", "invoice"}}}); }

Reply bad_reply(ErrorClass error_class, std::string message) {
  return reply_with(Error{error_class, std::move(message)});
}

Request prompt_request(std::string document, std::size_t position) {
  Prompt prompt;
  prompt.task = "?";
  prompt.most_output_tokens = 100;
  Request request{"local", std::move(prompt)};
  request.asked_by.document = std::move(document);
  request.asked_by.position = position;
  return request;
}

Error CallOutcome::error() const {
  if (!reply) return {ErrorClass::bug, "no reply yet"};
  return reply->answer ? Error{ErrorClass::bug, "an answer"} : reply->answer.error();
}

Backend::Done CallOutcome::done() {
  return [this](Reply got) {
    EXPECT_FALSE(reply) << "answered twice";
    reply = std::move(got);
  };
}

}  // namespace docket
