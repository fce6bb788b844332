#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct LoadBalancerOptions {
  std::string name = {};  ///< For messages: "backend 'local'".
  /// So many calls more than the least busy address has are accepted to send a document where its text is
  /// known.
  std::size_t slack = 2;
  /// How long an address that gave no reply is left alone; doubles while it gives none.
  std::chrono::milliseconds rest{1'000};
  std::chrono::milliseconds longest_rest{15'000};
};

/// Several addresses of the same model: a request goes to the least busy one that works; the next one of the
/// same document to the same, if it can. An address that gives no reply rests, then is tried with one
/// request. While all rest, requests wait for that trial, and end with it if it fails.
std::unique_ptr<Backend> make_load_balancer(std::vector<std::unique_ptr<Backend>> addresses,
                                            LoadBalancerOptions options, Timer& timer);

}  // namespace docket::backends
