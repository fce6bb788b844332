#include "backends/calls/stand_ins.h"

#include <algorithm>
#include <set>
#include <utility>

#include "backends/calls/unescaped.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

constexpr std::size_t least_signs = 2;  ///< A value of fewer is found as it is written.
/// A shorter value is one only where it is written as it was found, with no sign beside it.
constexpr std::size_t short_value = 7;
/// A value of so many signs is no accident, whatever stands between them and beside it.
constexpr std::size_t long_value = 12;
/// Bytes that may stand between two signs of a value that is not short, and of a long one.
constexpr std::size_t gap = 8, wide_gap = 64;
/// A run of so many signs of a stand-in is a piece of it, and no accident; of a short one half of them.
constexpr std::size_t least_piece = 4, largest_piece = 6;
constexpr std::size_t word_length = 8;  ///< Of a stand-in that does not have its value's signs.
constexpr std::string_view reserved_domains[] = {"example.org", "example.net", "example.com", "mail.example",
                                                 "post.example"};
/// Nothing that a model computes, such as a date of ISO 8601, has four of these in a row.
constexpr std::string_view common_digits = "23456789", all_digits = "0123456789",
                           letters = "BCDFGHJKLMNPQRSTVWXZ";

/// SplitMix64: the same numbers on every machine.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  char one_of(std::string_view choices) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return choices[(z ^ (z >> 31U)) % choices.size()];
  }

 private:
  std::uint64_t state_;
};

/// A sign in the way that the character is written: of its script, small where it is.
char32_t written_like(char32_t c, char sign) {
  const auto digit = decimal_digit(c);
  if (digit && is_digit(sign)) return c - static_cast<char32_t>(*digit) + static_cast<char32_t>(sign - '0');
  if (plain_character(c) == static_cast<char32_t>(sign) && c >= 0x80) return c;
  const bool is_small = c < 0x80 && is_lower(static_cast<char>(c));
  return static_cast<char32_t>(is_small ? to_lower(sign) : sign);
}

/// Letters beyond ASCII, for which nothing else could stand sign by sign.
bool has_other_letters(std::string_view plain_text) {
  for (std::size_t at = 0; at < plain_text.size();)
    if (const char32_t c = next_code_point(plain_text, at); c >= 0x80 && word_part(c) == WordPart::letter)
      return true;
  return false;
}

/// Blanks around a line end belong to it.
std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string changed;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\n') {
      changed += text[at];
      continue;
    }
    changed.erase(changed.find_last_not_of(" \t\r") + 1);
    changed += line_end;
    at = std::min(text.find_first_not_of(" \t\r", at + 1), text.size()) - 1;
  }
  return changed;
}

/// What stands for the sign of an address when it goes up. What is broken stays so behind the sign, wherever
/// that was: then it is known for what it is.
std::string sign_sent_for(const std::string& address) {
  const AddressSign sign = sign_of_address(address);
  const std::string written = address.substr(sign.begin, sign.end - sign.begin);
  return written == "@" && plain_address(address) != address ? "@\n" : written;
}

/// How long a piece of a stand-in is no accident.
std::size_t piece_of(std::string_view stand_in) {
  return std::max(least_piece, std::min(largest_piece, (stand_in.size() - 1) / 2));
}

/// The letters or digits that something is glued to.
std::string neighbours_of(std::string_view text, std::size_t begin, std::size_t end) {
  std::string signs = "  ";
  if (begin > 0 && is_alnum(text[begin - 1])) signs[0] = to_upper(text[begin - 1]);
  if (end < text.size() && is_alnum(text[end])) signs[1] = to_upper(text[end]);
  return signs;
}

std::string signs_with_dots(std::string_view part, std::string_view dot) {
  std::string signs;
  for (const char c : part)
    signs += c == '.' ? std::string(dot) : signs_of(std::string_view(&c, 1));
  return signs;
}

bool has_small_letter(std::string_view text) { return std::ranges::any_of(text, is_lower); }

}  // namespace

