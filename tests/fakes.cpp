#include "tests/fakes.h"

namespace docket {

FakeBackend::FakeBackend(Answers answers)
    : answers_(std::move(answers)), thread_([this](const std::stop_token& stop) { loop(stop); }) {}

FakeBackend::~FakeBackend() = default;

void FakeBackend::submit(Request request, Done done) noexcept {
  {
    const std::lock_guard lock(mutex_);
    ++calls_;
    waiting_.push_back({std::move(request), std::move(done)});
  }
  changed_.notify_one();
}

int FakeBackend::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void FakeBackend::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
    const Waiting waiting = std::move(waiting_.back());  // The newest first.
    waiting_.pop_back();
    lock.unlock();
    waiting.done(answers_(waiting.request));
    lock.lock();
  }
}

StageConfig fake_stage_config(std::string id, std::vector<std::size_t> after, FakeStage::Advance advance) {
  static const StageType kind = {.name = "fake",
                                 .summary = "For tests.",
                                 .version = 1,
                                 .fields = {},
                                 .reads = [](const Settings&) { return StageReads{.record = true}; },
                                 .make = nullptr};
  StageConfig pipeline;
  pipeline.id = std::move(id);
  pipeline.type = &kind;
  pipeline.after = std::move(after);
  pipeline.stage = std::make_unique<FakeStage>(std::move(advance));
  return pipeline;
}

}  // namespace docket
