#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Raised when the same signals may give another score.
inline constexpr int complexity_version = 1;

/// How the complexity of documents is reckoned: `complexity` of the pipeline file.
struct ComplexityRule {
  std::string classifier = {};                ///< Id of the stage whose label tells; empty: none does.
  std::vector<std::string> label_order = {};  ///< Its labels, from the simplest to the most complex.
  /// ISO 639-1, of texts that are no harder for their language. Empty: no language is harder.
  std::vector<std::string> known_languages = {};
  /// By signal: the score that it alone gives where it is strongest, 0…1.
  double length = 0.5, pages = 0.5, tables = 0.3, text_grade = 0.7, doubtful_fields = 0.6, language = 0.5,
         label = 0.9;
  friend bool operator==(const ComplexityRule&, const ComplexityRule&) = default;
};

/// What a stage has found, as the record shows it.
struct StageOutput {
  std::string_view stage;  ///< Its id.
  const nlohmann::json& output;
};

/// How hard a document is, from what stages have stored of it: {score: 0…1, signals: {…}}. Null: they have
/// stored nothing that tells. A pure function, the same on every machine; it looks at nothing but its
/// arguments.
///
///     score = 1 - product over the signals of (1 - weight * strength)
///
/// So one strong signal is enough, several weak ones add up, and a signal that is missing says nothing.
///
///   signal           value                                                          strength
///   length           characters of the text                                         n / (n + 20,000)
///   pages            pages                                                          n / (n + 10)
///   tables           tables in the text                                             n / (n + 3)
///   text_grade       good, poor or none                                             0, 0.6, 1
///   doubtful_fields  fields with a value that is not accepted, and required ones
///                    without a value                                                n / (n + 3)
///   language         of the text, where it is known                                 1 if it is none of
///                                                                                   known_languages, else 0
///   label            the classifier's accepted label                                its place in
///   label_order,
///                                                                                   from 0 to 1
///
/// The outputs are those of the stages themselves: that a dearer model has answered since does not make a
/// document any simpler.
nlohmann::json complexity(std::span<const StageOutput> outputs, const ComplexityRule& rule);

}  // namespace docket