struct StandIns::Value {
  std::string kind;
  std::string signs, stand_in;  ///< The stand-in of an address: of the part before the sign.
  std::string clean;            ///< An address in one piece.
  /// As it stands where it is hidden or in pieces, by what stands for its sign then.
  std::map<std::string, std::string> broken = {};
  std::string word;      ///< What is not made of signs, as it is written.
  std::size_t open = 0;  ///< Signs in front that stay.
  bool (*is_valid)(std::string_view) = nullptr;
  bool keeps_letters = false;
  bool is_ambiguous = false;          ///< The stand-in stands in the document, too.
  bool begins_within_number = false;  ///< Digits may stand before it, such as the code of a country.
  std::string first;                  ///< As it is written where it stands first.
  std::set<std::string> spellings = {};
  std::set<std::string> neighbours = {};  ///< What it is glued to in the document: see neighbours_of.

  bool is_address() const { return !clean.empty(); }
  /// An address as it stands where it has that sign.
  const std::string& written_with(const std::string& sign) const {
    if (sign == "@" || broken.empty()) return clean;
    const auto known = broken.find(sign);
    return known == broken.end() ? broken.begin()->second : known->second;
  }
  bool is_of_signs() const { return clean.empty() && word.empty(); }
};

/// As it is written, or with escapes undone.
struct StandIns::View {
  View(std::string_view raw_, Unescaped unescaped_)
      : raw(raw_), unescaped(std::move(unescaped_)), plain(unescaped.text) {
    const std::string_view text = plain.text();
    for (std::uint32_t at = 0; at < text.size(); ++at) {
      if (!is_alnum(text[at])) continue;
      signs += to_upper(text[at]);
      places.push_back(at);
    }
  }
  explicit View(std::string_view raw_) : View(raw_, Unescaped(raw_)) {}
  static View as_written(std::string_view raw) { return View(raw, Unescaped::none(raw)); }

  /// Of bytes of the plain text, in the text itself.
  std::size_t raw_begin(std::uint32_t begin) const { return unescaped.begin(plain.origin(begin)); }
  std::size_t raw_end(std::uint32_t end) const {
    std::size_t last = plain.origin(end - 1);
    while (last + 1 < unescaped.text.size() && continues_character(unescaped.text[last + 1]))
      ++last;
    return unescaped.end(last);
  }
  std::string_view raw_between(std::uint32_t begin, std::uint32_t end) const {
    return raw.substr(raw_begin(begin), raw_end(end) - raw_begin(begin));
  }

  std::string_view raw;
  Unescaped unescaped;
  PlainText plain;
  std::string signs;
  std::vector<std::uint32_t> places;  ///< Of each sign in the plain text.
};

struct StandIns::Match {
  const Value& value;
  std::size_t first = 0, count = 0;  ///< Signs of a view.
};

struct StandIns::Region {
  std::size_t begin = 0, end = 0;  ///< Bytes.
  std::size_t place = 0;           ///< In values_.
  const Value* value = nullptr;
  std::string text;              ///< What takes its place.
  bool is_new_spelling = false;  ///< It could not be undone by what the value's other places have.
};

void StandIns::learn(std::string_view written) {
  texts_.emplace_back(written);
  const Unescaped unescaped(written);
  const std::string& text = unescaped.text;
  signs_ += signs_of(plain(text)) + '\n';
  if (unescaped.is_changed()) signs_ += signs_of(plain(written)) + '\n';
  for (const PersonalValue& found : find_personal_data(text))
    if (std::ranges::find(redacted_.kinds, found.kind) != redacted_.kinds.end()) add(found, text);
  for (const auto& pattern : redacted_.patterns)
    add_of_pattern(*pattern, text);
}

StandIns::Value& StandIns::value(std::string kind, const std::string& identity, bool& is_new) {
  const auto [found, added] = by_identity_.try_emplace(kind + '\n' + identity, values_.size());
  is_new = added;
  if (added) {
    values_.push_back(std::make_shared<Value>());
    values_.back()->kind = std::move(kind);
  }
  return *values_[found->second];
}

