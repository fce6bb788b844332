#include "backends/http/call.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/http/address.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/duration.h"

namespace docket::backends {
namespace {

constexpr std::size_t most_header_bytes = 256 * 1024;
/// Seconds for which a connection that is used again may have been idle: curl's own, and, for what cannot be
/// sent a second time, less than servers wait before they close one (5 s and more).
constexpr long longest_idle = 118, longest_idle_once = 3;

/// Options that never change.
void set_up(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");  // All that this libcurl decodes.
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "docket");
  // A call may be silent for minutes, longer than routers remember a connection.
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 15L);
}

long curl_milliseconds(std::chrono::milliseconds time) {
  return static_cast<long>(std::max<std::int64_t>(time.count(), 1));  // 0 would be "for ever".
}

/// libcurl's `Failed to connect to HOST port …` of another host than the one of the address.
bool is_of_proxy(const std::string& words, const std::string& where) {
  constexpr std::string_view before = "connect to ";
  const std::size_t begin = words.find(before);
  if (begin == std::string::npos) return false;
  const std::string host =
      words.substr(begin + before.size(), words.find(' ', begin + before.size()) - begin - before.size());
  return where.find(host) == std::string::npos;
}

}  // namespace

HttpCall::HttpCall(CURLM* loop, FirstByteDeadlines& deadlines, const std::atomic<bool>& stopping)
    : loop_(loop), deadlines_(deadlines), stopping_(stopping), easy_(curl_easy_init()) {
  CURL* const easy = easy_.get();
  set_up(easy);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_.data());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &HttpCall::on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &HttpCall::on_connected);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &HttpCall::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpCall::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &HttpCall::on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &HttpCall::on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
}

HttpCall::~HttpCall() { take_done(); }

HttpCall* HttpCall::of(CURL* easy) {
  char* call = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
  return reinterpret_cast<HttpCall*>(call);
}

std::optional<Error> HttpCall::begin(HttpRequest request, HttpLoop::Done done) {
  request_ = std::move(request);
  done_ = std::move(done);
  reply_ = {};
  header_bytes_ = 0;
  phase_ = Phase::connecting;
  excess_ = Excess::none;
  refused_address_.clear();
  has_tried_ = false;
  words_[0] = 0;
  for (const std::string& header : request_.headers) {
    if (header.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return Error{ErrorClass::unavailable, "the key or another header for " + address() +
                                                " has a line break in it: remove it where it is set"};
  }
  if (auto error = open_body()) return error;
  if (const CURLcode code = configure(); code != CURLE_OK) return failure(code);
  if (curl_multi_add_handle(loop_, easy_.get()) != CURLM_OK) return failure(CURLE_OUT_OF_MEMORY);
  on_loop_ = true;
  return std::nullopt;
}

/// Of a PUT: nothing that is no file, and nothing that waits for somebody to write it.
std::optional<Error> HttpCall::open_body() {
  body_ = {};
  if (request_.method != "PUT") return std::nullopt;
  body_ = open_file(request_.body_file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  body_is_unreadable_ = false;
  struct stat file {};
  if (!body_ || fstat(body_.get(), &file) != 0 || !S_ISREG(file.st_mode))
    return Error{ErrorClass::unreadable, "cannot be read to be sent to " + address()};
  body_bytes_ = file.st_size;
  return std::nullopt;
}

CURLcode HttpCall::configure() {
  CURL* const easy = easy_.get();
  curl_slist* list =
      curl_slist_append(nullptr, "Expect:");  // No round trip to ask whether a body is welcome.
  for (const std::string& header : request_.headers)
    list = curl_slist_append(list, header.c_str());
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);

  if (request_.method == "GET") {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else if (request_.method == "PUT") {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_bytes_));
  } else {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  // With TLS, rather wait for a stream of an HTTP/2 connection than open one more. Without it curl would wait
  // for the whole first reply to know that there are no streams.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, request_.only_once ? longest_idle_once : longest_idle);
  curl_easy_setopt(easy, CURLOPT_PROXY, request_.through_proxy ? nullptr : "");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, curl_milliseconds(request_.limits.connect));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, curl_milliseconds(request_.limits.total));
  return curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
}

bool HttpCall::may_go_to(const std::string& number) {
  if (!request_.only_locally || location_of_number(number) == Location::local) return true;
  refused_address_ = number;
  return false;
}

/// Opens no socket to an address that the request may not go to; curl then tries the host's next one.
curl_socket_t HttpCall::on_open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  HttpCall& call = *static_cast<HttpCall*>(data);
  std::array<char, NI_MAXHOST> number{};
  const bool is_known = getnameinfo(&address->addr, address->addrlen, number.data(), number.size(), nullptr,
                                    0, NI_NUMERICHOST) == 0;
  if (!call.may_go_to(is_known ? number.data() : "an unknown address")) return CURL_SOCKET_BAD;
  call.has_tried_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int HttpCall::on_connected(void* data, char* address, char*, int, int) {
  HttpCall& call = *static_cast<HttpCall*>(data);
  // A connection that another backend's call had opened was not asked about.
  if (!call.may_go_to(address)) return CURL_PREREQFUNC_ABORT;
  call.forget_deadline();
  if (call.stopping_ || call.was_sent_already()) return CURL_PREREQFUNC_ABORT;
  call.phase_ = Phase::waiting;
  if (call.request_.times_sent) ++*call.request_.times_sent;
  // Far away, it is the total that counts; the sum would overflow.
  if (call.request_.limits.first_byte < call.request_.limits.total)
    call.deadline_ = call.deadlines_.emplace(Timer::Clock::now() + call.request_.limits.first_byte, &call);
  return CURL_PREREQFUNC_OK;
}

