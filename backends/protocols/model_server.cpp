#include "backends/protocols/model_server.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "backends/protocols/call_costs.h"
#include "backends/protocols/error_reply.h"
#include "backends/protocols/machine_time.h"
#include "backends/protocols/message.h"
#include "backends/protocols/told_tokens.h"
#include "pipeline/log.h"
#include "pipeline/prompt_size.h"
#include "pipeline/support/fault_point.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A large model takes minutes to load; longer than this it is stuck.
constexpr std::chrono::minutes longest_load{10};
/// A server may refuse one setting after the other; each is dropped once, or changed.
constexpr std::size_t most_refusals = 8;
/// Of a message, and of what a server calls itself and its model, in bytes.
constexpr std::size_t longest_error = 700;
constexpr std::size_t longest_id = 200;
/// To count tokens is a matter of milliseconds.
constexpr milliseconds longest_count{5'000};
/// A model is let go at once, or the server is busy or gone.
constexpr milliseconds longest_farewell{5'000};

}  // namespace

std::size_t calls_at_a_time(const Server& server, std::size_t usual) {
  constexpr std::int64_t most = 64;
  if (server.slots && *server.slots > 0) return static_cast<std::size_t>(std::min(*server.slots, most));
  return server.product.starts_with("Ollama") ? 1 : usual;
}

class ModelServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Target target, std::optional<Price> price, std::unique_ptr<Protocol> protocol, HttpLoop& loop,
       Trace* trace, Purse* purse, Tell warn, Tell unclear_cost, BackendActivity* activity)
      : target_(std::move(target)),
        protocol_(std::move(protocol)),
        loop_(loop),
        trace_(trace),
        warn_(naming_backend(std::move(warn))),
        costs_(std::move(price), target_.location, purse, warn_, naming_backend(std::move(unclear_cost))),
        activity_(activity) {}

  const Target& target() const { return target_; }

  /// Appended to what failed: what to do.
  std::string hint_for(const Error& error) const {
    if (error.error_class != ErrorClass::unreachable) return "";
    if (!error.message.ends_with(host_is_not_known)) return "; " + protocol_->start_hint();
    return error.message.find("the proxy for") == std::string::npos
               ? "; is the name in 'url' right, and can this machine look it up?"
               : "; is the proxy's name right in the environment?";
  }

  /// Calls `known` when it is known what the server is, or that it cannot be found out.
  void with_server(std::function<void(Result<Server>)> known) {
    {
      std::unique_lock lock(mutex_);
      if (server_) {
        const Server server = *server_;
        lock.unlock();
        return known(server);
      }
      waiting_.push_back(std::move(known));
      if (waiting_.size() > 1) return;  // Somebody asks already.
    }
    auto found = std::make_shared<Server>();
    probe(0, nullptr, std::move(found), Clock::now());
  }

  void warm_up(BeforeSending before, std::function<void(Result<Server>, const Usage&)> done) {
    with_server([self = shared_from_this(), before = std::move(before),
                 done = std::move(done)](const Result<Server>& server) {
      if (!server) return done(self->named(server.error()), {});
      if (server->model_is_loaded) return done(server, {});
      Prompt prompt;
      prompt.task = "Answer with the word OK.";
      prompt.most_output_tokens = 1;
      Request request{self->target_.backend, std::move(prompt)};
      request.before_sending = before;
      self->ask(std::move(request), [server, done](const Reply& reply) {
        const bool is_answered =
            reply.answer || reply.answer.error().error_class == ErrorClass::content;  // It was cut off.
        done(is_answered ? server : Result<Server>(reply.answer.error()), reply.spent.total());
      });
    });
  }

  void let_go(HttpLoop& loop, std::function<void(std::optional<Error>)> done) {
    std::optional<Server> server;
    {
      const std::lock_guard lock(mutex_);
      server = last_found_;
    }
    if (!server) return done(std::nullopt);
    std::optional<HttpRequest> request = protocol_->let_go(*server);
    if (!request)
      return done(named({ErrorClass::rejected, "the server cannot be asked to let go of its model"}));
    request->limits = {longest_farewell, longest_farewell, longest_farewell, request->limits.reply_bytes};
    loop.send(std::move(*request),
              [self = shared_from_this(), done = std::move(done)](Result<HttpReply> reply) {
                reply = self->target_.secrets->erased(std::move(reply), SecretIn::answer);
                if (reply && reply->status == 200) return done(std::nullopt);
                done(self->named(reply ? error_reply(*reply).answer.error() : reply.error()));
              });
  }

  void ask(Request request, Done done) {
    const auto left = std::chrono::ceil<milliseconds>(request.deadline - Clock::now());
    auto asked = std::make_shared<Asked>(std::move(request), std::move(done));
    const auto go_on = [self = shared_from_this(), asked](Result<Server> server) {
      if (asked->begun.exchange(true)) return;
      if (!server) return asked->done(self->failed(server.error()));
      self->make_room(std::move(asked->request), std::move(*server), std::move(asked->done));
    };
    with_server(go_on);
    if (asked->begun || left > longest_load) return;
    // A server that takes its time to say what it is must not hold a document beyond its own.
    loop_.after(std::max(left, milliseconds(0)), [go_on] {
      go_on(Error{ErrorClass::transport, "the server could not be identified within the time for the call"});
    });
  }

 private:
  /// A question that waits until it is known what the server is.
  struct Asked {
    Asked(Request request_, Done done_) : request(std::move(request_)), done(std::move(done_)) {}
    Request request;
    Done done;
    std::atomic<bool> begun = false;
  };

  void exchange(HttpRequest request, std::function<void(Result<HttpReply>)> done) {
    const std::int64_t number = trace_ == nullptr ? 0 : trace_->request(target_.backend, request);
    if (logs(LogLevel::trace))
      log({LogLevel::trace, "request_sent", {}, {}, target_.backend, {{"body_bytes", request.body.size()}}});
    loop_.send(std::move(request),
               [self = shared_from_this(), number, done = std::move(done)](Result<HttpReply> reply) {
                 if (self->trace_ != nullptr) self->trace_->reply(number, self->target_.backend, reply);
                 reply = self->target_.secrets->erased(std::move(reply), SecretIn::answer);
                 if (logs(LogLevel::trace)) self->log_reply(reply);
                 done(std::move(reply));
               });
  }

  void log_reply(const Result<HttpReply>& reply) const {
    LogEvent event{LogLevel::trace, "reply_received", {}, {}, target_.backend};
    if (reply)
      event.fields = {{"status", reply->status}, {"body_bytes", reply->body.size()}};
    else
      add_error(event, reply.error());
    log(event);
  }

  void probe(int step, const HttpReply* reply, std::shared_ptr<Server> found, Clock::time_point begun) {
    Result<Probe> next = protocol_->probe(step, reply, *found);
    if (!next) return known(next.error());
    if (next->wait) {
      if (loop_.stopped()) return known(Error{ErrorClass::cancelled, "the run was stopped"});
      if (Clock::now() - begun > longest_load)
        return known(
            Error{ErrorClass::unavailable, "the server is still loading its model after 10 minutes"});
      begin_to_load();
      return loop_.after(*next->wait, [self = shared_from_this(), step, found, begun] {
        self->probe(step - 1, nullptr, found, begun);  // Asks the same again.
      });
    }
    if (!next->ask) return known(*found);
    exchange(std::move(*next->ask),
             [self = shared_from_this(), step, found, begun](Result<HttpReply> answer) {
               if (!answer) return self->known(answer.error());
               self->probe(step + 1, &*answer, found, begun);
             });
  }

  void begin_to_load() {
    if (loading_) return;
    log({LogLevel::info, "waits", {}, {}, target_.backend, {{"what", loading_model}}});
    loading_ = activity_ != nullptr ? activity_->wait(std::string(loading_model)) : std::make_shared<int>();
  }

  void known(Result<Server> server) {
    loading_.reset();
    server = server ? cleaned(std::move(*server)) : Result<Server>(of_server(server.error()));
    std::vector<std::function<void(Result<Server>)>> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (server)
        for (const auto& [setting, times] : refused_)
          server->refused[setting] = std::max(server->refused[setting], times);
      if (server) server_ = last_found_ = *server;
      waiting.swap(waiting_);
    }
    for (const auto& each : waiting)
      each(server);
  }

  /// Whatever goes wrong before a document was sent is not its fault.
  static Error of_server(const Error& error) {
    const bool is_of_request = error.error_class == ErrorClass::rejected ||
                               error.error_class == ErrorClass::too_long ||
                               error.error_class == ErrorClass::content;
    return {is_of_request ? ErrorClass::unavailable : error.error_class,
            excerpt(error.message, longest_error)};
  }

  /// What the server calls things ends up in records and the ledger.
  static Result<Server> cleaned(Server server) {
    if (excerpt(server.model, longest_id) != server.model)
      return Error{ErrorClass::unavailable,
                   "the server's name for its model is too long, or no text; name another one with 'model'"};
    server.product = excerpt(server.product, longest_id);
    server.digest = excerpt(server.digest, longest_id);
    return server;
  }

  /// Lets the server count what the longest answer takes, once, if it can: it knows its tokens.
  void make_room(Request request, Server server, Done done) {
    const Prompt& prompt = std::get<Prompt>(request.question);
    std::optional<HttpRequest> count;
    if (!tokens_.has_room_for(prompt)) count = protocol_->ask_count(*prompt.longest_answer, server);
    if (count && request.last_look && request.last_look(count->body)) count.reset();
    if (!count) return send(std::move(request), std::move(server), std::move(done), {});
    count->limits.total = std::min<milliseconds>(count->limits.total, longest_count);
    count->limits.first_byte = std::min<milliseconds>(count->limits.first_byte, longest_count);
    const Outgoing outgoing = follow(*count);
    exchange(std::move(*count), [self = shared_from_this(), request = std::move(request),
                                 server = std::move(server), done = std::move(done),
                                 outgoing](const Result<HttpReply>& reply) mutable {
      if (reply)
        self->tokens_.note_room(std::get<Prompt>(request.question), self->protocol_->count_in(*reply));
      Attempts attempts;
      attempts.sent_bytes = self->bytes_that_left(outgoing);
      self->send(std::move(request), std::move(server), std::move(done), std::move(attempts));
    });
  }

  /// What became of a call so far.
  struct Attempts {
    Spending spent = {};
    Clock::duration wire{0};
    std::vector<std::string> refused = {};  ///< Settings that this call left out because they were refused.
    std::string words = {};                 ///< The last refusal's.
    Clock::duration queued{0};
    std::int64_t sent_bytes = 0;  ///< That left this machine, and are not in `spent` yet.
    // Of the one under way:
    CallCosts::Kept kept = {};
    CallCosts::Outcome outcome = CallCosts::Outcome::not_answered;
    std::chrono::nanoseconds machine_time{0};
  };

  void send(Request request, Server server, Done done, Attempts attempts) {
    Prompt& prompt = std::get<Prompt>(request.question);
    if (server.cannot_see && !images_of(prompt).empty())
      return end(failed(blind(server)), std::move(attempts), done);
    tokens_.give_room(prompt);
    if (server.window)  // Some refuse a question with more room than there can be.
      prompt.most_output_tokens =
          std::min(prompt.most_output_tokens, std::max<std::int64_t>(*server.window / 2, 1));
    server.knows_text = tokens_.knows_text(prompt);
    protocol_->leave_out(prompt.left_out, server);
    HttpRequest http = protocol_->ask(request, server);
    if (const auto refused = request.last_look ? request.last_look(http.body) : std::nullopt)
      return end({.answer = *refused}, std::move(attempts), done);
    const auto left = std::chrono::duration_cast<milliseconds>(request.deadline - Clock::now());
    if (left <= milliseconds(0))
      return end(failed({ErrorClass::transport, "the document's time limit has passed"}), std::move(attempts),
                 done);
    http.limits.total = std::min(http.limits.total, left);
    http.limits.first_byte = std::min(http.limits.first_byte, left);
    const std::int64_t most =
        costs_.most(most_bytes(http, prompt), most_output(request, server), http.limits.total);
    const Caller caller = request.asked_by;
    const auto ready = std::make_shared<Ready>(Ready{std::move(http), std::move(request), std::move(server),
                                                     std::move(done), std::move(attempts), Clock::now()});
    costs_.reserve(caller, most, [self = shared_from_this(), ready](Result<CallCosts::Kept> kept) {
      if (!kept) return give_up(*ready, kept.error());
      ready->attempts.kept = *kept;
      self->write_down(ready);
    });
  }

  /// The page's fault is it not, nor the server's: it answers other questions.
  static Error blind(const Server& server) {
    return {ErrorClass::rejected, "the model" + (server.model.empty() ? "" : " '" + server.model + "'") +
                                      " takes no images; name one that does, or start llama-server with "
                                      "--mmproj"};
  }

  /// Of a request, as if each byte were a token; images are counted by their pixels, however long they are.
  static std::size_t most_bytes(const HttpRequest& http, const Prompt& prompt) {
    const std::int64_t words = static_cast<std::int64_t>(http.body.size()) - image_bytes(prompt);
    return static_cast<std::size_t>(words + image_tokens(prompt).most);
  }

  /// A request that waits for leave to be sent.
  struct Ready {
    HttpRequest http;
    Request request;
    Server server;
    Done done;
    Attempts attempts;
    Clock::time_point since;

    /// No deadline runs meanwhile.
    void end_wait() {
      const auto waited = Clock::now() - since;
      attempts.queued += waited;
      if (request.deadline != Clock::time_point::max()) request.deadline += waited;
    }
  };

  static void give_up(Ready& ready, const Error& error) {
    ready.end_wait();
    end({.answer = error}, std::move(ready.attempts), ready.done);
  }

  /// Whatever becomes of this process, what may have left and been charged is known from here on.
  void write_down(const std::shared_ptr<Ready>& ready) {
    const BeforeSending before = ready->request.before_sending;
    if (!before) return send_now(ready);
    Sending sending{ready->server.model.empty() ? target_.model : ready->server.model};
    if (target_.location == Location::cloud)
      sending.sent_bytes = ready->attempts.sent_bytes + static_cast<std::int64_t>(ready->http.body.size());
    if (costs_.has_price()) sending.most_nano_dollars = ready->attempts.kept.amount;
    before(sending, [self = shared_from_this(), ready](const std::optional<Error>& lost) {
      fault_point("call.written");
      if (!lost) return self->send_now(ready);
      self->costs_.give_back(ready->request.asked_by, ready->attempts.kept);
      give_up(*ready, *lost);
    });
  }

  void send_now(const std::shared_ptr<Ready>& ready) {
    ready->end_wait();
    ready->http.only_once = costs_.any();
    const Outgoing outgoing = follow(ready->http);
    const MachineTime::Begun begun = machine_time_.begin();
    exchange(std::move(ready->http), [self = shared_from_this(), ready, outgoing, begun,
                                      sent_at = Clock::now()](Result<HttpReply> reply) {
      Attempts& attempts = ready->attempts;
      attempts.machine_time = self->machine_time_.end(begun);
      attempts.wire += Clock::now() - sent_at;
      attempts.sent_bytes += self->bytes_that_left(outgoing);
      const int times = *outgoing.times;
      if (times > 0) fault_point("call.replied");
      attempts.outcome = times > 0 ? CallCosts::Outcome::may_be_answered : CallCosts::Outcome::not_answered;
      for (int sent = times; sent > 1; --sent)  // The last is counted with the reply.
        attempts.spent.add(
            self->used(ready->server, self->costs_.unreported(CallCosts::Outcome::not_answered, {})));
      self->receive(std::move(reply), std::move(ready->request), std::move(ready->server),
                    std::move(ready->done), std::move(attempts));
    });
  }

  /// A request on its way.
  struct Outgoing {
    std::int64_t bytes = 0;  ///< Of its body.
    std::shared_ptr<std::atomic<int>> times;
  };
  static Outgoing follow(HttpRequest& request) {
    request.times_sent = std::make_shared<std::atomic<int>>(0);
    return {static_cast<std::int64_t>(request.body.size()), request.times_sent};
  }
  std::int64_t bytes_that_left(const Outgoing& outgoing) const {
    return target_.location == Location::cloud ? outgoing.bytes * *outgoing.times : 0;
  }

  /// Where a server takes no limit, nobody knows: it is expected to write no more than was asked for.
  std::int64_t most_output(const Request& request, const Server& server) const {
    const auto& prompt = std::get<Prompt>(request.question);
    const std::int64_t asked_for = prompt.most_output_tokens + room_for_thinking;
    const std::int64_t beside =
        thinks(prompt, target_) ? room_for_thinking : 0;  // Some limit only the answer.
    return protocol_->most_output(request, server).value_or(asked_for) + beside;
  }

  /// With what all attempts took.
  static void end(Reply reply, Attempts attempts, const Done& done) {
    reply.spent = std::move(attempts.spent);
    reply.queued += attempts.queued;
    reply.wire = attempts.wire;
    done(std::move(reply));
  }

  /// Takes down what the attempt has cost, or may have cost.
  void settle(ModelUsage used, const Caller& caller, Attempts& attempts) {
    costs_.settle(used.usage, caller, attempts.kept);
    used.usage.sent_bytes = std::exchange(attempts.sent_bytes, 0);
    attempts.spent.add(used);
  }

  void receive(Result<HttpReply> reply, Request request, Server server, Done done, Attempts attempts) {
    if (!reply) {
      const ErrorClass error = reply.error().error_class;
      if (error == ErrorClass::transport || error == ErrorClass::unreachable) forget();
      settle(unreported(server, attempts), request.asked_by, attempts);
      return end(failed(reply.error()), std::move(attempts), done);
    }
    if (!may_have_worked(*reply)) attempts.outcome = CallCosts::Outcome::not_answered;
    if (auto other = without_refused(*reply, request, server, attempts)) {
      settle(unreported(server, attempts), request.asked_by, attempts);
      attempts.words = error_reply(*reply).answer.error().message;
      return send(std::move(request), std::move(*other), std::move(done), std::move(attempts));
    }
    Reply result = protocol_->read(*reply, request, server);
    if (result.answer) tokens_.note_text(std::get<Prompt>(request.question));
    if (!attempts.refused.empty() && !result.unproven) remember(server, attempts);
    if (reply->status != 200 && result.excess)  // The window that the server names is for the answer, too.
      result.excess->window -=
          std::min(std::get<Prompt>(request.question).most_output_tokens, result.excess->window / 2);
    if (reply->status == 503) forget();  // It may be loading: then that is waited for.
    ModelUsage now =
        result.spent.by_model().empty() ? unreported(server, attempts) : result.spent.by_model().front();
    if (reply->status == 200) costs_.set_price(now.usage, result.billing, attempts.machine_time);
    settle(std::move(now), request.asked_by, attempts);
    if (!result.answer) result.answer = named(result.answer.error());
    end(std::move(result), std::move(attempts), done);
  }

  /// The server as it is to be asked again, if the reply refuses settings of the request by name.
  std::optional<Server> without_refused(const HttpReply& reply, const Request& request, const Server& server,
                                        Attempts& attempts) const {
    if (attempts.refused.size() >= most_refusals) return std::nullopt;
    const std::vector<std::string> refused = protocol_->refused_settings(reply, server);
    if (refused.empty()) return std::nullopt;
    Server other = server;
    for (const std::string& setting : refused)
      ++other.refused[setting];
    if (protocol_->ask(request, other).body == protocol_->ask(request, server).body) return std::nullopt;
    attempts.refused.insert(attempts.refused.end(), refused.begin(), refused.end());
    return other;
  }

  ModelUsage unreported(const Server& server, const Attempts& attempts) const {
    return used(server, costs_.unreported(attempts.outcome, attempts.machine_time));
  }
  ModelUsage used(const Server& server, const Usage& usage) const {
    return {target_.backend, server.model.empty() ? target_.model : server.model, usage};
  }

  /// The call went better without these settings: all later ones do without them too.
  void remember(const Server& server, const Attempts& attempts) {
    std::string news;
    {
      const std::lock_guard lock(mutex_);
      for (const std::string& setting : attempts.refused) {
        const auto refused = server.refused.find(setting);
        int& times = refused_[setting];
        if (times == 0) news += (news.empty() ? "'" : ", '") + setting + "'";
        times = std::max(times, refused->second);
        if (server_) server_->refused[setting] = std::max(server_->refused[setting], times);
      }
    }
    if (news.empty() || !warn_) return;
    warn_("the server refuses " + news + ", which is left out or replaced: " + attempts.words);
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    server_.reset();
  }

  Error named(const Error& error) const {
    std::string message = error.message;  // It may show text that was escaped in the reply.
    target_.secrets->erase(message, SecretIn::message);
    return {error.error_class,
            "backend '" + target_.backend + "': " + excerpt(message, longest_error) + hint_for(error)};
  }
  Reply failed(const Error& error) const { return {named(error)}; }
  /// Tells it with the backend's name.
  Tell naming_backend(Tell tell) const {
    if (!tell) return tell;
    return [this, tell = std::move(tell)](const std::string& words) {
      tell(named({ErrorClass::bug, words}).message);
    };
  }

  const Target target_;
  const std::unique_ptr<Protocol> protocol_;
  HttpLoop& loop_;
  Trace* const trace_;
  const Tell warn_;
  CallCosts costs_;
  MachineTime machine_time_;
  ToldTokens tokens_;
  BackendActivity* const activity_;
  std::shared_ptr<const void> loading_;  ///< While `probe`, whose alone it is, waits for that.
  std::mutex mutex_;
  std::optional<Server> server_;        ///< Guarded by mutex_.
  std::optional<Server> last_found_;    ///< Also when it is to be found out again. Guarded by mutex_.
  std::map<std::string, int> refused_;  ///< Of Server::refused, what calls taught. Guarded by mutex_.
  std::vector<std::function<void(Result<Server>)>>
      waiting_;  ///< Guarded by mutex_. Not empty: it is being found out.
};

