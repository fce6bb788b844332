#include "pipeline/reading/number_words.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace docket {
namespace {

enum class Part { cardinal, ordinal, stem, joiner };  ///< `stem`: an ordinal, and an ending follows.

struct NumberWord {
  std::string_view word;  ///< As `fold` writes it.
  int value = 0;          ///< 100 and 1000 multiply what stands before them.
  Part part = Part::cardinal;
};

constexpr auto english_words = std::to_array<NumberWord>({
    {"one", 1},
    {"two", 2},
    {"three", 3},
    {"four", 4},
    {"five", 5},
    {"six", 6},
    {"seven", 7},
    {"eight", 8},
    {"nine", 9},
    {"ten", 10},
    {"eleven", 11},
    {"twelve", 12},
    {"thirteen", 13},
    {"fourteen", 14},
    {"fifteen", 15},
    {"sixteen", 16},
    {"seventeen", 17},
    {"eighteen", 18},
    {"nineteen", 19},
    {"twenty", 20},
    {"thirty", 30},
    {"forty", 40},
    {"fifty", 50},
    {"sixty", 60},
    {"seventy", 70},
    {"eighty", 80},
    {"ninety", 90},
    {"hundred", 100},
    {"thousand", 1000},
    {"and", 0, Part::joiner},
    {"first", 1, Part::ordinal},
    {"second", 2, Part::ordinal},
    {"third", 3, Part::ordinal},
    {"fifth", 5, Part::ordinal},
    {"eighth", 8, Part::ordinal},
    {"ninth", 9, Part::ordinal},
    {"twelfth", 12, Part::ordinal},
    {"twentieth", 20, Part::ordinal},
    {"thirtieth", 30, Part::ordinal},
});

constexpr auto german_words = std::to_array<NumberWord>({
    {"ein", 1},
    {"eins", 1},
    {"zwei", 2},
    {"zwo", 2},
    {"drei", 3},
    {"vier", 4},
    {"funf", 5},
    {"fuenf", 5},
    {"sechs", 6},
    {"sieben", 7},
    {"acht", 8},
    {"neun", 9},
    {"zehn", 10},
    {"elf", 11},
    {"zwolf", 12},
    {"zwoelf", 12},
    {"sechzehn", 16},
    {"siebzehn", 17},
    {"zwanzig", 20},
    {"dreissig", 30},
    {"vierzig", 40},
    {"funfzig", 50},
    {"fuenfzig", 50},
    {"sechzig", 60},
    {"siebzig", 70},
    {"achtzig", 80},
    {"neunzig", 90},
    {"hundert", 100},
    {"tausend", 1000},
    {"und", 0, Part::joiner},
    {"erst", 1, Part::stem},
    {"dritt", 3, Part::stem},
    {"siebt", 7, Part::stem},
    {"acht", 8, Part::stem},
});

constexpr auto french_words = std::to_array<NumberWord>({
    {"un", 1},
    {"une", 1},
    {"deux", 2},
    {"trois", 3},
    {"quatre", 4},
    {"cinq", 5},
    {"six", 6},
    {"sept", 7},
    {"huit", 8},
    {"neuf", 9},
    {"dix", 10},
    {"onze", 11},
    {"douze", 12},
    {"treize", 13},
    {"quatorze", 14},
    {"quinze", 15},
    {"seize", 16},
    {"vingt", 20},
    {"vingts", 20},
    {"trente", 30},
    {"quarante", 40},
    {"cinquante", 50},
    {"soixante", 60},
    {"cent", 100},
    {"cents", 100},
    {"mil", 1000},
    {"mille", 1000},
    {"et", 0, Part::joiner},
    {"premier", 1, Part::ordinal},
    {"premiere", 1, Part::ordinal},
});

constexpr auto spanish_words = std::to_array<NumberWord>({
    {"un", 1},
    {"uno", 1},
    {"dos", 2},
    {"tres", 3},
    {"cuatro", 4},
    {"cinco", 5},
    {"seis", 6},
    {"siete", 7},
    {"ocho", 8},
    {"nueve", 9},
    {"diez", 10},
    {"once", 11},
    {"doce", 12},
    {"trece", 13},
    {"catorce", 14},
    {"quince", 15},
    {"dieciseis", 16},
    {"diecisiete", 17},
    {"dieciocho", 18},
    {"diecinueve", 19},
    {"veinte", 20},
    {"veinti", 20},
    {"treinta", 30},
    {"cuarenta", 40},
    {"cincuenta", 50},
    {"sesenta", 60},
    {"setenta", 70},
    {"ochenta", 80},
    {"noventa", 90},
    {"cien", 100},
    {"ciento", 100},
    {"novecientos", 900},
    {"mil", 1000},
    {"y", 0, Part::joiner},
    {"primero", 1, Part::ordinal},
    {"primer", 1, Part::ordinal},
});

constexpr auto italian_words = std::to_array<NumberWord>({
    {"uno", 1},
    {"un", 1},
    {"due", 2},
    {"tre", 3},
    {"quattro", 4},
    {"cinque", 5},
    {"sei", 6},
    {"sette", 7},
    {"otto", 8},
    {"nove", 9},
    {"dieci", 10},
    {"undici", 11},
    {"dodici", 12},
    {"tredici", 13},
    {"quattordici", 14},
    {"quindici", 15},
    {"sedici", 16},
    {"diciassette", 17},
    {"diciotto", 18},
    {"diciannove", 19},
    {"venti", 20},
    {"vent", 20},
    {"trenta", 30},
    {"trent", 30},
    {"quaranta", 40},
    {"quarant", 40},
    {"cinquanta", 50},
    {"cinquant", 50},
    {"sessanta", 60},
    {"sessant", 60},
    {"settanta", 70},
    {"settant", 70},
    {"ottanta", 80},
    {"ottant", 80},
    {"novanta", 90},
    {"novant", 90},
    {"cento", 100},
    {"mille", 1000},
    {"mila", 1000},
    {"e", 0, Part::joiner},
    {"primo", 1, Part::ordinal},
});

constexpr auto dutch_words = std::to_array<NumberWord>({
    {"een", 1},
    {"twee", 2},
    {"drie", 3},
    {"vier", 4},
    {"vijf", 5},
    {"zes", 6},
    {"zeven", 7},
    {"acht", 8},
    {"negen", 9},
    {"tien", 10},
    {"elf", 11},
    {"twaalf", 12},
    {"dertien", 13},
    {"veertien", 14},
    {"twintig", 20},
    {"dertig", 30},
    {"veertig", 40},
    {"vijftig", 50},
    {"zestig", 60},
    {"zeventig", 70},
    {"tachtig", 80},
    {"negentig", 90},
    {"honderd", 100},
    {"duizend", 1000},
    {"en", 0, Part::joiner},
    {"eerste", 1, Part::ordinal},
    {"derde", 3, Part::ordinal},
});

constexpr auto portuguese_words = std::to_array<NumberWord>({
    {"um", 1},
    {"dois", 2},
    {"tres", 3},
    {"quatro", 4},
    {"cinco", 5},
    {"seis", 6},
    {"sete", 7},
    {"oito", 8},
    {"nove", 9},
    {"dez", 10},
    {"onze", 11},
    {"doze", 12},
    {"treze", 13},
    {"quatorze", 14},
    {"catorze", 14},
    {"quinze", 15},
    {"dezesseis", 16},
    {"dezasseis", 16},
    {"dezessete", 17},
    {"dezassete", 17},
    {"dezoito", 18},
    {"dezenove", 19},
    {"dezanove", 19},
    {"vinte", 20},
    {"trinta", 30},
    {"quarenta", 40},
    {"cinquenta", 50},
    {"sessenta", 60},
    {"setenta", 70},
    {"oitenta", 80},
    {"noventa", 90},
    {"cem", 100},
    {"cento", 100},
    {"novecentos", 900},
    {"mil", 1000},
    {"e", 0, Part::joiner},
    {"primeiro", 1, Part::ordinal},
});

struct Grammar {
  Language language;
  std::span<const NumberWord> words;
  std::span<const std::string_view> endings;  ///< They make a cardinal an ordinal.
  bool units_first = false;                   ///< "einundzwanzig"
};

constexpr auto english_endings = std::to_array<std::string_view>({"th"});
constexpr auto german_endings =
    std::to_array<std::string_view>({"te", "ten", "ter", "tes", "ste", "sten", "ster", "stes"});
constexpr auto stem_endings = std::to_array<std::string_view>({"e", "en", "er", "es"});
constexpr auto french_endings = std::to_array<std::string_view>({"ieme"});
constexpr auto dutch_endings = std::to_array<std::string_view>({"de", "ste"});

constexpr auto grammars = std::to_array<Grammar>({
    {english, english_words, english_endings},
    {german, german_words, german_endings, true},
    {french, french_words, french_endings},
    {spanish, spanish_words, {}},
    {italian, italian_words, {}},
    {dutch, dutch_words, dutch_endings, true},
    {portuguese, portuguese_words, {}},
});

bool has_ending(std::span<const std::string_view> endings, std::string_view text) {
  return std::ranges::find(endings, text) != endings.end();
}

/// Takes the words of a number one after the other.
class Sum {
 public:
  explicit Sum(const Grammar& grammar) : grammar_(&grammar) {}

