#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/protocols/model_server.h"
#include "pipeline/activity.h"
#include "pipeline/answer_store.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline.h"
#include "pipeline/warm_up.h"

namespace docket::backends {

/// Which models the local servers of a run have in their memory: loads them before they are needed, where the
/// pipeline says `warm_up`, and lets them go at the end where it says `free_at_end`. Any thread.
///
/// Servers load at the same time; each loads one model after the other, in the order of the stages that ask
/// them. One whose memory turns out to be too small for the next (it runs a part of the model elsewhere, or
/// an earlier one gave way) is not asked for more: what is left loads when it is first asked.
class LocalModels {
 public:
  using Warmed = std::function<void(const WarmUp&)>;
  using Warn = std::function<void(const std::string&)>;
  /// `warmed` is told of each model, `warn` of what went otherwise; both may be empty, and outlive it. So
  /// do `store`, which gets a row of each question that costs, before it is sent, and `activity`, which is
  /// told what loads; null: nobody keeps account.
  LocalModels(const Pipeline& pipeline, AnswerStore* store, Warmed warmed, Warn warn,
              Activity* activity = nullptr);

  /// An address of the backend. All before `begin`.
  void add(const BackendConfig& backend, const std::shared_ptr<ModelServer>& server);
  /// Loads what is to be loaded, the first time that it is called.
  void begin();
  /// Calls `then` once a warm-up of the backend has gone well, or all have ended; at once if there is none.
  void when_warm(const std::string& backend, std::function<void()> then);
  /// Waits until nothing is being loaded any more and the store was told of it: not for long once the
  /// servers' loop is stopped. That must not go before.
  void finish();
  /// Waits for it, some seconds at most.
  void let_go();

 private:
  struct Place {
    const BackendConfig* backend;
    std::shared_ptr<ModelServer> server;
    std::string model = {};  ///< That was loaded there.
  };
  /// The addresses at one server, in the order in which they are warmed.
  struct Line {
    std::vector<Place> places;
    std::size_t next = 0;
  };
  /// Of a backend.
  struct Warmth {
    std::size_t to_come = 0;
    bool is_warm = false;
    std::vector<std::function<void()>> waiting;
  };

  void warm_next(Line& line);
  void take(Line& line, const Result<Server>& server, std::int64_t wall_ms);
  LedgerCall row_of(const Place& place) const;
  void write_down(LedgerCall call, const Result<Server>& server, const Usage& usage, std::int64_t wall_ms);
  std::string why_no_more(const Line& line, const Server& server) const;
  void ended(const BackendConfig& backend, bool is_warm);
  void line_ended();

  std::vector<std::string> order_;  ///< Of backends, as stages ask them.
  AnswerStore* const store_;
  const Warmed warmed_;
  const Warn warn_;
  Activity* const activity_;
  std::map<std::string, Line> lines_;  ///< By server. Each is its callback's alone, one after the other.
  std::vector<std::shared_ptr<ModelServer>> to_let_go_;
  std::once_flag begun_;
  std::mutex mutex_;
  std::map<std::string, Warmth> warmth_;  ///< By backend. Guarded by mutex_.
  std::size_t lines_under_way_ = 0;       ///< Guarded by mutex_.
  std::condition_variable all_ended_;     ///< There is none under way.
};

/// Sends nothing to `inner` before `models` says that the backend is warm; waiting counts against no
/// deadline.
std::unique_ptr<Backend> make_warm(std::unique_ptr<Backend> inner, std::string backend, LocalModels& models);

}  // namespace docket::backends
