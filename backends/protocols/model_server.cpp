#include "backends/protocols/model_server.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <vector>

#include "backends/protocols/error_reply.h"
#include "backends/protocols/machine_time.h"
#include "backends/protocols/message.h"
#include "pipeline/json/strict_json.h"
#include "pipeline/support/fault_point.h"
#include "pipeline/support/money.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

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
constexpr std::int64_t blank_tokens = 32;
/// Longest answers depend on the stage's schema, and on the script of the text.
constexpr std::size_t most_counts = 100;
constexpr std::size_t most_texts = 10'000;
/// What a provider adds to a prompt: roles and marks, and words of its own about the form of the answer.
constexpr std::int64_t added_tokens = 500;
/// Stands for a price that nobody knows: it counts nothing, but is not made once a limit is reached.
constexpr std::int64_t unknown_cost = 1;
}  // namespace

std::size_t calls_at_a_time(const Server& server, std::size_t usual) {
  constexpr std::int64_t most = 64;
  if (server.slots && *server.slots > 0) return static_cast<std::size_t>(std::min(*server.slots, most));
  return server.product.starts_with("Ollama") ? 1 : usual;
}

class ModelServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Target target, std::optional<Price> price, std::unique_ptr<Protocol> protocol, HttpLoop& loop,
       Trace* trace, Purse* purse, Tell warn, Tell unclear_cost)
      : target_(std::move(target)),
        price_(std::move(price)),
        protocol_(std::move(protocol)),
        loop_(loop),
        trace_(trace),
        purse_(purse),
        warn_(std::move(warn)),
        unclear_cost_(std::move(unclear_cost)) {}

  const Target& target() const { return target_; }

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

  void warm_up(std::function<void(Result<Server>, const Usage&)> done) {
    with_server([self = shared_from_this(), done = std::move(done)](const Result<Server>& server) {
      if (!server) return done(self->named(server.error()), {});
      if (server->model_is_loaded) return done(server, {});
      Prompt prompt;
      prompt.task = "Answer with the word OK.";
      prompt.most_output_tokens = 1;
      self->ask({self->target_.backend, std::move(prompt)}, [server, done](const Reply& reply) {
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
    loop_.send(std::move(request),
               [self = shared_from_this(), number, done = std::move(done)](Result<HttpReply> reply) {
                 if (self->trace_ != nullptr) self->trace_->reply(number, self->target_.backend, reply);
                 done(self->target_.secrets->erased(std::move(reply), SecretIn::answer));
               });
  }

  void probe(int step, const HttpReply* reply, std::shared_ptr<Server> found, Clock::time_point begun) {
    Result<Probe> next = protocol_->probe(step, reply, *found);
    if (!next) return known(next.error());
    if (next->wait) {
      if (loop_.stopped()) return known(Error{ErrorClass::cancelled, "the run was stopped"});
      if (Clock::now() - begun > longest_load)
        return known(
            Error{ErrorClass::unavailable, "the server is still loading its model after 10 minutes"});
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

  void known(Result<Server> server) {
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
    Prompt& prompt = std::get<Prompt>(request.question);
    std::optional<HttpRequest> count;
    if (prompt.longest_answer && !has_count(prompt))
      count = protocol_->ask_count(*prompt.longest_answer, server);
    if (!count) return send(std::move(request), std::move(server), std::move(done), {});
    count->limits.total = std::min<milliseconds>(count->limits.total, longest_count);
    count->limits.first_byte = std::min<milliseconds>(count->limits.first_byte, longest_count);
    const auto bytes = static_cast<std::int64_t>(count->body.size());
    exchange(std::move(*count),
             [self = shared_from_this(), request = std::move(request), server = std::move(server),
              done = std::move(done), bytes](const Result<HttpReply>& reply) mutable {
               const auto tokens = reply ? self->protocol_->count_in(*reply) : std::nullopt;
               if (reply) self->note_count(std::get<Prompt>(request.question), tokens);
               Attempts attempts;
               attempts.sent_bytes = self->leaves(reply) ? bytes : 0;
               self->send(std::move(request), std::move(server), std::move(done), std::move(attempts));
             });
  }

  bool has_count(const Prompt& prompt) {
    const std::lock_guard lock(mutex_);
    return counts_.contains(*prompt.longest_answer);
  }

  /// None: it cannot count after all, and the estimate stays.
  void note_count(const Prompt& prompt, std::optional<std::int64_t> tokens) {
    const std::lock_guard lock(mutex_);
    if (counts_.size() >= most_counts) counts_.clear();
    counts_[*prompt.longest_answer] = tokens;
  }

  /// The count, and a quarter more: models put blanks where they may.
  void use_count(Prompt& prompt) {
    if (!prompt.longest_answer) return;
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(*prompt.longest_answer);
    if (found == counts_.end() || !found->second) return;
    prompt.most_output_tokens = (*found->second * 5 / 4 + blank_tokens) * prompt.times_room;
  }

  /// Whether an answer to a question about the same text has told its tokens.
  bool knows(const Prompt& prompt) {
    const std::lock_guard lock(mutex_);
    return known_texts_.contains(hash_of(prompt));
  }
  void note_text(const Prompt& prompt) {
    const std::lock_guard lock(mutex_);
    if (known_texts_.size() >= most_texts) known_texts_.clear();
    known_texts_.insert(hash_of(prompt));
  }
  static std::size_t hash_of(const Prompt& prompt) { return std::hash<std::string>()(document_text(prompt)); }

  /// What became of a call so far.
  struct Attempts {
    Spending spent = {};
    Clock::duration wire{0};
    std::vector<std::string> refused = {};  ///< Settings that this call left out because they were refused.
    std::string words = {};                 ///< The last refusal's.
    Clock::duration queued{0};
    // Of the one under way:
    std::int64_t most = 0;  ///< Nano-dollars that it can cost.
    std::int64_t kept = 0;  ///< That are kept for it: more, if others have cost more than they could.
    bool was_sent = false;
    std::int64_t sent_bytes = 0;  ///< That have left this machine.
    std::chrono::nanoseconds machine_time{0};
  };

  void send(Request request, Server server, Done done, Attempts attempts) {
    Prompt& prompt = std::get<Prompt>(request.question);
    use_count(prompt);
    if (server.window)  // Some refuse a question with more room than there can be.
      prompt.most_output_tokens =
          std::min(prompt.most_output_tokens, std::max<std::int64_t>(*server.window / 2, 1));
    server.knows_text = knows(prompt);
    protocol_->leave_out(prompt.left_out, server);
    HttpRequest http = protocol_->ask(request, server);
    const auto left = std::chrono::duration_cast<milliseconds>(request.deadline - Clock::now());
    if (left <= milliseconds(0))
      return end(failed({ErrorClass::transport, "the document's time limit has passed"}), std::move(attempts),
                 done);
    http.limits.total = std::min(http.limits.total, left);
    http.limits.first_byte = std::min(http.limits.first_byte, left);
    attempts.most = most_cost(http, request, server);
    const Caller caller = request.asked_by;
    const std::int64_t most = attempts.most;
    const auto ready = std::make_shared<Ready>(Ready{std::move(http), std::move(request), std::move(server),
                                                     std::move(done), std::move(attempts), Clock::now()});
    reserve(caller, most, [self = shared_from_this(), ready](Result<std::int64_t> kept) {
      if (!kept) return give_up(*ready, kept.error());
      ready->attempts.kept = *kept;
      self->write_down(ready);
    });
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
    if (!before) return send_now(*ready);
    Sending sending{ready->server.model.empty() ? target_.model : ready->server.model};
    if (target_.location == Location::cloud)
      sending.sent_bytes = ready->attempts.sent_bytes + static_cast<std::int64_t>(ready->http.body.size());
    if (price_) sending.most_nano_dollars = ready->attempts.kept;
    before(sending, [self = shared_from_this(), ready](const std::optional<Error>& lost) {
      fault_point("call.written");
      if (!lost) return self->send_now(*ready);
      if (self->purse_ != nullptr && self->costs())
        self->purse_->settle(ready->request.asked_by, ready->attempts.kept, 0);
      give_up(*ready, *lost);
    });
  }

  void send_now(Ready& ready) {
    ready.end_wait();
    send_now(std::move(ready.http), std::move(ready.request), std::move(ready.server), std::move(ready.done),
             std::move(ready.attempts));
  }

  void send_now(HttpRequest http, Request request, Server server, Done done, Attempts attempts) {
    const auto times_sent = std::make_shared<std::atomic<int>>(0);
    http.times_sent = times_sent;
    http.only_once = costs();
    const auto bytes = static_cast<std::int64_t>(http.body.size());
    const MachineTime::Begun begun = machine_time_.begin();
    exchange(std::move(http),
             [self = shared_from_this(), times_sent, begun, bytes, request = std::move(request),
              server = std::move(server), done = std::move(done), attempts = std::move(attempts),
              sent_at = Clock::now()](Result<HttpReply> reply) mutable {
               attempts.machine_time = self->machine_time_.end(begun);
               for (int sent = *times_sent; sent > 1; --sent)  // The last is counted with the reply.
                 attempts.spent.add(self->attempt(server, {}));
               attempts.was_sent = *times_sent > 0;
               if (attempts.was_sent) fault_point("call.replied");
               attempts.wire += Clock::now() - sent_at;
               if (self->leaves(reply)) attempts.sent_bytes = bytes * std::max(1, times_sent->load());
               self->receive(std::move(reply), std::move(request), std::move(server), std::move(done),
                             std::move(attempts));
             });
  }

  /// With what all attempts took.
  static void end(Reply reply, Attempts attempts, const Done& done) {
    reply.spent = std::move(attempts.spent);
    reply.queued += attempts.queued;
    reply.wire = attempts.wire;
    done(std::move(reply));
  }

  // What calls cost.

  bool costs() const { return price_ || target_.location == Location::cloud; }

  /// Of one call, in nano-dollars. No token is shorter than a byte.
  std::int64_t most_cost(const HttpRequest& http, const Request& request, const Server& server) const {
    if (!price_) return costs() ? unknown_cost : 0;
    const std::int64_t input = static_cast<std::int64_t>(http.body.size()) + added_tokens;
    // Where a server takes no limit, nobody knows: it is expected to write no more than was asked for.
    const std::int64_t asked_for = std::get<Prompt>(request.question).most_output_tokens + room_for_thinking;
    const std::int64_t output = protocol_->most_output(request, server).value_or(asked_for);
    const std::int64_t beside = target_.think ? room_for_thinking : 0;  // Some limit only the answer.
    return dearest_cost(*price_, input, output + beside, http.limits.total);
  }

  std::int64_t with_overrun(std::int64_t most) {
    const std::lock_guard lock(mutex_);
    return most + std::min(overrun_, std::numeric_limits<std::int64_t>::max() - most);
  }

  /// Keeps what a call can cost, by all that is learnt while it waits for that.
  void reserve(const Caller& caller, std::int64_t most, std::function<void(Result<std::int64_t>)> then) {
    const std::int64_t amount = with_overrun(most);
    if (purse_ == nullptr || !costs()) return then(amount);
    purse_->reserve(caller, amount,
                    [self = shared_from_this(), caller, most, amount,
                     then = std::move(then)](const std::optional<Error>& refused) {
                      if (refused) return then(*refused);
                      if (self->with_overrun(most) == amount) return then(amount);
                      self->purse_->settle(caller, amount, 0);
                      self->reserve(caller, most, then);
                    });
  }

  /// Takes down what the attempt has cost, or may have cost, and gives back what was kept for it beyond that.
  void settle(ModelUsage used, const Caller& caller, Attempts& attempts) {
    Usage& usage = used.usage;
    if (price_ && usage.unpriced_calls > 0)
      usage.uncertain_nano_dollars = std::max<std::int64_t>(attempts.kept - usage.nano_dollars, 0);
    if (price_ && usage.nano_dollars > attempts.most) note_overrun(usage.nano_dollars, attempts.most);
    if (purse_ != nullptr && costs())
      purse_->settle(caller, attempts.kept, usage.nano_dollars + usage.uncertain_nano_dollars);
    usage.sent_bytes = std::exchange(attempts.sent_bytes, 0);
    attempts.spent.add(used);
  }

  void note_overrun(std::int64_t cost, std::int64_t most) {
    {
      const std::lock_guard lock(mutex_);
      const bool is_known = overrun_ > 0;
      overrun_ = std::max(overrun_, cost - most);
      if (is_known || purse_ == nullptr || !warn_) return;
    }
    warn_(named({ErrorClass::bug,
                 "an answer cost " + format_money(cost) + ", and the question allowed " + format_money(most) +
                     " at most: the server counts tokens that nobody asked for. Later calls "
                     "are expected to cost so much more; those under way may exceed the budget"})
              .message);
  }

  void receive(Result<HttpReply> reply, Request request, Server server, Done done, Attempts attempts) {
    if (!reply) {
      const ErrorClass error = reply.error().error_class;
      if (error == ErrorClass::transport || error == ErrorClass::unreachable) forget();
      settle(attempt(server, attempts.machine_time, attempts.was_sent), request.asked_by, attempts);
      return end(failed(reply.error()), std::move(attempts), done);
    }
    if (auto other = without_refused(*reply, request, server, attempts)) {
      settle(attempt(server, attempts.machine_time, may_have_worked(*reply)), request.asked_by, attempts);
      attempts.words = error_reply(*reply).answer.error().message;
      return send(std::move(request), std::move(*other), std::move(done), std::move(attempts));
    }
    Reply result = protocol_->read(*reply, request, server);
    if (result.answer) note_text(std::get<Prompt>(request.question));
    if (!attempts.refused.empty() && !result.unproven) remember(server, attempts);
    if (reply->status != 200 && result.excess)  // The window that the server names is for the answer, too.
      result.excess->window -=
          std::min(std::get<Prompt>(request.question).most_output_tokens, result.excess->window / 2);
    if (reply->status == 503) forget();  // It may be loading: then that is waited for.
    ModelUsage now = result.spent.by_model().empty()
                         ? attempt(server, attempts.machine_time, may_have_worked(*reply))
                         : result.spent.by_model().front();
    if (reply->status == 200) now = priced(std::move(now), result.billing, attempts.machine_time);
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

  /// A call that brought no usage. If the model may have answered all the same, nobody knows what that costs.
  ModelUsage attempt(const Server& server, std::chrono::nanoseconds machine_time,
                     bool answered = false) const {
    const bool has_unknown_cost = price_ ? depends_on_tokens(*price_) : costs();
    return {target_.backend,
            server.model.empty() ? target_.model : server.model,
            {.calls = 1,
             .nano_dollars = time_cost(machine_time),
             .unpriced_calls = answered && has_unknown_cost ? 1 : 0}};
  }

  std::int64_t time_cost(std::chrono::nanoseconds machine_time) const {
    return price_ ? cost({}, *price_, {.machine_time = machine_time}) : 0;
  }

  /// Whether what was sent may have left this machine: where no connection was made it has not.
  bool leaves(const Result<HttpReply>& reply) const {
    return target_.location == Location::cloud &&
           (reply || reply.error().error_class != ErrorClass::unreachable);
  }

  ModelUsage priced(ModelUsage used, const Billing& billing, std::chrono::nanoseconds machine_time) const {
    Usage& usage = used.usage;
    if (!price_) {
      usage.unpriced_calls = costs() ? usage.calls : 0;
    } else if (depends_on_tokens(*price_) && !is_clear(usage, billing)) {
      usage.unpriced_calls = usage.calls;
      usage.nano_dollars = time_cost(machine_time);
    } else {
      usage.unpriced_calls = 0;
      usage.nano_dollars = cost(usage, *price_, {billing.tier, machine_time});
    }
    return used;
  }

  bool is_clear(const Usage& usage, const Billing& billing) const {
    const bool lacks_batch = billing.tier == ServiceTier::batch && !price_->batch;
    if (usage.unpriced_calls == 0 && !lacks_batch) return true;
    const std::string why =
        !billing.unclear.empty() ? billing.unclear
        : lacks_batch ? "the server says that it serves it as `batch` or `flex`, and the price has no 'batch'"
                      : "";
    if (unclear_cost_ && !why.empty())
      unclear_cost_(named({ErrorClass::content, "the cost of a call is unknown: " + why}).message);
    return false;
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
    warn_(named({ErrorClass::rejected,
                 "the server refuses " + news + ", which is left out or replaced: " + attempts.words})
              .message);
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    server_.reset();
  }

  Error named(const Error& error) const {
    std::string message = error.message;  // It may show text that was escaped in the reply.
    target_.secrets->erase(message, SecretIn::message);
    return {error.error_class, "backend '" + target_.backend + "': " + excerpt(message, longest_error)};
  }
  Reply failed(const Error& error) const { return {named(error)}; }

  const Target target_;
  const std::optional<Price> price_;
  const std::unique_ptr<Protocol> protocol_;
  HttpLoop& loop_;
  Trace* const trace_;
  Purse* const purse_;
  const Tell warn_, unclear_cost_;
  MachineTime machine_time_;
  std::mutex mutex_;
  /// By how much an answer exceeded the most that it could cost. Guarded by mutex_.
  std::int64_t overrun_ = 0;
  std::optional<Server> server_;        ///< Guarded by mutex_.
  std::optional<Server> last_found_;    ///< Also when it is to be found out again. Guarded by mutex_.
  std::map<std::string, int> refused_;  ///< Of Server::refused, what calls taught. Guarded by mutex_.
  /// Tokens of longest answers; none: the server cannot count. Guarded by mutex_.
  std::map<std::string, std::optional<std::int64_t>> counts_;
  std::set<std::size_t> known_texts_;  ///< Hashes. Guarded by mutex_.
  std::vector<std::function<void(Result<Server>)>>
      waiting_;  ///< Guarded by mutex_. Not empty: it is being found out.
};

ModelServer::ModelServer(Target target, std::optional<Price> price, std::unique_ptr<Protocol> protocol,
                         HttpLoop& loop, Trace* trace, Purse* purse, Tell warn, Tell unclear_cost)
    : core_(std::make_shared<Core>(std::move(target), std::move(price), std::move(protocol), loop, trace,
                                   purse, std::move(warn), std::move(unclear_cost))) {}

ModelServer::~ModelServer() = default;

const Target& ModelServer::target() const { return core_->target(); }

void ModelServer::submit(Request request, Done done) noexcept {
  core_->ask(std::move(request), std::move(done));
}

void ModelServer::warm_up(std::function<void(Result<Server>, const Usage&)> done) noexcept {
  core_->warm_up(std::move(done));
}

void ModelServer::let_go(HttpLoop& loop, std::function<void(std::optional<Error>)> done) noexcept {
  core_->let_go(loop, std::move(done));
}

void ModelServer::find_out(std::function<void(Result<Server>)> done) noexcept {
  core_->with_server(std::move(done));
}

}  // namespace docket::backends