  bool add(const NumberWord& word) {
    if (is_ordinal_) return false;
    if (word.part == Part::joiner) {
      if (last_ <= 0) return false;
      joined_ = last_;
      last_ = 0;
      return true;
    }
    if (last_ == 0) last_ = joined_;
    is_ordinal_ = word.part != Part::cardinal;
    return add_value(word.value);
  }

  int value() const { return thousands_ + rest_; }
  bool is_ordinal() const { return is_ordinal_; }
  void make_ordinal() { is_ordinal_ = true; }
  bool ends_in_joiner() const { return last_ == 0; }

 private:
  bool add_value(int value) {
    const int before = last_;
    last_ = value;
    if (value == 1000) {
      if (thousands_ != 0 || rest_ > 9) return false;
      thousands_ = std::max(rest_, 1) * 1000;
      rest_ = 0;
      return true;
    }
    if (value == 100) {
      if (rest_ > 99) return false;
      rest_ = std::max(rest_, 1) * 100;
      return true;
    }
    if (rest_ == 0 || before >= 100) {
      rest_ += value;
      return true;
    }
    if (grammar_->language == french && before == 4 && value == 20) {
      rest_ += 76;  // quatre-vingt
      last_ = 80;
      return true;
    }
    const bool is_pair_of_years = grammar_->language == english && thousands_ == 0 && rest_ < 100 &&
                                  before >= 10 && value >= 10;  // nineteen ninety
    if (is_pair_of_years) {
      rest_ = rest_ * 100 + value;
      return true;
    }
    const bool fits = grammar_->units_first ? (before < 10) != (value < 10)
                                            : value < (before >= 20   ? 20
                                                       : before == 10 ? 10
                                                                      : 0);
    rest_ += value;
    return fits;
  }

