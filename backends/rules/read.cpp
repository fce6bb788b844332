#include "backends/rules/read.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "backends/rules/names.h"
#include "pipeline/json/pattern.h"
#include "pipeline/reading/currencies.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/utf8.h"

namespace docket::rules {
namespace {

using nlohmann::json;

constexpr std::size_t longest_identifier = 40;
constexpr float lost_point = 0.05F;        // No check can make up for it.
constexpr std::size_t most_readings = 32;  // Of one cell.

std::optional<ValueKind> kind_of(Shape shape) {
  switch (shape) {
    case Shape::date:
      return ValueKind::date;
    case Shape::amount:
    case Shape::number:
    case Shape::integer:
      return ValueKind::number;
    case Shape::iban:
      return ValueKind::iban;
    case Shape::vat_id:
      return ValueKind::vat_id;
    case Shape::email:
      return ValueKind::email;
    case Shape::url:
      return ValueKind::url;
    default:
      return std::nullopt;
  }
}

bool has_no_cents(std::string_view currency) {
  static constexpr auto codes = std::to_array<std::string_view>(
      {"CLP", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "RSD", "UGX", "VND", "XAF", "XOF"});
  return std::find(codes.begin(), codes.end(), currency) != codes.end();
}

/// How well a number looks like money; 0: not at all.
float looks_like_money(const Value& value, const Values& values) {
  if (value.percent) return 0;
  if (value.unclear) return 0.4F;
  if (value.decimals == 2) return 1;
  if (value.decimals > 2) return 0.2F;  // "1.23450"
  if (value.decimals == 1) return value.currency.empty() ? 0.5F : 0.9F;
  // "$820" may be what a scanner made of $8.20, and then all sums are as right as before.
  const bool whole = values.writes_whole_units() || has_no_cents(value.currency);
  if (!values.writes_cents() && !whole) return lost_point;
  if (!value.currency.empty()) return 0.9F;
  return value.number >= 1900 && value.number < 2100 ? 0.2F : 0.4F;
}

float number_format(const Property& property, const Value& value, const Values& values) {
  if (property.minimum && value.number < *property.minimum) return 0;
  if (property.maximum && value.number > *property.maximum) return 0;
  if (property.whole && std::trunc(value.number) != value.number) return 0;
  if (property.shape == Shape::amount) return looks_like_money(value, values);
  if (value.unclear) return 0.5F;
  if (property.shape != Shape::integer) return 1;
  if (!value.currency.empty() || std::trunc(value.number) != value.number) return 0;
  return value.decimals == 0 ? 1 : 0.7F;  // "3.0"
}

float format_of(const Property& property, const Value& value, const Values& values) {
  switch (value.kind) {
    case ValueKind::number:
      return number_format(property, value, values);
    case ValueKind::date:
      return value.unclear ? 0.5F : value.settled ? 0.9F : 1;
    case ValueKind::vat_id:
      return value.check_digits ? 1 : 0.9F;
    default:
      return 1;
  }
}

/// 1.234,50 € as "1234.50": as many decimals as are written.
std::string as_plain_text(const Value& value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", std::min(value.decimals, 9), value.number);
  return text;
}

json as_json(const Property& property, const Value& value) {
  if (value.kind != ValueKind::number) return value.text;
  if (property.as_text) return as_plain_text(value);
  if (property.shape == Shape::integer || property.whole) return static_cast<std::int64_t>(value.number);
  return value.number == 0 ? 0.0 : value.number;  // Not -0.0.
}

json other_json(const Value& value) {
  if (!value.unclear) return nullptr;
  return value.kind == ValueKind::number ? json(value.other_number) : json(value.other);
}

/// A piece of a cell from which one value is read.
class Piece {
 public:
  Piece(const Layout& layout, const Values& values, std::uint32_t cell, std::uint32_t begin,
        std::uint32_t end)
      : layout_(layout),
        values_(values),
        cell_(cell),
        begin_(begin),
        end_(end),
        text_(layout.page_text(layout.cells()[cell].page)) {}

  std::vector<Reading> typed(const Property& property, ValueKind kind) const {
    std::vector<Reading> found;
    const Cell& cell = layout_.cells()[cell_];
    for (const Value& value : values_.in_cell(cell_)) {
      if (value.kind != kind || value.begin < begin_ || value.begin >= end_) continue;
      if (value.end > end_ && end_ != cell.end) continue;
      if (found.size() == most_readings) break;
      const bool whole = property.shape == Shape::integer || property.whole;
      if (whole && std::abs(value.number) > 9e15) continue;
      const float format = format_of(property, value, values_);
      if (format == 0 || (!value.text.empty() && !fits(property, value.text))) continue;
      found.push_back({cell_, value.begin, value.end, as_json(property, value), other_json(value), format,
                       values_.words_between(cell, begin_, value.begin)});
    }
    return found;
  }

  std::vector<Reading> currencies() const {
    std::vector<Reading> found;
    for (const CurrencyFound& one : find_currencies(text_, begin_, end_)) {
      found.push_back({cell_, one.begin, one.end, std::string(one.code), nullptr,
                       one.shared_symbol ? 0.6F : 1,
                       values_.words_between(layout_.cells()[cell_], begin_, one.begin)});
    }
    return found;
  }

