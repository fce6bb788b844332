#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/rules/labels.h"
#include "pipeline/backend.h"
#include "pipeline/reading/keyword.h"
#include "pipeline/text.h"

namespace docket::rules {

/// A keyword that counts only where it stands with its marks.
struct MarkedKeyword {
  Keyword keyword;
  LabelUse use;
};

/// The labels of a classify stage, ready to be looked for. Immutable, shared by threads.
///
/// Classes 0…names.size()-1 are the user's labels; the ones behind are kinds of documents that docket knows
/// and the user did not name: what looks like one of those is none of the user's labels.
struct LabelSet {
  std::vector<std::string> names;
  std::size_t classes = 0;
  std::size_t rest = ~std::size_t{0};  ///< The label for what fits no other ("other: {}"); ~0: there is none.
  LabelIndex terms;                    ///< Owners are classes.
  LabelIndex keywords;                 ///< Of these the user's that a longer term of a kind might hide.
  std::vector<MarkedKeyword> marked;   ///< The same.
  std::vector<double> narrow;          ///< By class: points for a strip of paper,
  std::vector<double> clock;           ///< for a time of day,
  std::vector<double> letter;          ///< for an opening and a closing as letters have.
  std::vector<std::size_t> unknown;    ///< Labels of no kind that docket knows: nothing but their
                                       ///< keywords can tell that a document is none of them.
  bool is_rest_open = false;           ///< One of these has no keywords.
};

std::shared_ptr<const LabelSet> read_labels(const std::vector<Label>& labels);

/// {label, confidence, scores} as `Answer` describes it.
///
/// Each class has points p: for every different term of it that stands in the first pages the term's weight,
/// more when it stands often, and most when it is a heading near the top; where terms of one class overlap,
/// only the weightiest counts. Then, for class c,
///
///     P(c) = exp(slope * p(c)) / (exp(threshold) + sum over all classes k of exp(slope * p(k)))
///
/// and what is missing to 1 is the probability that it is none of them. A text of few words tells little: its
/// probabilities are drawn towards none. The constants were fitted by maximum likelihood on half of a
/// collection of invoices, contracts, receipts and others, and held on the other half.
///
/// The label for the rest is given when it is likelier that the document is none of the others than that it
/// is one of them. That nothing speaks for the others is no evidence for it: its confidence is then less than
/// one half. Evidence is that the document is of a kind that the user did not name, or has the label's own
/// keywords; the first is none as long as the document may be of a label that docket cannot tell from the
/// kind.
///
/// That it opens and closes like a letter says what a document is only if nothing says what it is about; and
/// where the user has no label for letters, not if it names a sum of money: bills are sent as letters too.
///
/// A document that shows itself to be of two classes (each with a heading, and either would do alone) is
/// surely of neither.
nlohmann::json classify(const LabelSet& labels, const Text& text);

}  // namespace docket::rules
