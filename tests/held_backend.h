#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket {

/// Time that passes when the test says so.
class FakeTimer final : public backends::Timer {
 public:
  void after(std::chrono::milliseconds delay, std::function<void()> then) noexcept override;
  Clock::time_point now() const noexcept override { return now_; }
  bool stopped() const noexcept override { return stopped_; }

  void advance(std::chrono::milliseconds time);
  void stop();  ///< As the end of the run does.
  /// From now to the next call; none: nothing is pending.
  std::optional<std::chrono::milliseconds> next() const;

 private:
  Clock::time_point now_ = Clock::time_point(std::chrono::hours(1));
  bool stopped_ = false;
  std::multimap<Clock::time_point, std::function<void()>> pending_;
};

/// What has reached a HeldBackend. The test sees it, and answers when it wants to.
class HeldCalls {
 public:
  /// Requests that wait for an answer: the documents of their callers, in the order in which they came.
  std::vector<std::string> waiting() const;
  const Request& request(const std::string& document = "") const;
  /// Answers the first request that came from the document.
  void answer(const std::string& document, Reply reply);
  void answer(Reply reply) { answer("", std::move(reply)); }  ///< The first of all.
  int seen() const { return seen_; }

 private:
  friend class HeldBackend;
  struct Held {
    Request request;
    Backend::Done done;
  };
  std::deque<Held>::const_iterator find(const std::string& document) const;

  std::deque<Held> held_;
  int seen_ = 0;
};

class HeldBackend final : public Backend {
 public:
  explicit HeldBackend(HeldCalls& calls) : calls_(calls) {}
  void submit(Request request, Done done) noexcept override;

 private:
  HeldCalls& calls_;
};

/// Replies for tests: one call, ten tokens in and one out.
Reply good_reply();
Reply bad_reply(ErrorClass error_class, std::string message = "no");

/// A prompt, asked for a document.
Request prompt_request(std::string document = "", std::size_t position = 0);

/// What a request came to, once it has an answer.
struct CallOutcome {
  std::optional<Reply> reply;
  Error error() const;  ///< Of class `bug` while there is none.
  Backend::Done done();
};

}  // namespace docket
