#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace docket {

/// How long the rest of a run will take. The slowest stage says: the work that it has still to do, by the
/// mean of all documents so far, at the pace of the last minute. Work is the tokens of models where a stage
/// asks them, since one document may have a hundred times those of another; else it is documents. For one
/// thread at a time.
class TimeLeft {
 public:
  using Clock = std::chrono::steady_clock;
  TimeLeft(std::size_t stages, Clock::time_point begin) : begin_(begin), stages_(stages) {}

  /// A document has left the stage, which used so many tokens for it.
  void left(std::size_t stage, std::int64_t tokens, Clock::time_point now);
  /// With so many documents to come through all stages, from the first one on. None: too little is known yet.
  std::optional<std::chrono::milliseconds> of(std::int64_t documents, Clock::time_point now) const;

 private:
  struct Sum {
    Clock::time_point time;
    std::int64_t documents = 0, tokens = 0;
  };
  struct Stage {
    Sum sum = {};
    std::deque<Sum> earlier = {};  ///< Sums of the last minute, a second or more apart.
  };
  double seconds_left(const Stage& stage, std::int64_t documents, Clock::time_point now) const;

  const Clock::time_point begin_;
  std::vector<Stage> stages_;
};

}  // namespace docket
