#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/pipeline.h"
#include "pipeline/stage.h"

namespace docket {

/// Answers each request later, from a thread of its own, with what `answer` says; in an order that is not
/// that of the requests.
class FakeBackend final : public Backend {
 public:
  using Answers = std::function<Reply(const Request&)>;
  explicit FakeBackend(Answers answers);
  ~FakeBackend() override;
  void submit(Request request, Done done) noexcept override;
  int calls() const;

 private:
  void loop(const std::stop_token& stop);

  struct Waiting {
    Request request;
    Done done;
  };
  const Answers answers_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Waiting> waiting_;  // Guarded by mutex_.
  int calls_ = 0;                 // Guarded by mutex_.
  std::jthread thread_;           // Last: joins before the rest goes.
};

/// A stage made of a function.
class FakeStage final : public Stage {
 public:
  using Advance = std::function<Result<std::vector<Request>>(Document&, const Turn&, StageResult&)>;
  explicit FakeStage(Advance advance) : advance_(std::move(advance)) {}
  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const override {
    return advance_(document, turn, result);
  }

 private:
  const Advance advance_;
};

/// A stage of a plan, with an object but no file behind it.
StageConfig fake_stage_config(std::string id, std::vector<std::size_t> after, FakeStage::Advance advance);

}  // namespace docket
