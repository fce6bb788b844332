#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backends/http/trace.h"
#include "backends/protocols/protocol.h"
#include "backends/protocols/purse.h"
#include "pipeline/activity.h"
#include "pipeline/price.h"

namespace docket::backends {

/// A backend of the pipeline at one address: one request, one attempt. Before its first request, and again
/// after the server was gone, it finds out what it talks to; requests wait for that meanwhile.
///
/// Every error names the backend. The keys of the pipeline are cut out of whatever the server sends back, and
/// no text of the server is longer in a message, or has other characters in it, than `excerpt` allows.
///
/// A setting that the server refuses by name is left out, or has another value, in the same call and in all
/// later ones, which `warn` (empty: nobody) is told once, as soon as a call without it went better.
///
/// What a reply says of its tokens is given its price. Where that cannot be done right, its cost is unknown,
/// and `unclear_cost` (empty: nobody) is told why, each time.
///
/// A question that costs is paid for from `purse` (null: without a limit) each time that it is sent, and sent
/// once: the most that it can cost is kept until it is known, or while nobody knows, for good. That is every
/// byte of the request as a token, with what providers add of their own, and the longest answer that it
/// allows, at the dearest of the price's tiers. Should an answer cost more all the same, later calls are
/// expected to exceed that by as much, so a limit is exceeded by what the calls under way cost, at most.
class ModelServer final : public Backend {
 public:
  using Tell = std::function<void(const std::string&)>;

  /// `loop`, `trace` (null: none), `purse` and `activity` outlive it.
  ModelServer(Target target, std::optional<Price> price, std::unique_ptr<Protocol> protocol, HttpLoop& loop,
              Trace* trace, Purse* purse = nullptr, Tell warn = {}, Tell unclear_cost = {},
              BackendActivity* activity = nullptr);
  ~ModelServer() override;
  void submit(Request request, Done done) noexcept override;

  /// What the server is, asked for now. For `check --probe`.
  void find_out(std::function<void(Result<Server>)> done) noexcept;
  const Target& target() const;

  /// Has the server load the model: to find out what it is does so, or else a question of one token. `done`
  /// is told what that took, too. `before`: see Request::before_sending.
  void warm_up(BeforeSending before, std::function<void(Result<Server>, const Usage& usage)> done) noexcept;
  /// Has it take the model out of its memory, by a loop that goes on when the run is over; nothing of a
  /// server that was not asked. The Error also says that there is no way to ask it.
  void let_go(HttpLoop& loop, std::function<void(std::optional<Error>)> done) noexcept;

 private:
  class Core;
  const std::shared_ptr<Core> core_;  ///< Shared with the calls under way.
};

}  // namespace docket::backends