void StandIns::add(const PersonalValue& found, std::string_view text) {
  const std::string_view raw = text.substr(found.begin, found.end - found.begin);
  const std::string plain_text = plain(raw);
  if (found.kind == PersonalKind::email) return add_address(raw, plain_text);
  std::string signs = signs_of(plain_text);
  const bool is_phone = found.kind == PersonalKind::phone;
  if (is_phone) signs.erase(0, found.open);
  bool is_new = false;
  Value& one = value(std::string(name(found.kind)), signs, is_new);
  const View view(raw);
  const std::size_t first = is_phone ? std::min(found.open, view.places.size() - 1) : 0;
  const std::string spelling(
      view.raw_between(view.places[first], static_cast<std::uint32_t>(view.plain.text().size())));
  one.spellings.insert(spelling);
  if (!is_new) return;
  one.signs = std::move(signs);
  one.first = raw;
  one.open = is_phone ? 0 : found.open;
  one.is_valid = found.is_valid;
  one.begins_within_number = is_phone;
}

void StandIns::add_address(std::string_view raw, std::string_view plain_text) {
  const std::string address = plain_address(plain_text);
  const bool is_whole = address == plain_text;
  bool is_new = false;
  Value& one = value("email", to_lower(address), is_new);
  if (one.clean.empty() || (is_whole && one.clean == address))
    one.clean = is_whole ? std::string(raw) : address;
  if (!is_whole) one.broken.try_emplace(sign_sent_for(std::string(plain_text)), raw);
}

void StandIns::add_of_pattern(const Pattern& pattern, std::string_view text) {
  for (auto found = pattern.find_in(text, 0); found; found = pattern.find_in(text, found->second)) {
    const std::string raw(text.substr(found->first, found->second - found->first));
    const std::string plain_text = plain(raw), signs = signs_of(plain_text);
    const bool is_word = signs.size() < least_signs || has_other_letters(plain_text);
    bool is_new = false;
    Value& one = value("pattern", is_word ? raw : signs, is_new);
    one.spellings.insert(raw);
    if (!is_new) continue;
    one.signs = signs;
    one.first = raw;
    one.word = is_word ? raw : "";
    one.keeps_letters = std::ranges::count_if(signs, is_digit) >= 3;
  }
}

void StandIns::learn_cut(std::string_view part) { cut_.emplace_back(part); }

/// What of a value stands on a line of its own, and what of one stands at the end of a part or its beginning,
/// may be shown without the rest.
void StandIns::learn_pieces() {
  const std::size_t whole_values = values_.size();
  for (std::size_t place = 0; !cut_.empty() && place < whole_values; ++place) {
    const Value& value = *values_[place];
    if (!value.is_of_signs() || value.signs.size() <= short_value) continue;
    for (const std::string& spelling : std::set<std::string>(value.spellings))
      for (std::size_t end = spelling.find('\n'); end != std::string::npos;
           end = spelling.find('\n', end + 1)) {
        const std::size_t count = signs_of(plain(std::string_view(spelling).substr(0, end))).size();
        add_piece(place, 0, std::min(count, value.signs.size()));
        add_piece(place, count, value.signs.size() - std::min(count, value.signs.size()));
      }
  }
  constexpr std::size_t most = 40, bytes = 400;
  for (const std::string& part : cut_) {
    const std::string_view text = part;
    const std::string first = signs_of(plain(text.substr(0, bytes))).substr(0, most);
    std::string last = signs_of(plain(text.substr(text.size() - std::min(bytes, text.size()))));
    last = last.substr(last.size() - std::min(most, last.size()));
    for (std::size_t place = 0; place < whole_values; ++place) {
      const bool is_address = values_[place]->is_address();
      const std::string signs = is_address ? signs_of(plain(values_[place]->clean)) : values_[place]->signs;
      if ((!values_[place]->is_of_signs() && !is_address) || signs.size() <= short_value) continue;
      for (std::size_t count = signs.size() - 1; count >= short_value; --count) {
        const std::string_view begin = std::string_view(signs).substr(0, count),
                               end = std::string_view(signs).substr(signs.size() - count);
        if (first.starts_with(end))
          is_address ? add_piece_of_address(end) : add_piece(place, signs.size() - count, count);
        if (last.ends_with(begin)) is_address ? add_piece_of_address(begin) : add_piece(place, 0, count);
      }
    }
  }
}

