#include "backends/http/engine.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <utility>

namespace docket::backends {
namespace {

const Error run_stopped{ErrorClass::cancelled, "the run was stopped"};

/// Connections that are kept while nothing uses them.
constexpr long most_idle_connections = 4096;

/// Each call may need a connection, and many systems begin with 1024 files for a process.
void allow_many_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, 65'536));
  setrlimit(RLIMIT_NOFILE, &files);
}

void prepare_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    allow_many_files();
  });
}

}  // namespace

HttpLoop::Engine::Engine(std::stop_token hard_stop, std::stop_token stop)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  prepare_process();
  multi_.reset(curl_multi_init());
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &Engine::on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &Engine::on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, most_idle_connections);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_up_.descriptor();
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_up_.descriptor(), &event);
  thread_ = std::thread([this] { run(); });
  on_stop_.emplace(std::move(stop), [this] {
    stopping_ = true;
    wake_up_.signal();
  });
  on_hard_stop_.emplace(std::move(hard_stop), [this] {
    stopping_ = ending_ = true;
    wake_up_.signal();
  });
}

HttpLoop::Engine::~Engine() {
  on_stop_.reset();
  on_hard_stop_.reset();
  closing_ = true;
  stopping_ = ending_ = true;
  wake_up_.signal();
  thread_.join();
  calls_.clear();
  multi_.reset();  // Calls back, so before the rest goes.
}

void HttpLoop::Engine::add(Order order) noexcept {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = orders_.empty();
    orders_.push_back(std::move(order));
  }
  if (first && std::this_thread::get_id() != thread_.get_id())
    wake_up_.signal();  // Its own thread looks before it waits.
}

void HttpLoop::Engine::run() {
  // Signals are for other threads; and TLS over a connection that broke must not raise SIGPIPE.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (take_orders()) {
    wait();
    end_late_calls();
    end_finished_calls();
    fire_timers();
  }
}

bool HttpLoop::Engine::take_orders() {
  const bool closing = closing_;  // Before the orders: whoever closes has added its last.
  std::vector<Order> orders;
  {
    const std::lock_guard lock(mutex_);
    orders.swap(orders_);
  }
  for (Order& order : orders)
    begin(std::move(order));
  if (!ending_) return true;
  cancel_all();
  if (!closing) return true;
  const std::lock_guard lock(mutex_);
  return !orders_.empty() || !under_way_.empty() || !timers_.empty();
}

void HttpLoop::Engine::begin(Order order) {
  if (order.then) {
    timers_.emplace(order.when, std::move(order.then));
    return;
  }
  if (stopping_) return order.done(run_stopped);
  if (idle_.empty()) {
    calls_.push_back(std::make_unique<HttpCall>(multi_.get(), first_byte_deadlines_, stopping_));
    idle_.push_back(calls_.back().get());
  }
  HttpCall& call = *idle_.back();
  idle_.pop_back();
  under_way_.insert(&call);
  if (const auto error = call.begin(std::move(order.request), std::move(order.done))) end(call, *error);
}

void HttpLoop::Engine::cancel_all() {
  while (!under_way_.empty())
    end(**under_way_.begin(), run_stopped);
  fire_timers();
}

void HttpLoop::Engine::end(HttpCall& call, Result<HttpReply> result) {
  const Done done = call.take_done();
  under_way_.erase(&call);
  idle_.push_back(&call);
  done(std::move(result));
}

void HttpLoop::Engine::fire_timers() {
  const Clock::time_point now = stopping_ ? Clock::time_point::max() : Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
  }
}

int HttpLoop::Engine::milliseconds_to_wait() const {
  auto next = Clock::time_point::max();
  if (curl_timer_) next = *curl_timer_;
  if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
  if (!first_byte_deadlines_.empty()) next = std::min(next, first_byte_deadlines_.begin()->first);
  if (next == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void HttpLoop::Engine::wait() {
  int timeout = milliseconds_to_wait();
  {
    const std::lock_guard lock(mutex_);
    if (!orders_.empty()) timeout = 0;
  }
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_up_.descriptor()) {
      wake_up_.clear();
      continue;
    }
    const int flags = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                      ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                      ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    act(event.data.fd, flags);
  }
  if (curl_timer_ && *curl_timer_ <= Clock::now()) {
    curl_timer_.reset();
    act(CURL_SOCKET_TIMEOUT, 0);
  }
}

void HttpLoop::Engine::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), socket, events, &running);
}

int HttpLoop::Engine::on_socket(CURL*, curl_socket_t socket, int what, void* data, void* known) {
  const Engine& engine = *static_cast<const Engine*>(data);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(engine.epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  event.data.fd = socket;
  epoll_ctl(engine.epoll_.get(), known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (known == nullptr) curl_multi_assign(engine.multi_.get(), socket, data);  // Any mark will do.
  return 0;
}

int HttpLoop::Engine::on_timer(CURLM*, long milliseconds, void* data) {
  Engine& engine = *static_cast<Engine*>(data);
  engine.curl_timer_.reset();
  if (milliseconds >= 0) engine.curl_timer_ = Clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void HttpLoop::Engine::end_late_calls() {
  const Clock::time_point now = Clock::now();
  while (!first_byte_deadlines_.empty() && first_byte_deadlines_.begin()->first <= now) {
    HttpCall& call = *first_byte_deadlines_.begin()->second;
    end(call, call.first_byte_missing());
  }
}

void HttpLoop::Engine::end_finished_calls() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // The message is gone with the call.
    HttpCall& call = *HttpCall::of(message->easy_handle);
    end(call, call.outcome(code));
  }
}

}  // namespace docket::backends
