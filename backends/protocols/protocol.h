#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/http/http.h"
#include "backends/http/secret.h"
#include "pipeline/backend.h"
#include "pipeline/location.h"

namespace docket::backends {

/// A backend of the pipeline at one of its addresses: what a protocol needs to know to speak to it.
struct Target {
  std::string backend;                     ///< Its name in the pipeline.
  std::string url;                         ///< Without a slash at the end.
  std::string model;                       ///< Empty: the only one that the server has.
  std::string key;                         ///< Empty: none. Never shown.
  std::shared_ptr<const Secrets> secrets;  ///< All keys of the pipeline: no server's word shows one.
  std::optional<std::int64_t> context;     ///< Tokens, as configured.
  bool think = false;
  std::string keep_alive = {};  ///< As in the pipeline: see keep_alive.h; empty: it does not say.
  Location location = Location::local;
  bool through_proxy = false;  ///< The environment's, if it names one: not to what is local.
  bool only_locally = false;   ///< It is local by its name alone: see HttpRequest.
  HttpLimits limits;
};

/// What was found out about the server at an address.
struct Server {
  std::string product = {};                 ///< `llama-server`, `Ollama 0.33.0`, …; empty: not known.
  std::string model = {};                   ///< As requests name it.
  std::string digest = {};                  ///< Of the model's content; empty: not told.
  std::optional<std::int64_t> window = {};  ///< Tokens that prompt and answer may take together.
  std::optional<std::int64_t> slots = {};   ///< Requests that it works on at a time.
  std::string models = {};  ///< Names of those that it lists, for people; empty: it lists none.
  std::optional<std::int64_t> most_output = {};  ///< Tokens.
  bool leaves = false;                           ///< It hands requests on to a cloud.
  bool never_shortens = false;                   ///< It refuses a prompt that is too long, and never cuts it.
  bool cannot_think = false;                     ///< So it need not be told not to.
  bool cannot_see = false;                       ///< It takes no images.
  bool speaks_ollama = false;                    ///< Ollama's own protocol is the better one to speak to it.
  bool model_is_loaded = false;                  ///< Not: it may load when it is asked first.
  bool is_unlisted = false;                      ///< It lists models, and not this one.
  bool is_full = false;                          ///< The model does not fit into its memory as a whole.
  /// Models in its memory, where it tells.
  std::vector<std::string> holds = {};
  bool is_router = false;  ///< It loads and unloads several models by their names (llama-server's router).
  int asked = 0;           ///< What a protocol asked last to find all this out.
  int ollama_since = 0;    ///< Step of finding out from which on it is asked in it; 0: none.
  /// Of one call: it has counted the same text before, so its cache may make the count smaller.
  bool knows_text = false;
  /// Settings that it refused, and how often: a protocol then has another value, or leaves it out.
  std::map<std::string, int> refused = {};
};

/// How many calls at a time it is sent where the pipeline does not say: as many as it works on. Ollama works
/// on one unless OLLAMA_NUM_PARALLEL says otherwise, which it does not tell; of others `usual`.
std::size_t calls_at_a_time(const Server& server, std::size_t usual);

/// One step of finding out: ask, or wait and do the same step again, or neither: all is known.
struct Probe {
  std::optional<HttpRequest> ask;
  std::optional<std::chrono::milliseconds> wait;
};

/// How to speak to one kind of server. Pure: makes requests and reads replies, sends nothing, so one object
/// serves any number of calls at a time.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Called with step 0 and no reply, then with each reply and the step that asked for it plus one, until it
  /// asks no more. The Error (class `unavailable`, `transient`, …) ends it.
  virtual Result<Probe> probe(int step, const HttpReply* reply, Server& found) const = 0;

  /// Which models the server has, at the price of one look that loads none; none: not worth asking.
  virtual std::optional<HttpRequest> ask_models() const { return std::nullopt; }
  /// What tells the target's model from another under the same name; empty: the reply does not say.
  virtual std::string model_in(const HttpReply&) const { return {}; }

  /// What to do where nobody listens at the address.
  virtual std::string start_hint() const { return "is a server running there, and is the port right?"; }

  /// How many tokens a text has, by the server's own count; none: it cannot be asked.
  virtual std::optional<HttpRequest> ask_count(const std::string& /*text*/, const Server&) const {
    return std::nullopt;
  }
  /// The count in the reply to that; none: it is no such reply.
  virtual std::optional<std::int64_t> count_in(const HttpReply&) const { return std::nullopt; }

  /// `request` holds a Prompt.
  virtual HttpRequest ask(const Request& request, const Server& server) const = 0;

  /// The most tokens that such a request lets the model write, its thinking included; none: it has no limit.
  virtual std::optional<std::int64_t> most_output(const Request& request, const Server& server) const = 0;

  /// What a reply means, whatever its status: of HTTP 200 also whether the answer is whole and of use. A
  /// Reply whose answer is an Error of class `content` has no answer that could be used. `spent` holds
  /// tokens, not yet money.
  virtual Reply read(const HttpReply& reply, const Request& request, const Server& server) const = 0;

  /// The settings of the request that the server refused with this reply, of those that can be left out or
  /// changed: each stands for one step in Server::refused. Empty: it does not name any.
  virtual std::vector<std::string> refused_settings(const HttpReply&, const Server&) const { return {}; }
  /// Has the server take the model out of its memory; none: it cannot be asked to.
  virtual std::optional<HttpRequest> let_go(const Server&) const { return std::nullopt; }
  /// Notes in Server::refused what a request with that Prompt::left_out is to lack.
  virtual void leave_out(int /*left_out*/, Server&) const {}
};

}  // namespace docket::backends