/// A piece is a value of its own, whose stand-in is that piece of the whole one's.
void StandIns::add_piece(std::size_t place, std::size_t from, std::size_t count) {
  const Value whole = *values_[place];
  if (count < short_value || count >= whole.signs.size()) return;
  const std::string signs = whole.signs.substr(from, count);
  bool is_new = false;
  Value& piece = value(whole.kind, signs, is_new);
  if (!is_new) return;
  piece.signs = piece.first = signs;
  piece.stand_in = whole.stand_in.substr(from, count);
  piece.is_ambiguous = stands_in_texts(piece.stand_in);
  by_value_.add(piece.signs, values_.size() - 1);
  by_stand_in_.add(piece.stand_in, values_.size() - 1);
}

/// What stands for an address has not its signs: this has a stand-in of its own.
void StandIns::add_piece_of_address(std::string_view signs) {
  bool is_new = false;
  Value& piece = value(std::string(name(PersonalKind::email)), std::string(signs), is_new);
  if (!is_new) return;
  piece.signs = piece.first = signs;
  choose_stand_in(values_.size() - 1);
  by_value_.add(signs, values_.size() - 1);
}

void StandIns::choose() {
  if (values_.empty()) return;
  for (std::size_t length = least_piece; length <= largest_piece; ++length)
    add_pieces(length);
  for (const std::string_view domain : reserved_domains)
    if (domain_.empty() || signs_.find(signs_of(domain_)) != std::string::npos) domain_ = domain;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Value& value = *values_[i];
    choose_stand_in(i);
    if (value.is_of_signs()) by_value_.add(value.signs, i);
  }
  index_addresses();
  learn_other_spellings();
  learn_pieces();
  for (const auto& value : values_)
    for (std::size_t length = least_piece; length <= largest_piece; ++length)
      if (length == piece_of(value->stand_in)) {
        TextPieces& all = stand_in_pieces_.try_emplace(length, length).first->second;
        all.add(value->stand_in);
      }
  learn_neighbours();
}

void StandIns::choose_stand_in(std::size_t place) {
  Value& value = *values_[place];
  const std::uint64_t number = counts_[value.kind]++;
  value.is_of_signs() ? choose_signs(value, number) : choose_word(value, number);
  taken_.insert(value.stand_in);
  if (!value.is_address()) by_stand_in_.add(value.stand_in, place);
  if (value.is_address()) by_own_part_.try_emplace(to_lower(value.stand_in), place);
  if (!value.word.empty()) add_word(value.word, place, value.stand_in);
  // An address in pieces, as it stands in a quote of what was found before.
  for (const auto& [sign, address] : value.broken)
    for (const std::string_view line_end : {" ", "\\n"})
      add_word(with_line_ends(address, line_end), place, to_lower(value.stand_in) + "@ " + domain_);
}

void StandIns::add_word(const std::string& word, std::size_t place, const std::string& stand_in) {
  by_word_.add(word, words_.size());
  words_.emplace_back(place, stand_in);
}

/// By the signs of an address, those included that hide what stands between its parts.
void StandIns::index_addresses() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!values_[i]->is_address()) continue;
    const std::string address = plain_address(plain(values_[i]->clean));
    const AddressSign sign = sign_of_address(address);
    has_short_address_ = has_short_address_ || signs_of(address).size() < short_value;
    for (const std::string_view at : {"", "AT"})
      for (const std::string_view dot : {"", "DOT", "PUNKT"}) {
        const std::string own = signs_with_dots(address.substr(0, sign.begin), ""),
                          domain = signs_with_dots(address.substr(sign.end), dot),
                          spelled = signs_with_dots(address.substr(0, sign.begin), dot);
        for (const std::string& before : {own, spelled})
          if (before.size() + domain.size() >= short_value)
            by_address_.add(before + std::string(at) + domain, i);
      }
  }
}

