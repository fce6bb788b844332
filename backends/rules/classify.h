#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/rules/labels.h"
#include "pipeline/backend.h"
#include "pipeline/text.h"

namespace docket::rules {

/// The labels of a classify stage, ready to be looked for. Immutable, shared by threads.
///
/// Classes 0…names.size()-1 are the user's labels; the ones behind are kinds of documents that docket knows
/// and the user did not name: what looks like one of those is none of the user's labels.
struct LabelSet {
  std::vector<std::string> names;
  std::size_t classes = 0;
  std::size_t rest = ~std::size_t{0};  ///< The label for what fits no other ("other: {}"); ~0: there is none.
  LabelIndex terms;                    ///< Owners are classes.
  std::vector<double> narrow;          ///< By class: points for a strip of paper,
  std::vector<double> clock;           ///< for a time of day.
};

std::shared_ptr<const LabelSet> read_labels(const std::vector<Label>& labels);

/// {label, confidence, scores} as `Answer` describes it.
///
/// Each class has points p: for every different term of it that stands in the first pages the term's weight,
/// more when it stands often, and most when it is a heading near the top. Then, for class c,
///
///     P(c) = exp(slope * p(c)) / (exp(threshold) + sum over all classes k of exp(slope * p(k)))
///
/// and what is missing to 1 is the probability that it is none of them, which the label for the rest gets
/// together with that of the classes the user did not name. A text of few words tells little: its
/// probabilities are drawn towards none. The constants were fitted by maximum likelihood on half of a
/// collection of invoices, contracts, receipts and others, and held on the other half.
nlohmann::json classify(const LabelSet& labels, const Text& text);

}  // namespace docket::rules
