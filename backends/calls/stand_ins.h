#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backends/calls/text_index.h"
#include "pipeline/json/pattern.h"
#include "pipeline/reading/personal_data.h"

namespace docket::backends {

/// What must not leave this machine as it is.
struct RedactedKinds {
  std::vector<PersonalKind> kinds;
  std::vector<std::shared_ptr<const Pattern>> patterns;  ///< Of more values, counted as `pattern`.
  bool empty() const { return kinds.empty() && patterns.empty(); }
};

/// The values of one document that must not leave this machine, and what takes their places in what is sent.
///
/// A stand-in has the shape of its value: digits for digits, letters for letters, the same country and valid
/// check digits; a mail address at a domain that is nobody's (RFC 2606). So it fits the formats and patterns
/// of a schema, and a model handles it like the value itself. It says nothing of the value, not even by a
/// digest: it is made of the kind, and of how many values of that kind came before it in the document. It
/// stands nowhere in the document, if there is one that does not.
class StandIns {
 public:
  explicit StandIns(const RedactedKinds& redacted) : redacted_(redacted) {}

  /// Learns the values of a text. The order of texts decides the stand-ins: the document's whole text first.
  void learn(std::string_view text);
  /// Learns that a question shows this part of the first text: a value may be cut through where it is cut.
  void learn_cut(std::string_view part);
  /// Once all is learned.
  void choose();
  bool empty() const { return values_.empty(); }

  /// The text with stand-ins. Adds to `counts` how many, by kind.
  std::string redacted(std::string_view text, std::map<std::string, std::int64_t>& counts) const;

  struct Restored {
    std::string text;
    bool is_damaged = false;  ///< A stand-in, or a part of one, is left that cannot be undone.
  };
  /// The text with the values, in the spelling that it has for the stand-ins.
  Restored restored(std::string_view text) const;

  /// The kind of a value that stands in a text in clear, in whatever spelling and whatever it is glued to;
  /// null: none does. Stricter than redacted(): of a long value's signs nothing is asked but their order.
  const std::string* left_in(std::string_view text) const;

  /// Spellings of a value, and the same of its stand-in.
  struct Pair {
    std::string value, stand_in;
  };
  std::vector<Pair> pairs() const;

 private:
  struct Value;
  struct View;    ///< A text, and its signs.
  struct Match;   ///< Of signs of a text: those of a value or of a stand-in.
  struct Region;  ///< Of a text: where a value or a stand-in stands.
  enum class From { values, stand_ins };

  void add(const PersonalValue& found, std::string_view text);
  void add_address(std::string_view raw, std::string_view plain);
  void add_of_pattern(const Pattern& pattern, std::string_view text);
  Value& value(std::string kind, const std::string& identity, bool& is_new);
  static std::string other_signs(const Value& value, std::uint64_t seed, std::string_view digits);
  void choose_stand_in(std::size_t place);
  void add_word(const std::string& word, std::size_t place, const std::string& stand_in);
  void choose_signs(Value& value, std::uint64_t number);
  void choose_word(Value& value, std::uint64_t number);
  const TextPieces& add_pieces(std::size_t length);
  bool stands_in_texts(const std::string& signs);
  template <class Look>
  static void in_views(std::string_view text, const Look& look);
  void index_addresses();
  void learn_other_spellings();
  void learn_pieces();
  void add_piece(std::size_t place, std::size_t from, std::size_t count);
  void add_piece_of_address(std::string_view signs);
  void learn_neighbours();

  std::vector<Region> regions(const View& view, From from) const;
  void add_codes(const View& view, From from, std::vector<Region>& regions) const;
  void add_addresses(const View& view, std::vector<Region>& regions) const;
  bool is_match(const View& view, const Match& match, From from) const;
  void add_words(const View& view, std::vector<Region>& regions) const;
  void add_spelled_addresses(const View& view, std::vector<Region>& regions) const;
  void add_restored_addresses(const View& view, std::vector<Region>& regions) const;
  static std::vector<Region> apart(std::vector<Region> found);
  static std::string with(const View& view, const std::vector<Region>& regions);
  static std::string with_signs(const View& view, std::size_t first, std::string_view signs);
  bool is_damaged(const View& view, const std::vector<Region>& regions) const;

  const RedactedKinds& redacted_;
  std::vector<std::shared_ptr<Value>> values_;
  std::map<std::string, std::size_t> by_identity_;
  std::map<std::string, std::uint64_t> counts_;  ///< Values by kind.
  std::vector<std::string> texts_;               ///< That were learned.
  std::vector<std::string> cut_;                 ///< Parts of the first of them.
  std::string signs_;                            ///< Of all texts.
  std::string domain_;                           ///< Of addresses that stand for others.
  TextIndex by_value_, by_stand_in_;             ///< By signs: a place in values_.
  TextIndex by_address_;                         ///< By signs, hidden ones too: a place in values_.
  bool has_short_address_ = false;               ///< One has too few signs for that.
  TextIndex by_word_;                            ///< As written: a place in words_.
  std::vector<std::pair<std::size_t, std::string>> words_;    ///< A place in values_, and what stands for it.
  std::unordered_map<std::string, std::size_t> by_own_part_;  ///< Of addresses that stand for others.
  std::unordered_set<std::string> taken_;                     ///< Stand-ins.
  std::map<std::size_t, TextPieces> pieces_;                  ///< Of signs_, by length.
  std::map<std::size_t, TextPieces> stand_in_pieces_;
};

}  // namespace docket::backends
