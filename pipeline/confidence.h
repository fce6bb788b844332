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
/// A signal that is missing adds nothing: it speaks neither for nor against the value. The bias is 1.3.
///
///   signal          value                                                          adds
///   label_strength  0…1, how surely what stands beside the value names the field   5.0 * (signal - 0.7)
///   format          0…1, how well the value's looks fit the field                  5.0 * (signal - 1)
///   embedded        true: it stands in the XML of an e-invoice                     +3
///   printed         true: and docket's own readers find it in the text too         +1
///   margin          0…1, how far behind the second-best value is                   2.5 * (signal - 0.5)
///   places          1…5, places of the document that give the same value           0.4 * ln(signal)
///   ambiguous       true: can be read in two ways (12/03/2024, 1.234)              -3
///   value_in_quote  true: a model's quote, read by docket's own readers, says so   +1
///   values_in_quote 2…, values of that kind that the quote gives                   -0.4 for each but
///                                                                                  the first, at most -0.8
///   schema_valid    false: the field's schema does not allow the value             -3
///   checks_passed   names of checks that read the field and hold; any              +2
///   checks_trivial  names of those that would hold for zeros or equal values too   0
///   joined_by_sum   true: they hold by a sum that was added up to fit              -2
///   checks_failed   names of those that do not; any                                -3
///   credit          0…1, how far the model is to be believed in this document      12 * (signal - 0.9),
///                                                                                  at most 0
///   min_token_probability  0…1, of the value's tokens, where a model tells   ln(signal / (1 - signal)) / 2;
///                   what is above 0 counts 2 * credit - 1 times, at least 0 times
///   agreement       0…1, what other tiers say, by their confidence                 3.0 * (signal - 0.5)
///   pieces_agree    false: other pages of a split document give another value     -2
///   ocr             0…1, how sure OCR was of the worst word of the evidence        20 * (signal - 0.9),
///                                                                                  at most 0
///
/// Evidence is a fact and no weight. The confidence is 0 where there is none, whatever else is known:
///
///   evidence_found  false: the quote does not stand in the document, or it is too short to say where
///   value_in_quote  false: read by docket's own readers, it says something else
///
/// and at most 0.5 where nobody can tell, unless other tiers agree (`agreement` above 0.5):
///
///   readable        false: one of an `enum`, or true or false, which the quote does not name
///
///   printed_differs true: of an embedded value, what is printed says otherwise
///   xml_differs     true: of an embedded value, another e-invoice in the document does
///
/// `agreement` is 0.5 + (the sum over the other tiers that said something) / 2, within 0…1, where a tier with
/// the same value adds its own confidence and one with another value takes it away; one that asks the same
/// model says nothing, and neither does one that is not sure and contradicts a value that is.
///
/// `credit` is (f + 2) / (v + 2) * (a + 2) / (a + d + 2): of the v values of the model's answer f have
/// evidence that is a fact (the same quote with the same value for several fields counts for one of them, and
/// its first repeat not at all, since total and due may be one; lists and objects do not count, whose rows
/// are judged one by one); of those that an independent tier is sure of it says a the same and d otherwise.
/// One invention among six costs little; a model that mostly invents, or contradicts what is known, is not
/// believed for the rest.
///
/// The weights of the rules tier's signals (the first five, and the checks') were fitted by logistic
/// regression on 130 invoices of some suppliers and tried on 53 of others; they are rounded to the careful
/// side.
double field_confidence(const nlohmann::json& signals);

/// The same for a value of which no signals are kept: `own` is its probability by itself, `agreement` what
/// other tiers say.
double joined_field_confidence(double own, double agreement);

/// The probability that a model's label is right, from the signals stored with it. The rules tier has a
/// calibrated probability of its own.
///
///     confidence = 1 / (1 + exp(-logit))
///
///   label_probability  0…1, of the label among those allowed, as a model tells   ln(signal / (1 - signal))
///                      no model tells it                                         1.9, for 0.87
///   pieces_agree       false: other pages of a split document give another label -2
///
/// Evidence is a fact and no weight. The confidence is 0.45 times that, so less than one half, where what the
/// model quotes for its label is none (an answer that quotes nothing, as one to an older question, is taken
/// by its probability alone, unless another tier has evidence):
///
///   evidence_found     false: the words do not stand in the document, or say nothing ("the", "total")
///   names_other_label  true: they have the name or a keyword of another label, and none of this one
double label_confidence(const nlohmann::json& signals);

/// The probability that the surer of two tiers is right about the label, when it is `own` by itself and the
/// other one's `other`: the other's log odds are taken away, half of them added where both say the same. A
/// tier that is more likely wrong than right says nothing. `own` is not below `other`.
double joined_label_confidence(double own, double other, bool agrees);

/// Of 0.001 to 0.999, beyond which no probability is known.
double log_odds(double probability);

/// Four digits say more than the formulas know, and are the same on every machine.
double rounded(double confidence);

/// A field as the confidence of the whole record sees it.
struct FieldConfidence {
  double confidence = 0;  ///< 0 where there is no value.
  bool has_value = false;
  bool required = false;
};

/// The confidence of a record: the mean over its required fields, where a missing one counts 0, and over the
/// others that have a value, at a quarter of the weight; but at most halfway between that mean and the worst
/// required field, since a record is of little use where one of them is wrong. Without any value it is 0.
double record_confidence(const std::vector<FieldConfidence>& fields);

}  // namespace docket
