#pragma once
#include <curl/curl.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>

#include "backends/http/http.h"
#include "pipeline/support/descriptor.h"

namespace docket::backends {

class HttpCall;

/// Calls that are connected and wait for the first byte, by the time when they have waited for too long.
using FirstByteDeadlines = std::multimap<Timer::Clock::time_point, HttpCall*>;

/// One call at a time over one of curl's easy handles, which is used again for the next. For the loop's
/// thread.
class HttpCall {
 public:
  /// Once `stopping` is true nothing is sent any more, not even again by curl: such a call ends as cancelled.
  HttpCall(CURLM* loop, FirstByteDeadlines& deadlines, const std::atomic<bool>& stopping);
  ~HttpCall();
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;

  /// The Error says why it was not begun; then `take_done` has the caller.
  std::optional<Error> begin(HttpRequest request, HttpLoop::Done done);
  /// What became of the call, given how curl says that it ended.
  Result<HttpReply> outcome(CURLcode code);
  /// The deadline for the first byte has passed.
  Error first_byte_missing() const;
  /// Takes the call off the loop; it can begin again.
  HttpLoop::Done take_done();

  static HttpCall* of(CURL* easy);

 private:
  struct CloseEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  enum class Phase { connecting, waiting, receiving };
  enum class Excess { none, body, headers };

  static curl_socket_t on_open_socket(void* call, curlsocktype, curl_sockaddr* address);
  static int on_connected(void* call, char* address, char*, int, int);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* call);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* call);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* call);
  static int on_seek(void* call, curl_off_t offset, int origin);

  CURLcode configure();
  std::optional<Error> open_body();
  void receives();
  void forget_deadline();
  std::string address() const;
  /// Of class `unreachable` while there was no connection yet.
  Error transport(const std::string& message) const;
  Error timed_out() const;
  bool may_go_to(const std::string& number);
  bool was_sent_already() const;  ///< And must not be sent again.
  Error failure(CURLcode code) const;

  CURLM* const loop_;
  FirstByteDeadlines& deadlines_;
  const std::atomic<bool>& stopping_;
  const std::unique_ptr<CURL, CloseEasy> easy_;
  std::array<char, CURL_ERROR_SIZE> words_{};  // What curl says of a failure.
  HttpRequest request_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  HttpLoop::Done done_;
  bool on_loop_ = false;
  Phase phase_ = Phase::connecting;
  Excess excess_ = Excess::none;
  std::string refused_address_;  // That the host's name led to, when there was no other to go to.
  bool has_tried_ = false;       // To connect to an address where it may go.
  std::optional<FirstByteDeadlines::iterator> deadline_;
  Descriptor body_;  // Of a file that is sent.
  std::int64_t body_bytes_ = 0;
  bool body_is_unreadable_ = false;
  HttpReply reply_;
  std::size_t header_bytes_ = 0;
};

}  // namespace docket::backends
