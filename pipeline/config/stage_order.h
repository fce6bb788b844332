#pragma once
#include <cstddef>
#include <vector>

namespace docket {

/// `after[i]`: the nodes that come before node i. Duplicates are allowed.
using Predecessors = std::vector<std::vector<std::size_t>>;

struct StageOrder {
  std::vector<std::size_t>
      order;  ///< Each after all its predecessors; else as near to 0, 1, 2, … as possible.
  std::vector<std::vector<std::size_t>>
      cycles;  ///< Each beginning with its smallest node. Empty: `order` is complete.
};

StageOrder sort_stages(const Predecessors& after);

}  // namespace docket