/// With its escapes undone, and as it is written: what is an escape in one text is none in another.
template <class Look>
void StandIns::in_views(std::string_view text, const Look& look) {
  const View unescaped(text);
  look(unescaped);
  if (unescaped.unescaped.is_changed()) look(View::as_written(text));
}

/// An address that is known, and stands somewhere in another spelling, is a value of its own there: so it
/// comes back as it stood.
void StandIns::learn_other_spellings() {
  if (by_address_.empty()) return;
  std::vector<std::string> spellings;
  std::set<std::string> known;
  for (const std::string& text : texts_) {
    in_views(text, [&](const View& view) {
      std::vector<Region> found;
      add_addresses(view, found);
      add_words(view, found);
      add_spelled_addresses(view, found);
      for (const Region& region : apart(std::move(found)))
        if (const std::string raw = text.substr(region.begin, region.end - region.begin);
            region.is_new_spelling && known.insert(raw).second)
          spellings.push_back(raw);
    });
  }
  for (const std::string& raw : spellings) {
    bool is_new = false;
    Value& one = value("email", raw, is_new);
    if (!is_new) continue;
    one.word = raw;
    choose_stand_in(values_.size() - 1);
  }
}

/// What it is glued to in the texts it is glued to in an answer.
void StandIns::learn_neighbours() {
  for (const std::string& text : texts_)
    in_views(text, [&](const View& view) {
      for (const Region& region : regions(view, From::values))
        values_[region.place]->neighbours.insert(neighbours_of(view.raw, region.begin, region.end));
    });
}

const TextPieces& StandIns::add_pieces(std::size_t length) {
  const auto [pieces, is_new] = pieces_.try_emplace(length, length);
  if (is_new) pieces->second.add(signs_);
  return pieces->second;
}

/// Conservative where all pieces stand somewhere.
bool StandIns::stands_in_texts(const std::string& signs) {
  const std::size_t length = std::min(signs.size(), TextPieces::longest);
  const TextPieces& pieces = add_pieces(length);
  for (std::size_t at = 0; at + length <= signs.size(); ++at)
    if (!pieces.has(std::string_view(signs).substr(at, length))) return taken_.contains(signs);
  return true;
}

std::string StandIns::other_signs(const Value& value, std::uint64_t seed, std::string_view digits) {
  Numbers numbers(seed);
  std::string signs = value.signs;
  for (std::size_t i = value.open; i < signs.size(); ++i) {
    if (is_digit(signs[i]))
      signs[i] = numbers.one_of(digits);
    else if (!value.keeps_letters)
      signs[i] = numbers.one_of(letters);
  }
  return signs;
}

/// Tries until the check digits are right and it stands nowhere else. Where a value is too short for that,
/// its stand-in cannot be undone for sure.
void StandIns::choose_signs(Value& value, std::uint64_t number) {
  constexpr std::uint64_t most_tries = 20'000, with_common_digits = 1'000;
  value.is_ambiguous = true;
  for (std::uint64_t attempt = 0; attempt < most_tries && value.is_ambiguous; ++attempt) {
    const std::uint64_t seed = (value.signs.size() * 1'000'000 + number) * most_tries + attempt;
    std::string signs = other_signs(value, seed, attempt < with_common_digits ? common_digits : all_digits);
    if (signs == value.signs || (value.is_valid != nullptr && !value.is_valid(signs))) continue;
    value.is_ambiguous = stands_in_texts(signs);
    value.stand_in = std::move(signs);
  }
  if (value.stand_in.empty()) value.stand_in = std::string(value.signs.size(), 'X');
}

void StandIns::choose_word(Value& value, std::uint64_t number) {
  constexpr std::uint64_t most_tries = 1000;
  value.is_ambiguous = true;
  for (std::uint64_t attempt = 0; attempt < most_tries && value.is_ambiguous; ++attempt) {
    Numbers numbers(number * most_tries + attempt);
    std::string word;
    while (word.size() < word_length) {
      word += numbers.one_of(letters);
      word += numbers.one_of(common_digits);
    }
    value.is_ambiguous = stands_in_texts(word);
    value.stand_in = std::move(word);
  }
}

