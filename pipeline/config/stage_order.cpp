#include "pipeline/config/stage_order.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace docket {
namespace {

/// Among the nodes that could not be sorted every one has a predecessor that could not be either: walking
/// back from any of them ends in a cycle.
std::vector<std::vector<std::size_t>> find_cycles(const Predecessors& after,
                                                  const std::vector<std::size_t>& waiting) {
  std::vector<std::vector<std::size_t>> cycles;
  std::vector<std::size_t> seen(after.size(), 0);  // In which walk, from 1.
  std::size_t walk = 0;
  for (std::size_t start = 0; start < after.size(); ++start) {
    if (waiting[start] == 0 || seen[start] != 0) continue;
    ++walk;
    std::vector<std::size_t> path;
    std::size_t node = start;
    while (seen[node] == 0) {
      seen[node] = walk;
      path.push_back(node);
      node = *std::find_if(after[node].begin(), after[node].end(),
                           [&](std::size_t i) { return waiting[i] > 0; });
    }
    if (seen[node] != walk) continue;
    std::vector<std::size_t> cycle(std::find(path.begin(), path.end(), node), path.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    cycles.push_back(std::move(cycle));
  }
  return cycles;
}

}  // namespace

StageOrder sort_stages(const Predecessors& after) {
  std::vector<std::vector<std::size_t>> before(after.size());
  std::vector<std::size_t> waiting(after.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < after.size(); ++i) {
    waiting[i] = after[i].size();
    if (waiting[i] == 0) ready.push(i);
    for (const std::size_t earlier : after[i]) {
      before[earlier].push_back(i);
    }
  }
  StageOrder sorted;
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    sorted.order.push_back(node);
    for (const std::size_t later : before[node]) {
      if (--waiting[later] == 0) ready.push(later);
    }
  }
  if (sorted.order.size() < after.size()) sorted.cycles = find_cycles(after, waiting);
  return sorted;
}

}  // namespace docket
