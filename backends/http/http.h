#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/http/timer.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// How long each part of a call may take, and how much may come back.
struct HttpLimits {
  std::chrono::milliseconds connect{10'000};      ///< Name look-up, connection and TLS.
  std::chrono::milliseconds first_byte{120'000};  ///< From then to the first byte of the reply.
  std::chrono::milliseconds total{120'000};       ///< All of it.
  std::int64_t reply_bytes = 32 << 20;            ///< Of the body, decompressed.
};

struct HttpRequest {
  std::string method = "POST";  ///< Or GET, without a body; PUT, of a file.
  std::string url = {};
  std::vector<std::string> headers = {};  ///< `Name: value`. May hold a key: never shown.
  std::string body = {};
  HttpLimits limits = {};
  /// The environment's proxy variables (https_proxy, no_proxy, …) count. Not for local servers: their text
  /// must not take a way through somebody else's machine.
  bool through_proxy = false;
  /// Sent only over a connection to a local address (`location_of_number`), whatever the host's name
  /// promises: a resolver may find `gpu-box` at somebody else's.
  bool only_locally = false;
  /// Counts how often it goes out; null: nobody wants to know. More than once when a connection that was kept
  /// from an earlier call breaks before a reply: mostly the server had closed it just then.
  std::shared_ptr<std::atomic<int>> times_sent = nullptr;
  /// It goes out once, with `times_sent`: when the connection breaks before a reply, that is the end of it,
  /// as of one that was new (`transport`). For what may have to be paid for each time.
  bool only_once = false;
  /// Of PUT: what is sent, read as it goes out. One that cannot be read ends the call (`unreadable`).
  std::filesystem::path body_file = {};
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  ///< Names in lower case; the last of a name.
  std::string body;
};

/// How the message of class `unreachable` ends where no address is known for the host's name.
inline constexpr const char* host_is_not_known = " is not known";

/// All HTTP of a run: one thread, any number of calls at a time. Connections are kept; redirects are not
/// followed, so that a key goes nowhere else. The only user of libcurl.
class HttpLoop final : public Timer {
 public:
  /// Once `stop` is requested no call begins any more (ErrorClass::cancelled), and timers fire at once; calls
  /// that are on their way go on. Once `hard_stop` is, they end too.
  explicit HttpLoop(std::stop_token hard_stop, std::stop_token stop = {});
  ~HttpLoop() override;  ///< Ends what is under way as cancelled.

  /// The Error is of class `unreachable` (no connection), `transport` (no whole reply), `content` (the reply
  /// exceeds HttpLimits::reply_bytes), `unavailable` (a header that cannot be sent, a host that is not local
  /// as it has to be) or `cancelled`. Its message says which part failed, and the address without what may be
  /// secret in it.
  using Done = std::function<void(Result<HttpReply>)>;
  /// Never waits; any thread. `done` is called once, by the loop's thread, and may send again.
  void send(HttpRequest request, Done done) noexcept;
  /// Calls `then` once, by the loop's thread, after so long.
  void after(std::chrono::milliseconds delay, std::function<void()> then) noexcept override;
  Clock::time_point now() const noexcept override { return Clock::now(); }
  bool stopped() const noexcept override;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace docket::backends
