#include "backends/calls/local_models.h"

#include <algorithm>
#include <latch>
#include <utility>

#include "backends/calls/queue_wait.h"
#include "backends/calls/written_down.h"
#include "backends/http/address.h"
#include "pipeline/log.h"
#include "pipeline/support/stopwatch.h"

namespace docket::backends {
namespace {

/// The backends that stages of the run ask, by the first that does.
std::vector<std::string> order_of(const Pipeline& pipeline) {
  std::vector<std::string> order;
  for (const StageConfig& stage : pipeline.stages) {
    if (stage.left_out) continue;
    for (std::string& name : named_backends(stage.type->fields, stage.settings))
      if (std::ranges::find(order, name) == order.end()) order.push_back(std::move(name));
  }
  return order;
}

/// What has one memory: the server, whatever the path of the protocol.
std::string server_of(const Target& target) {
  const Result<Address> address = parse_address(target.url);
  return address ? address->host + ":" + address->port : target.url;
}

bool holds(const Server& server, const std::string& model) {
  return server.holds.empty() || std::ranges::any_of(server.holds, [&](const std::string& held) {
           return held == model || held == model + ":latest";
         });
}

class Warm final : public Backend {
 public:
  Warm(std::unique_ptr<Backend> inner, std::string backend, LocalModels& models)
      : inner_(std::move(inner)), backend_(std::move(backend)), models_(models) {}

  void submit(Request request, Done done) noexcept override {
    auto asked = std::make_shared<Request>(std::move(request));
    models_.when_warm(backend_, [this, asked, done = std::move(done), since = Timer::Clock::now()]() mutable {
      end_wait(*asked, done, Timer::Clock::now() - since);
      inner_->submit(std::move(*asked), std::move(done));
    });
  }

 private:
  const std::unique_ptr<Backend> inner_;
  const std::string backend_;
  LocalModels& models_;
};

}  // namespace

LocalModels::LocalModels(const Pipeline& pipeline, AnswerStore* store, Warmed warmed, Warn warn,
                         Activity* activity)
    : order_(order_of(pipeline)),
      store_(store),
      warmed_(std::move(warmed)),
      warn_(std::move(warn)),
      activity_(activity) {}

void LocalModels::add(const BackendConfig& backend, const std::shared_ptr<ModelServer>& server) {
  if (server->target().location == Location::cloud) return;
  if (backend.settings.boolean("free_at_end")) to_let_go_.push_back(server);
  const bool is_asked = std::ranges::find(order_, backend.name) != order_.end();
  if (!backend.settings.boolean("warm_up") || !is_asked) return;
  lines_[server_of(server->target())].places.push_back({&backend, server});
  ++warmth_[backend.name].to_come;
}

void LocalModels::begin() {
  std::call_once(begun_, [this] {
    {
      const std::lock_guard lock(mutex_);
      lines_under_way_ = lines_.size();
    }
    for (auto& [server, line] : lines_) {
      std::ranges::stable_sort(line.places, {}, [&](const Place& place) {
        return std::ranges::find(order_, place.backend->name) - order_.begin();
      });
      warm_next(line);
    }
  });
}

void LocalModels::when_warm(const std::string& backend, std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = warmth_.find(backend);
    if (found != warmth_.end() && found->second.to_come > 0 && !found->second.is_warm)
      return found->second.waiting.push_back(std::move(then));
  }
  then();
}

void LocalModels::warm_next(Line& line) {
  if (line.next == line.places.size()) return line_ended();
  const Place& place = line.places[line.next];
  LedgerCall call = row_of(place);
  BeforeSending before;
  if (store_ != nullptr && price_of(*place.backend)) before = written_down_first(*store_, call);
  log({LogLevel::info, "waits", {}, {}, place.backend->name, {{"what", loading_model}}});
  std::shared_ptr<const void> loading;
  if (activity_ != nullptr) loading = activity_->of(place.backend->name).wait(std::string(loading_model));
  place.server->warm_up(std::move(before), [this, &line, call = std::move(call), begin = WallClock::now(),
                                            loading = std::move(loading)](const Result<Server>& server,
                                                                          const Usage& usage) mutable {
    loading.reset();
    const std::int64_t wall_ms = nanoseconds_since(begin) / 1'000'000;
    write_down(call, server, usage, wall_ms);
    take(line, server, wall_ms);
  });
}

