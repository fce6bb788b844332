#pragma once
#include <span>

namespace docket {

/// Whether something happened to a document, and the document's size.
struct SizedOutcome {
  double bytes = 0;  ///< 0: not known.
  bool happened = false;
};

/// How likely it happens to a document of that size (0: not known), from at least one outcome: their share,
/// unless they show that it hangs on the size. A few long documents are most of what many cost, and what is
/// long is often doubted more; but a difference between a few documents may be chance. So a logistic
/// regression on the logarithm of the size counts as much as the outcomes are likelier with it than without
/// (by the Bayesian information criterion).
double share_by_size(std::span<const SizedOutcome> outcomes, double bytes);

}  // namespace docket