  const Grammar* grammar_;
  int thousands_ = 0, rest_ = 0;
  int last_ = -1;  ///< The value before; 0: a joiner; -1: nothing yet.
  int joined_ = 0;
  bool is_ordinal_ = false;
};

/// Takes a token apart: "einundzwanzigsten" is ein, und, zwanzig and an ending. The longest words first.
bool take_apart(std::string_view token, const Grammar& grammar, Sum& sum) {
  if (token.empty()) return true;
  if (sum.value() > 0 && !sum.is_ordinal() && !sum.ends_in_joiner() && has_ending(grammar.endings, token)) {
    sum.make_ordinal();
    return true;
  }
  std::vector<const NumberWord*> fitting;
  for (const NumberWord& word : grammar.words)
    if (token.starts_with(word.word)) fitting.push_back(&word);
  std::ranges::sort(fitting, std::greater{}, [](const NumberWord* word) { return word->word.size(); });
  for (const NumberWord* word : fitting) {
    Sum next = sum;
    const std::string_view rest = token.substr(word->word.size());
    if (!next.add(*word)) continue;
    const bool done =
        word->part == Part::stem ? has_ending(stem_endings, rest) : take_apart(rest, grammar, next);
    if (!done) continue;
    sum = next;
    return true;
  }
  return false;
}

}  // namespace

std::optional<NumberInWords> number_in_words(const Folded& folded, std::size_t first, std::size_t last,
                                             Language language) {
  static constexpr std::size_t longest_token = 48;
  const auto grammar = std::ranges::find(grammars, language, &Grammar::language);
  if (grammar == grammars.end()) return std::nullopt;
  Sum sum(*grammar);
  std::optional<NumberInWords> found;
  for (std::size_t at = first; at < last && folded.token(at).size() <= longest_token; ++at) {
    if (!take_apart(folded.token(at), *grammar, sum)) break;
    if (!sum.ends_in_joiner()) found = {sum.value(), at + 1 - first, sum.is_ordinal()};
  }
  return found;
}

}  // namespace docket