LedgerCall LocalModels::row_of(const Place& place) const {
  LedgerCall call;
  call.stage = warm_up_stage;
  call.backend = place.backend->name;
  call.kind = place.backend->type->name;
  call.model = place.server->target().model;
  call.location = name(Location::local);
  return call;
}

/// What is paid from the budget is in the ledger, too.
void LocalModels::write_down(LedgerCall call, const Result<Server>& server, const Usage& usage,
                             std::int64_t wall_ms) {
  if (call.row == nullptr || usage.calls == 0) return;  // It costs nothing, or nothing was sent.
  if (server) call.model = server->model;
  call.outcome = server ? "ok" : name(server.error().error_class);
  if (!server) call.message = server.error().message;
  call.wall_ms = call.wire_ms = wall_ms;
  call.usage = usage;
  store_->call_ended(std::move(call), std::nullopt, {});
}

void LocalModels::take(Line& line, const Result<Server>& server, std::int64_t wall_ms) {
  Place& place = line.places[line.next++];
  const Target& target = place.server->target();
  const bool is_stopped = !server && server.error().error_class == ErrorClass::cancelled;
  if (server) place.model = server->model;
  if (!is_stopped && warmed_)
    warmed_({place.backend->name, server ? server->model : target.model, wall_ms,
             server ? "" : server.error().message});
  const std::string problem = server ? why_no_more(line, *server) : "";
  ended(*place.backend, server.has_value());
  if (!problem.empty()) {
    if (warn_) warn_("backend '" + place.backend->name + "': " + problem);
    while (line.next < line.places.size())
      ended(*line.places[line.next++].backend, false);
  }
  warm_next(line);
}

/// Empty: the server may have memory for another model.
std::string LocalModels::why_no_more(const Line& line, const Server& server) const {
  for (std::size_t i = 0; i + 1 < line.next; ++i) {
    const std::string& earlier = line.places[i].model;
    if (!earlier.empty() && !holds(server, earlier))
      return "the server does not hold '" + earlier + "' and '" + server.model +
             "' at a time: the first gave way, and loads again when it is asked";
  }
  const bool is_last = line.next == line.places.size();
  return server.is_full && !is_last ? "the model fills the server's memory, so that the next one loads only "
                                      "when it is first asked"
                                    : "";
}

void LocalModels::ended(const BackendConfig& backend, bool is_warm) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    Warmth& warmth = warmth_[backend.name];
    --warmth.to_come;
    warmth.is_warm = warmth.is_warm || is_warm;
    if (warmth.is_warm || warmth.to_come == 0) waiting.swap(warmth.waiting);
  }
  for (const auto& each : waiting)
    each();
}

void LocalModels::line_ended() {
  const std::lock_guard lock(mutex_);
  if (--lines_under_way_ == 0) all_ended_.notify_all();
}

void LocalModels::finish() {
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return lines_under_way_ == 0; });
}

void LocalModels::let_go() {
  if (to_let_go_.empty()) return;
  HttpLoop loop({});  // The run's own begins nothing any more, once it was stopped.
  std::latch all(static_cast<std::ptrdiff_t>(to_let_go_.size()));
  for (const std::shared_ptr<ModelServer>& server : to_let_go_) {
    server->let_go(loop, [&](const std::optional<Error>& error) {
      if (error && warn_) warn_(error->message + "; free_at_end has no effect");
      all.count_down();
    });
  }
  all.wait();
}

std::unique_ptr<Backend> make_warm(std::unique_ptr<Backend> inner, std::string backend, LocalModels& models) {
  return std::make_unique<Warm>(std::move(inner), std::move(backend), models);
}

}  // namespace docket::backends
