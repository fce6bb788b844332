#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace docket {

/// The probability that the value of a field is right, from the signals stored with it: the same for every
/// backend, and computed again from a record at any time. A model's own opinion of itself is no signal.
///
///     confidence = 1 / (1 + exp(-logit)),    logit = bias + sum over the signals that are there
///
/// A signal that is missing adds nothing: it speaks neither for nor against the value. Signals and their weights:
///
///   label_strength  0…1  how surely what stands beside the value names the field   rules tier
///   format          0…1  how well the value's looks fit the field                   rules tier
///   margin          0…1  how far the second-best value is behind                    rules tier
///   places          1…   places of the document that give the same value            rules tier
///   ambiguous       true: can be read in two ways (12/03/2024, 1.234)               rules tier
///   evidence_found  bool the value stands in the text where the quote says          all
///   schema_valid    bool the value is what the field's schema allows                all
///   checks_passed   list of names of checks that read the field and hold            all
///   checks_failed   list of those that do not                                       all
///   min_token_probability  0…1  of the value's tokens                               models that tell it
///   agreement       0…1  share of the other tiers' answers that are the same        more than one tier
double field_confidence(const nlohmann::json& signals);

/// A field as the confidence of the whole record sees it.
struct FieldConfidence {
  double confidence = 0;  ///< 0 where there is no value.
  bool has_value = false;
  bool required = false;
};

/// The confidence of a record: the mean over the fields that have a value, times the share of required fields
/// that have one with a confidence of at least one half each counted by its confidence. A record without required
/// fields is as good as its values; a record without any value has 0.
double record_confidence(const std::vector<FieldConfidence>& fields);

}  // namespace docket