  /// A run of characters with a digit in it, behind at most one word that says nothing to us.
  std::vector<Reading> identifier(const Property& property) const {
    std::uint32_t at = skip_announcement(begin_);
    for (int skipped = 0; skipped < 3 && at < end_; ++skipped) {
      const std::uint32_t stop = run_end(at);
      const std::uint32_t joined = join_prefix(at, stop);
      if (auto reading = identifier_of(property, at, joined)) {
        reading->skipped = skipped;
        reading->announced = is_announced(at);
        return {*reading};
      }
      at = skip_announcement(stop);
    }
    return {};
  }

  /// Everything up to the end of the piece.
  std::vector<Reading> all_text(const Property& property) const {
    const std::uint32_t at = skip_marks(begin_);
    const std::string value = layout_.plain_text(layout_.cells()[cell_].page, at, end_);
    if (value.empty() || value.size() > property.max_length || !fits(property, value)) return {};
    return {{cell_, at, end_, value, nullptr, property.pattern ? 1 : 0.8F, 0}};
  }

  std::vector<Reading> party(const Property& property) const {
    const std::uint32_t at = skip_marks(begin_);
    std::uint32_t end = end_;
    while (end > at && (text_[end - 1] == ',' || text_[end - 1] == ';' || text_[end - 1] == ' '))
      --end;
    const std::string name = layout_.plain_text(layout_.cells()[cell_].page, at, end);
    const float format = looks_like_party(name);
    if (format == 0 || name.size() > property.max_length || !fits(property, name)) return {};
    return {{cell_, at, end, name, nullptr, format, 0}};
  }

  std::vector<Reading> boolean() const {
    static constexpr auto yes = std::to_array<std::string_view>({"ja", "oui", "true", "wahr", "x", "yes"});
    static constexpr auto no =
        std::to_array<std::string_view>({"false", "falsch", "faux", "nein", "no", "non"});
    const std::uint32_t at = skip_marks(begin_);
    const std::string_view rest = text_.substr(at, end_ - at);
    if (rest.starts_with("\u2611") || rest.starts_with("\u2612") || rest.starts_with("\u2713")) {
      return {{cell_, at, at + 3, true, nullptr, 1, 0}};
    }
    if (rest.starts_with("\u2610")) return {{cell_, at, at + 3, false, nullptr, 1, 0}};
    const std::uint32_t stop = run_end(at);
    const std::string word = fold_letters(text_.substr(at, stop - at));
    const bool is_yes = std::find(yes.begin(), yes.end(), word) != yes.end();
    if (!is_yes && std::find(no.begin(), no.end(), word) == no.end()) return {};
    return {{cell_, at, stop, is_yes, nullptr, 1, 0}};
  }

  std::vector<Reading> choices(const SchemaView& schema, std::size_t property) const {
    std::vector<Reading> found;
    const Cell& cell = layout_.cells()[cell_];
    const Folded& folded = layout_.folded(cell.page);
    std::uint32_t first = cell.first_token, last = cell.last_token;
    while (first < last && folded.tokens[first].begin < begin_)
      ++first;
    while (last > first && folded.tokens[last - 1].end > end_)
      --last;
    std::vector<LabelMatch> matches;
    schema.choices.find(folded, first, last, matches);
    for (const LabelMatch& match : matches) {
      for (const LabelUse& use : match.uses) {
        if (use.owner >> 16 != property) continue;
        const std::uint32_t begin = folded.tokens[match.first_token].begin;
        found.push_back({cell_, begin, folded.tokens[match.last_token - 1].end,
                         schema.properties[property].choices[use.owner & 0xFFFF], nullptr, 1,
                         values_.words_between(cell, begin_, begin)});
      }
    }
    return found;
  }

 private:
  bool fits(const Property& property, std::string_view value) const {
    return property.pattern == nullptr || property.pattern->found_in(value);
  }

  std::uint32_t skip_marks(std::uint32_t at) const {
    for (std::size_t next = at; next < end_; at = std::min(static_cast<std::uint32_t>(next), end_)) {
      const char32_t mark = plain_character(next_code_point(text_, next));
      if (mark >= 0x80 ||
          std::string_view(" \t:;,.=#*|>)").find(static_cast<char>(mark)) == std::string_view::npos)
        break;
    }
    while (at + 1 < end_ && (text_[at] == '-' || text_[at] == ' ') && text_[at + 1] == ' ')
      ++at;
    while (at < end_ && text_[at] == ' ')
      ++at;
    return at;
  }

  /// Behind marks, words like "Nr.", and whatever stands in brackets.
  std::uint32_t skip_announcement(std::uint32_t at) const {
    for (;;) {
      at = skip_marks(at);
      const std::uint32_t before = at;
      if (at < end_ && text_[at] == '(') {
        const std::size_t close = text_.substr(at, end_ - at).find(')');
        if (close != std::string_view::npos) at += static_cast<std::uint32_t>(close) + 1;
      } else if (at < end_) {
        const std::uint32_t stop = run_end(at);
        const std::string word = fold_letters(text_.substr(at, stop - at));
        const bool digits = std::any_of(word.begin(), word.end(), is_digit);
        if (!digits && is_filler(word)) {
          at = stop;
        } else if (digits) {
          at = skip_glued_announcement(at, stop);
        }
      }
      if (at == before) return at;
    }
  }