bool HttpCall::was_sent_already() const {
  return request_.only_once && request_.times_sent && *request_.times_sent > 0;
}

void HttpCall::receives() {
  phase_ = Phase::receiving;
  forget_deadline();
}

std::size_t HttpCall::on_header(char* data, std::size_t size, std::size_t count, void* user) {
  HttpCall& call = *static_cast<HttpCall*>(user);
  if (call.phase_ != Phase::receiving) call.receives();
  const std::string_view line(data, size * count);
  call.header_bytes_ += line.size();
  if (call.header_bytes_ > most_header_bytes) {
    call.excess_ = Excess::headers;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // A reply may follow one of status 1xx.
    call.reply_.headers.clear();
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    call.reply_.headers[to_lower(trim(line.substr(0, colon)))] = trim(line.substr(colon + 1));
  }
  return line.size();
}

std::size_t HttpCall::on_body(char* data, std::size_t size, std::size_t count, void* user) {
  HttpCall& call = *static_cast<HttpCall*>(user);
  if (call.phase_ != Phase::receiving) call.receives();
  const std::size_t bytes = size * count;
  if (static_cast<std::int64_t>(call.reply_.body.size() + bytes) > call.request_.limits.reply_bytes) {
    call.excess_ = Excess::body;
    return 0;
  }
  call.reply_.body.append(data, bytes);
  return bytes;
}

std::size_t HttpCall::on_read(char* data, std::size_t size, std::size_t count, void* user) {
  HttpCall& call = *static_cast<HttpCall*>(user);
  const ssize_t got = read(call.body_.get(), data, size * count);
  call.body_is_unreadable_ = got < 0;
  return got < 0 ? CURL_READFUNC_ABORT : static_cast<std::size_t>(got);
}

/// Asked for where a connection that was kept breaks, and all is sent again.
int HttpCall::on_seek(void* user, curl_off_t offset, int origin) {
  const HttpCall& call = *static_cast<HttpCall*>(user);
  return lseek(call.body_.get(), offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

Result<HttpReply> HttpCall::outcome(CURLcode code) {
  if (code != CURLE_OK) return failure(code);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  return std::exchange(reply_, {});
}

HttpLoop::Done HttpCall::take_done() {
  if (on_loop_) curl_multi_remove_handle(loop_, easy_.get());
  on_loop_ = false;
  forget_deadline();
  request_ = {};
  reply_ = {};
  body_ = {};
  return std::exchange(done_, nullptr);
}

void HttpCall::forget_deadline() {
  if (deadline_) deadlines_.erase(*deadline_);
  deadline_.reset();
}

std::string HttpCall::address() const { return shown_address(request_.url); }

Error HttpCall::transport(const std::string& message) const {
  return {phase_ == Phase::connecting ? ErrorClass::unreachable : ErrorClass::transport, message};
}

Error HttpCall::first_byte_missing() const {
  return transport("no reply from " + address() + " within " + format_duration(request_.limits.first_byte));
}

Error HttpCall::timed_out() const {
  const HttpLimits& limits = request_.limits;
  switch (phase_) {
    case Phase::connecting:
      return transport("no connection to " + address() + " within " +
                       format_duration(std::min(limits.connect, limits.total)));
    case Phase::waiting:
      return transport("no reply from " + address() + " within " + format_duration(limits.total));
    case Phase::receiving:
      break;
  }
  return transport("the reply of " + address() + " was not complete within " + format_duration(limits.total));
}

Error HttpCall::failure(CURLcode code) const {
  const std::string where = address();
  if (!refused_address_.empty() && !has_tried_)
    return {ErrorClass::unavailable,
            "nothing was sent to " + where + ": it counts as local, but leads to " + refused_address_ +
                ", which is not an address of this machine or a private network; set "
                "`location: cloud`, or `location: local` if the address is yours"};
  const std::string words = words_[0] != 0 ? words_.data() : curl_easy_strerror(code);
  long system = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &system);
  const std::string why = system == 0 ? "" : std::string(": ") + std::strerror(static_cast<int>(system));

  switch (code) {
    case CURLE_WRITE_ERROR:
      if (excess_ == Excess::headers)
        return transport("the reply of " + where + " has more than 256 KiB of headers");
      if (excess_ == Excess::body)
        return {ErrorClass::content, "the reply of " + where + " is larger than " +
                                         std::to_string(request_.limits.reply_bytes) + " bytes"};
      return transport("the reply of " + where + " cannot be read: " + words);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out();
    case CURLE_ABORTED_BY_CALLBACK:
      if (body_is_unreadable_) return {ErrorClass::unreadable, "cannot be read to be sent to " + where};
      if (was_sent_already()) return transport("the connection to " + where + " broke before a reply");
      return {ErrorClass::cancelled, "the run was stopped"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return transport("the host of " + where + host_is_not_known);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return transport("the host of the proxy for " + where + host_is_not_known);
    case CURLE_COULDNT_CONNECT:
      return transport(std::string("cannot connect to ") +
                       (is_of_proxy(words, where) ? "the proxy for " : "") + where + why);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      if (phase_ == Phase::receiving)
        return transport("the connection to " + where + " broke during the reply");
      return transport("the connection to " + where + " broke before a reply");
    case CURLE_BAD_CONTENT_ENCODING:
      return transport("the reply of " + where + " cannot be decompressed");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      if (phase_ == Phase::connecting) break;
      return transport("the reply of " + where + " is not HTTP");
    default:
      break;
  }
  if (words.find("wrong version number") != std::string::npos)  // OpenSSL's, of a first byte that is no TLS.
    return transport("the server at " + where + " does not speak TLS: write http:// for https://");
  return transport("the call to " + where + " failed: " + words);
}

}  // namespace docket::backends
