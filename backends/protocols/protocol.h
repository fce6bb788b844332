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
  Location location = Location::local;
  bool through_proxy = false;  ///< The environment's, if it names one: not to what is local.
  bool only_locally = false;   ///< It is local by its name alone: see HttpRequest.
  HttpLimits limits;
};

/// What was found out about the server at an address.
struct Server {
  std::string product;                      ///< `llama-server`, `Ollama 0.33.0`, …; empty: not known.
  std::string model;                        ///< As requests name it.
  std::string digest;                       ///< Of the model's content; empty: not told.
  std::optional<std::int64_t> window;       ///< Tokens that prompt and answer may take together.
  std::optional<std::int64_t> slots;        ///< Requests that it works on at a time.
  std::optional<std::int64_t> most_output;  ///< Tokens.
  bool leaves = false;                      ///< It hands requests on to a cloud.
  bool never_shortens = false;              ///< It refuses a prompt that is too long, and never cuts it.
  /// Settings that it refused, and how often: a protocol then has another value, or leaves it out.
  std::map<std::string, int> refused;
};

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

  /// `request` holds a Prompt.
  virtual HttpRequest ask(const Request& request, const Server& server) const = 0;

  /// What a reply means, whatever its status: of HTTP 200 also whether the answer is whole and of use. A
  /// Reply whose answer is an Error of class `content` has no answer that could be used. `spent` holds
  /// tokens, not yet money.
  virtual Reply read(const HttpReply& reply, const Request& request, const Server& server) const = 0;

  /// The settings of the request that the server refused with this reply, of those that can be left out or
  /// changed: each stands for one step in Server::refused. Empty: it does not name any.
  virtual std::vector<std::string> refused_settings(const HttpReply&) const { return {}; }
  /// Notes in Server::refused what a request with that Prompt::left_out is to lack.
  virtual void leave_out(int /*left_out*/, Server&) const {}
};

}  // namespace docket::backends