ModelServer::ModelServer(Target target, std::optional<Price> price, std::unique_ptr<Protocol> protocol,
                         HttpLoop& loop, Trace* trace, Purse* purse, Tell warn, Tell unclear_cost,
                         BackendActivity* activity)
    : core_(std::make_shared<Core>(std::move(target), std::move(price), std::move(protocol), loop, trace,
                                   purse, std::move(warn), std::move(unclear_cost), activity)) {}

ModelServer::~ModelServer() = default;

const Target& ModelServer::target() const { return core_->target(); }

void ModelServer::submit(Request request, Done done) noexcept {
  core_->ask(std::move(request), std::move(done));
}

void ModelServer::warm_up(BeforeSending before,
                          std::function<void(Result<Server>, const Usage&)> done) noexcept {
  core_->warm_up(std::move(before), std::move(done));
}

void ModelServer::let_go(HttpLoop& loop, std::function<void(std::optional<Error>)> done) noexcept {
  core_->let_go(loop, std::move(done));
}

void ModelServer::find_out(std::function<void(Result<Server>)> done) noexcept {
  core_->with_server([core = core_, done = std::move(done)](Result<Server> found) {
    if (!found) {
      Error error = found.error();
      error.message += core->hint_for(error);
      done(std::move(error));
      return;
    }
    done(std::move(found));
  });
}

}  // namespace docket::backends