bool StandIns::is_match(const View& view, const Match& match, From from) const {
  const Value& value = match.value;
  const std::string_view text = view.plain.text();
  const std::uint32_t begin = view.places[match.first], end = view.places[match.first + match.count - 1] + 1;
  const bool is_short = match.count < short_value, is_long = match.count >= long_value;
  for (std::size_t i = match.first; i + 1 < match.first + match.count; ++i) {
    const std::uint32_t one = view.places[i], other = view.places[i + 1];
    if (is_short ? skip_between_signs(text, one + 1) != other : other - one - 1 > (is_long ? wide_gap : gap))
      return false;
  }
  const bool goes_on = end < text.size() && is_alnum(text[end]);
  const bool has_before =
      begin > 0 && is_alnum(text[begin - 1]) && !(value.begins_within_number && is_digit(text[begin - 1]));
  if (from == From::stand_ins)
    return (!goes_on && !has_before) ||
           value.neighbours.contains(neighbours_of(view.raw, view.raw_begin(begin), view.raw_end(end)));
  if (is_short)
    return !goes_on && !has_before && value.spellings.contains(std::string(view.raw_between(begin, end)));
  const bool is_in_number = (goes_on && is_digit(text[end]) && is_digit(text[end - 1])) ||
                            (has_before && is_digit(text[begin - 1]) && is_digit(text[begin]));
  return is_long || !is_in_number;
}

void StandIns::add_codes(const View& view, From from, std::vector<Region>& regions) const {
  const TextIndex& index = from == From::values ? by_value_ : by_stand_in_;
  for (std::size_t at = 0; at < view.signs.size(); ++at) {
    const std::vector<TextIndex::Found> all = index.begin_at(view.signs, at);
    for (auto found = all.rbegin(); found != all.rend(); ++found) {
      const Value& value = *values_[found->place];
      if (!is_match(view, {value, at, found->length}, from)) continue;
      const std::uint32_t begin = view.places[at], end = view.places[at + found->length - 1] + 1;
      const std::string& signs = from == From::values ? value.stand_in : value.signs;
      regions.push_back({view.raw_begin(begin), view.raw_end(end), found->place, &value,
                         value.word.empty() ? with_signs(view, at, signs) : value.word});
      at += found->length - 1;
      break;
    }
  }
}

void StandIns::add_words(const View& view, std::vector<Region>& regions) const {
  for (std::size_t at = 0; !words_.empty() && at < view.raw.size(); ++at) {
    const std::vector<TextIndex::Found> all = by_word_.begin_at(view.raw, at);
    if (all.empty()) continue;
    const auto& [place, stand_in] = words_[all.back().place];
    regions.push_back({at, at + all.back().length, place, values_[place].get(), stand_in});
    at += all.back().length - 1;
  }
}

/// Between its parts an `@` and a point stand, or a word in place of them.
void StandIns::add_spelled_addresses(const View& view, std::vector<Region>& regions) const {
  const std::string_view text = view.plain.text();
  for (std::size_t at = 0; !by_address_.empty() && at < view.signs.size(); ++at) {
    for (const TextIndex::Found& found : by_address_.begin_at(view.signs, at)) {
      const Value& value = *values_[found.place];
      const std::uint32_t begin = view.places[at], end = view.places[at + found.length - 1] + 1;
      const bool is_near = end - begin <= found.length * (gap / 2);
      const std::string_view written = text.substr(begin, end - begin);
      const std::size_t own_signs = found.length - signs_of(plain_address(plain(value.clean))).size();
      const std::size_t sign = written.find('@');
      const bool has_sign = own_signs > 0 || sign != std::string_view::npos;
      const bool has_point = own_signs > 2 || written.find('.', sign == std::string_view::npos ? 0 : sign) !=
                                                  std::string_view::npos;
      if (!is_near || !has_sign || !has_point) continue;
      regions.push_back({view.raw_begin(begin), view.raw_end(end), found.place, &value,
                         to_lower(value.stand_in) + "@" + domain_, true});
      at += found.length - 1;
      break;
    }
  }
}

