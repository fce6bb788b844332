#include "backends/calls/stand_ins.h"

#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

constexpr std::size_t indexed_signs = 2;  ///< By which values are found; one of fewer is none.
/// A shorter value is one only where it is written as it was found.
constexpr std::size_t short_value = 7;
/// A run of so many signs of a stand-in is a piece of it, and no accident; of a short one half of them.
constexpr std::size_t least_piece = 4, largest_piece = 6;
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
  const bool is_small = c < 0x80 && is_lower(static_cast<char>(c));
  return static_cast<char32_t>(is_small ? to_lower(sign) : sign);
}

/// The region's text with other signs, and everything between them as it is.
std::string with_signs(std::string_view region, std::string_view signs) {
  std::string text;
  std::size_t next = 0;
  for (std::size_t at = 0; at < region.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(region, at);
    const char32_t plain = plain_character(c);
    if (plain < 0x80 && is_alnum(static_cast<char>(plain)) && next < signs.size())
      append_utf8(text, written_like(c, signs[next++]));
    else
      text += region.substr(begin, at - begin);
  }
  return text;
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

  bool is_address() const { return !clean.empty(); }
  /// An address as it stands where it has that sign.
  const std::string& written_with(const std::string& sign) const {
    if (sign == "@" || broken.empty()) return clean;
    const auto known = broken.find(sign);
    return known == broken.end() ? broken.begin()->second : known->second;
  }
  bool is_of_signs() const { return clean.empty() && word.empty(); }
};

struct StandIns::View {
  explicit View(std::string_view raw_) : raw(raw_), plain(raw_) {
    const std::string_view text = plain.text();
    for (std::uint32_t at = 0; at < text.size(); ++at) {
      if (!is_alnum(text[at])) continue;
      signs += to_upper(text[at]);
      places.push_back(at);
    }
  }
  /// Of bytes of the plain text, in the text itself.
  std::size_t raw_begin(std::uint32_t begin) const { return plain.origin(begin); }
  std::size_t raw_end(std::uint32_t end) const {
    std::size_t last = plain.origin(end - 1) + 1;
    while (last < raw.size() && continues_character(raw[last]))
      ++last;
    return last;
  }
  std::string_view raw_between(std::uint32_t begin, std::uint32_t end) const {
    return raw.substr(raw_begin(begin), raw_end(end) - raw_begin(begin));
  }

  std::string_view raw;
  PlainText plain;
  std::string signs;
  std::vector<std::uint32_t> places;  ///< Of each sign in the plain text.
};

struct StandIns::Region {
  std::size_t begin = 0, end = 0;  ///< Bytes.
  const Value* value = nullptr;
  std::string text;  ///< What takes its place.
};

void StandIns::learn(std::string_view text) {
  signs_ += signs_of(plain(text)) + '\n';
  for (const PersonalValue& found : find_personal_data(text))
    if (std::ranges::find(redacted_.kinds, found.kind) != redacted_.kinds.end()) add(found, text);
  for (const auto& pattern : redacted_.patterns)
    add_of_pattern(*pattern, text);
  for (const std::string_view domain : reserved_domains)
    if (domain_.empty() || signs_.find(signs_of(domain_)) != std::string::npos) domain_ = domain;
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
    const bool is_word = signs.size() < indexed_signs || has_other_letters(plain_text);
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

void StandIns::choose() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Value& value = *values_[i];
    const std::uint64_t number = counts_[value.kind]++;
    value.is_of_signs() ? choose_signs(value, number) : choose_word(value, number);
    if (value.is_of_signs()) by_value_.emplace(value.signs.substr(0, indexed_signs), i);
    if (!value.is_address()) by_stand_in_.emplace(value.stand_in.substr(0, indexed_signs), i);
  }
}

bool StandIns::stands_in_texts(const std::string& signs) const {
  const auto is_same = [&](const auto& other) { return other->stand_in == signs; };
  return signs_.find(signs) != std::string::npos || std::ranges::any_of(values_, is_same);
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
    for (int i = 0; i < 4; ++i) {
      word += numbers.one_of(letters);
      word += numbers.one_of(common_digits);
    }
    value.is_ambiguous = stands_in_texts(word);
    value.stand_in = std::move(word);
  }
}

namespace {

/// Nothing but what may stand between two signs lies between them.
bool are_next_to_each_other(std::string_view text, std::uint32_t one, std::uint32_t other) {
  return skip_between_signs(text, one + 1) == other;
}

}  // namespace

void StandIns::add_codes(const View& view, From from, std::vector<Region>& regions) const {
  const auto& index = from == From::values ? by_value_ : by_stand_in_;
  const std::string_view text = view.plain.text();
  for (std::size_t at = 0; at + 1 <= view.signs.size(); ++at) {
    const Value* best = nullptr;
    std::size_t length = 0;
    const auto [first, last] = index.equal_range(view.signs.substr(at, indexed_signs));
    for (auto candidate = first; candidate != last; ++candidate) {
      const Value& value = *values_[candidate->second];
      const std::string& wanted = from == From::values ? value.signs : value.stand_in;
      if (wanted.size() <= length || view.signs.compare(at, wanted.size(), wanted) != 0) continue;
      bool is_whole = true;
      for (std::size_t i = at; is_whole && i + 1 < at + wanted.size(); ++i)
        is_whole = are_next_to_each_other(text, view.places[i], view.places[i + 1]);
      const std::uint32_t begin = view.places[at], end = view.places[at + wanted.size() - 1] + 1;
      const bool goes_on = end < text.size() && is_alnum(text[end]);
      const bool has_before = begin > 0 && is_alnum(text[begin - 1]);
      const bool may_begin = !has_before || (value.begins_within_number && is_digit(text[begin - 1]));
      if (!is_whole || goes_on || !may_begin) continue;
      if (from == From::values && wanted.size() < short_value &&
          !value.spellings.contains(std::string(view.raw_between(begin, end))))
        continue;
      best = &value;
      length = wanted.size();
    }
    if (best == nullptr) continue;
    const std::uint32_t begin = view.places[at], end = view.places[at + length - 1] + 1;
    const std::string& signs = from == From::values ? best->stand_in : best->signs;
    regions.push_back({view.raw_begin(begin), view.raw_end(end), best,
                       best->word.empty() ? with_signs(view.raw_between(begin, end), signs) : best->word});
    at += length - 1;
  }
}