  /// "n°4711", "Nr.4711": the number alone.
  std::uint32_t skip_glued_announcement(std::uint32_t at, std::uint32_t stop) const {
    for (const std::string_view sign :
         {"n\u00B0", "N\u00B0", "n\u00BA", "N\u00BA", "Nr.", "No.", "nr.", "no."}) {
      if (text_.substr(at, stop - at).starts_with(sign)) return at + static_cast<std::uint32_t>(sign.size());
    }
    return at;
  }

  /// Is the last word or mark before `at`, in this piece, one that announces a number?
  bool is_announced(std::uint32_t at) const {
    const Folded before = fold(text_.substr(begin_, at - begin_));
    if (!before.tokens.empty() && is_number_word(before.token(before.tokens.size() - 1))) return true;
    const std::size_t hash = text_.substr(begin_, at - begin_).rfind('#');
    return hash != std::string_view::npos && at - begin_ - hash <= 2;
  }

  std::uint32_t run_end(std::uint32_t at) const {
    std::size_t next = at;
    for (; next < end_ && text_[at] != '\t'; at = static_cast<std::uint32_t>(next))
      if (plain_character(next_code_point(text_, next)) == ' ') break;
    return std::min(at, end_);
  }

  /// "INV 2024-17": a short prefix in capitals belongs to the number behind it.
  std::uint32_t join_prefix(std::uint32_t at, std::uint32_t stop) const {
    const std::string_view run = text_.substr(at, stop - at);
    const bool prefix = !run.empty() && run.size() <= 4 && std::all_of(run.begin(), run.end(), is_upper);
    if (!prefix || stop + 1 >= end_ || text_[stop] != ' ' || !is_alnum(text_[stop + 1])) return stop;
    const std::uint32_t next = run_end(stop + 1);
    const std::string_view rest = text_.substr(stop + 1, next - stop - 1);
    return std::any_of(rest.begin(), rest.end(), is_digit) ? next : stop;
  }

  std::optional<Reading> identifier_of(const Property& property, std::uint32_t at, std::uint32_t stop) const {
    while (stop > at && std::string_view(".,;:)").find(text_[stop - 1]) != std::string_view::npos)
      --stop;
    const std::string value = squeeze(plain(text_.substr(at, stop - at)));
    if (value.empty() || value.size() > std::min(longest_identifier, property.max_length))
      return std::nullopt;
    const auto digits = std::count_if(value.begin(), value.end(), is_digit);
    if (digits == 0 || !fits(property, value) || is_other_value(at, stop)) return std::nullopt;
    float format = value.size() >= 3 ? 1.0F : 0.5F;
    if (property.pattern == nullptr && 3 * digits < static_cast<std::ptrdiff_t>(value.size())) format *= 0.7F;
    return Reading{cell_, at, stop, value, nullptr, format, 0};
  }

  /// A date, a price or a percentage is no identifier.
  bool is_other_value(std::uint32_t at, std::uint32_t stop) const {
    const auto values = values_.in_cell(cell_);
    return std::any_of(values.begin(), values.end(), [&](const Value& value) {
      if (value.begin >= stop || value.end <= at) return false;
      if (value.kind == ValueKind::number) {
        return value.percent || !value.currency.empty() ||
               (value.decimals == 2 && value.begin == at && value.end == stop);
      }
      return value.begin <= at && value.end >= stop;
    });
  }

  const Layout& layout_;
  const Values& values_;
  std::uint32_t cell_, begin_, end_;
  std::string_view text_;
};

}  // namespace

std::optional<double> amount_in(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  char* end = nullptr;
  const double amount = std::strtod(text.c_str(), &end);
  return end == text.c_str() ? std::nullopt : std::optional(amount);
}

bool is_typed(Shape shape) {
  return kind_of(shape).has_value() || shape == Shape::currency || shape == Shape::choice;
}

std::vector<Reading> read_piece(const SchemaView& schema, std::size_t property, const Layout& layout,
                                const Values& values, std::uint32_t cell, std::uint32_t begin,
                                std::uint32_t end) {
  if (begin >= end) return {};
  const Property& wanted = schema.properties[property];
  const Piece piece(layout, values, cell, begin, end);
  if (const auto kind = kind_of(wanted.shape)) return piece.typed(wanted, *kind);
  switch (wanted.shape) {
    case Shape::currency:
      return piece.currencies();
    case Shape::identifier:
      return piece.identifier(wanted);
    case Shape::party:
      return piece.party(wanted);
    case Shape::boolean:
      return piece.boolean();
    case Shape::choice:
      return piece.choices(schema, property);
    case Shape::text:
      return piece.all_text(wanted);
    default:
      return {};
  }
}

}  // namespace docket::rules