void StandIns::add_addresses(const View& view, std::vector<Region>& regions) const {
  if (std::ranges::find(redacted_.kinds, PersonalKind::email) == redacted_.kinds.end()) return;
  for (const PersonalValue& found : find_addresses(view.unescaped.text)) {
    const std::string written = plain(view.unescaped.text.substr(found.begin, found.end - found.begin));
    const std::string address = plain_address(written);
    const auto known = by_identity_.find("email\n" + to_lower(address));
    if (known == by_identity_.end()) continue;
    const Value& value = *values_[known->second];
    const bool is_small = has_small_letter(address);
    const std::size_t begin = view.unescaped.begin(found.begin), end = view.unescaped.end(found.end - 1);
    const bool is_escaped = end - begin != found.end - found.begin;
    regions.push_back({begin, end, known->second, &value,
                       (is_small ? to_lower(value.stand_in) : value.stand_in) + sign_sent_for(written) +
                           (is_small ? domain_ : to_upper(domain_)),
                       is_escaped});
  }
}

void StandIns::add_restored_addresses(const View& view, std::vector<Region>& regions) const {
  const std::string_view text = view.plain.text();
  const std::string small = to_lower(text);
  for (std::size_t at = 0; !by_own_part_.empty() && at + word_length <= small.size(); ++at) {
    const auto known = by_own_part_.find(small.substr(at, word_length));
    if (known == by_own_part_.end()) continue;
    const Value& value = *values_[known->second];
    const auto begin = static_cast<std::uint32_t>(at), sign = static_cast<std::uint32_t>(at + word_length);
    std::uint32_t domain = skip_at_sign(text, sign);
    while (domain > sign && domain < text.size() && text[domain] == ' ')  // A line end, as a quote has it.
      ++domain;
    const auto end = domain + static_cast<std::uint32_t>(domain_.size());
    const bool is_alone =
        (begin == 0 || !is_alnum(text[begin - 1])) && (end >= text.size() || !is_alnum(text[end]));
    if (domain == sign || small.compare(domain, domain_.size(), domain_) != 0) continue;
    if (!is_alone &&
        !value.neighbours.contains(neighbours_of(view.raw, view.raw_begin(begin), view.raw_end(end))))
      continue;
    const std::string& found = value.written_with(std::string(text.substr(sign, domain - sign)));
    const bool in_capitals = !has_small_letter(text.substr(begin, end - begin));
    regions.push_back({view.raw_begin(begin), view.raw_end(end), known->second, &value,
                       in_capitals ? to_upper(found) : found});
  }
}

std::vector<StandIns::Region> StandIns::regions(const View& view, From from) const {
  std::vector<Region> found;
  if (from == From::stand_ins) add_restored_addresses(view, found);
  if (from == From::values) {
    add_addresses(view, found);
    add_words(view, found);
    add_spelled_addresses(view, found);
  }
  add_codes(view, from, found);
  return apart(std::move(found));
}

std::vector<StandIns::Region> StandIns::apart(std::vector<Region> found) {
  std::ranges::stable_sort(
      found, {}, [](const Region& region) { return std::pair(region.begin, region.is_new_spelling); });
  std::vector<Region> apart;
  for (Region& region : found)
    if (apart.empty() || region.begin >= apart.back().end) apart.push_back(std::move(region));
  return apart;
}

/// The view's signs from `first` on with others in their places, and everything between them as it is.
std::string StandIns::with_signs(const View& view, std::size_t first, std::string_view signs) {
  std::string text;
  std::size_t at = view.raw_begin(view.places[first]);
  for (std::size_t i = 0; i < signs.size(); ++i) {
    const std::uint32_t place = view.places[first + i];
    const std::size_t begin = view.raw_begin(place), end = view.raw_end(place + 1);
    if (begin > at) text += view.raw.substr(at, begin - at);
    std::size_t of_plain = view.plain.origin(place);
    append_utf8(text, written_like(next_code_point(view.unescaped.text, of_plain), signs[i]));
    at = end;
  }
  return text;
}