void StandIns::add_words(const View& view, std::vector<Region>& regions) const {
  const auto add_all = [&](const std::string& word, const Value& value, const std::string& stand_in) {
    for (std::size_t at = word.empty() ? std::string::npos : view.raw.find(word); at != std::string::npos;
         at = view.raw.find(word, at + word.size()))
      regions.push_back({at, at + word.size(), &value, stand_in});
  };
  for (const auto& value : values_) {
    add_all(value->word, *value, value->stand_in);
    // An address in pieces, as it stands in a quote of what was found before.
    for (const auto& [sign, address] : value->broken)
      for (const std::string_view line_end : {" ", "\\n"})
        add_all(with_line_ends(address, line_end), *value, to_lower(value->stand_in) + "@ " + domain_);
  }
}

void StandIns::add_addresses(const View& view, std::vector<Region>& regions) const {
  if (std::ranges::find(redacted_.kinds, PersonalKind::email) == redacted_.kinds.end()) return;
  for (const PersonalValue& found : find_personal_data(view.raw)) {
    if (found.kind != PersonalKind::email) continue;
    const std::string written = plain(view.raw.substr(found.begin, found.end - found.begin));
    const std::string address = plain_address(written);
    const auto known = by_identity_.find("email\n" + to_lower(address));
    if (known == by_identity_.end()) continue;
    const Value& value = *values_[known->second];
    const bool is_small = has_small_letter(address);
    regions.push_back({found.begin, found.end, &value,
                       (is_small ? to_lower(value.stand_in) : value.stand_in) + sign_sent_for(written) +
                           (is_small ? domain_ : to_upper(domain_))});
  }
}

void StandIns::add_restored_addresses(const View& view, std::vector<Region>& regions) const {
  const std::string_view text = view.plain.text();
  const std::string small = to_lower(text);
  for (const auto& value : values_) {
    if (!value->is_address()) continue;
    const std::string own = to_lower(value->stand_in);
    for (std::size_t at = small.find(own); at != std::string::npos; at = small.find(own, at + 1)) {
      const auto begin = static_cast<std::uint32_t>(at), sign = static_cast<std::uint32_t>(at + own.size());
      std::uint32_t domain = skip_at_sign(text, sign);
      while (domain > sign && domain < text.size() && text[domain] == ' ')  // A line end, as a quote has it.
        ++domain;
      const auto end = domain + static_cast<std::uint32_t>(domain_.size());
      const bool is_alone =
          (begin == 0 || !is_alnum(text[begin - 1])) && (end >= text.size() || !is_alnum(text[end]));
      if (domain == sign || !is_alone || small.compare(domain, domain_.size(), domain_) != 0) continue;
      const std::string& found = value->written_with(std::string(text.substr(sign, domain - sign)));
      const bool in_capitals = !has_small_letter(text.substr(begin, end - begin));
      regions.push_back(
          {view.raw_begin(begin), view.raw_end(end), value.get(), in_capitals ? to_upper(found) : found});
    }
  }
}

std::vector<StandIns::Region> StandIns::regions(const View& view, From from) const {
  std::vector<Region> found;
  if (from == From::stand_ins) add_restored_addresses(view, found);
  if (from == From::values) {
    add_addresses(view, found);
    add_words(view, found);
  }
  add_codes(view, from, found);
  std::ranges::stable_sort(found, {}, &Region::begin);
  std::vector<Region> apart;
  for (Region& region : found)
    if (apart.empty() || region.begin >= apart.back().end) apart.push_back(std::move(region));
  return apart;
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
  if (empty()) return std::string(text);
  const View view(text);
  const std::vector<Region> found = regions(view, From::values);
  for (const Region& region : found)
    ++counts[region.value->kind];
  return with(view, found);
}

StandIns::Restored StandIns::restored(std::string_view text) const {
  if (empty()) return {std::string(text)};
  const View view(text);
  const std::vector<Region> found = regions(view, From::stand_ins);
  const bool is_ambiguous =
      std::ranges::any_of(found, [](const Region& region) { return region.value->is_ambiguous; });
  return {with(view, found), is_ambiguous || is_damaged(view, found)};
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
  const auto is_piece_of = [&](const std::string& stand_in) {
    const std::size_t enough = std::max(least_piece, std::min(largest_piece, (stand_in.size() - 1) / 2));
    for (std::size_t from = 0; from + enough <= stand_in.size(); ++from) {
      const std::string piece = stand_in.substr(from, enough);
      if (signs.find(piece) != std::string::npos && signs_.find(piece) == std::string::npos) return true;
    }
    return false;
  };
  const bool has_address =
      std::ranges::any_of(values_, [](const auto& value) { return value->is_address(); });
  return (has_address && to_lower(rest).find(domain_) != std::string::npos) ||
         std::ranges::any_of(values_, [&](const auto& value) { return is_piece_of(value->stand_in); });
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
    all.push_back({value->first, with_signs(value->first, prefix + value->stand_in)});
  }
  return all;
}

}  // namespace docket::backends