std::string StandIns::with(const View& view, const std::vector<Region>& regions) {
  std::string text;
  std::size_t at = 0;
  for (const Region& region : regions) {
    text += view.raw.substr(at, region.begin - at);
    text += region.text;
    at = region.end;
  }
  text += view.raw.substr(at);
  return text;
}

std::string StandIns::redacted(std::string_view text, std::map<std::string, std::int64_t>& counts) const {
  std::string redacted(text);
  if (empty()) return redacted;
  const auto redact = [&](const View& view) {
    const std::vector<Region> found = regions(view, From::values);
    for (const Region& region : found)
      ++counts[region.value->kind];
    return with(view, found);
  };
  const View unescaped(text);
  redacted = redact(unescaped);
  // What only looked like an escape.
  return unescaped.unescaped.is_changed() ? redact(View::as_written(redacted)) : redacted;
}

StandIns::Restored StandIns::restored(std::string_view text) const {
  if (empty()) return {std::string(text)};
  const View unescaped(text);
  const std::vector<Region> first = regions(unescaped, From::stand_ins);
  const std::string half = with(unescaped, first);
  const View view = View::as_written(half);
  const std::vector<Region> second = regions(view, From::stand_ins);
  const auto is_ambiguous = [](const Region& region) { return region.value->is_ambiguous; };
  const bool is_unsure =
      std::ranges::any_of(first, is_ambiguous) || std::ranges::any_of(second, is_ambiguous);
  return {with(view, second), is_unsure || is_damaged(view, second)};
}

const std::string* StandIns::left_in(std::string_view text) const {
  if (empty()) return nullptr;
  const std::string* left = nullptr;
  in_views(text, [&](const View& view) {
    std::vector<Region> found;
    add_words(view, found);
    add_spelled_addresses(view, found);
    if (has_short_address_) add_addresses(view, found);
    add_codes(view, From::values, found);
    for (const Region& region : found)
      if (!region.value->is_of_signs() || region.value->signs.size() >= short_value)
        left = &region.value->kind;
    for (std::size_t at = 0; at < view.signs.size(); ++at)
      for (const TextIndex::Found& found : by_value_.begin_at(view.signs, at))
        if (found.length >= long_value) left = &values_[found.place]->kind;
  });
  return left;
}

/// Whether a piece of a stand-in is left that says nothing of the document's own.
bool StandIns::is_damaged(const View& view, const std::vector<Region>& regions) const {
  std::string rest;
  std::size_t at = 0;
  for (const Region& region : regions) {
    rest += plain(view.raw.substr(at, region.begin - at)) + '\v';
    at = region.end;
  }
  rest += plain(view.raw.substr(at));
  std::string signs;
  for (const char c : rest)
    if (is_alnum(c) || c == '\v') signs += to_upper(c);
  for (const auto& [length, pieces] : stand_in_pieces_)
    for (std::size_t from = 0; from + length <= signs.size(); ++from) {
      const std::string_view piece = std::string_view(signs).substr(from, length);
      if (pieces.has(piece) && !pieces_.at(length).has(piece)) return true;
    }
  if (by_own_part_.empty()) return false;
  const std::string small = to_lower(rest), tail = domain_.substr(domain_.find('.') - 3);
  return small.find(domain_) != std::string::npos ||
         (small.find(tail) != std::string::npos && signs_.find(signs_of(tail)) == std::string::npos);
}

std::vector<StandIns::Pair> StandIns::pairs() const {
  std::vector<Pair> all;
  for (const auto& value : values_) {
    if (!value->is_of_signs()) {
      all.push_back(value->is_address() ? Pair{value->clean, to_lower(value->stand_in) + "@" + domain_}
                                        : Pair{value->word, value->stand_in});
      continue;
    }
    const View first(value->first);
    const std::size_t open = first.signs.size() - value->signs.size();
    const std::string prefix = first.signs.substr(0, open);
    all.push_back({prefix + value->signs, prefix + value->stand_in});
    all.push_back({"+" + prefix + value->signs, "+" + prefix + value->stand_in});
    all.push_back({value->first, with_signs(first, 0, prefix + value->stand_in)});
  }
  return all;
}

}  // namespace docket::backends
