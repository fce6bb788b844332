#include "backends/rules/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "backends/rules/names.h"
#include "backends/rules/parties.h"
#include "backends/rules/totals.h"
#include "pipeline/reading/plain.h"

// Where the value of a label may stand:
//
//      Datum: 5.6.2024       cell          Datum      5.6.2024     right
//
//      Datum                               Datum
//      5.6.2024              below                    5.6.2024     oblique
//
// The numbers below say how often each is right; they come from looking at invoices of many hands. What they
// are worth as a probability is settled in pipeline/confidence.cpp alone.

namespace docket::rules {
namespace {

constexpr float oblique_factor = 0.6F;
constexpr float left_factor = 0.55F;
constexpr float above_factor = 0.75F;          // For an amount above a label that has one below it, too…
constexpr float above_oblique_factor = 0.55F;  // … or one further right there…
constexpr float above_alone_factor = 0.45F;    // … or none.
constexpr float slipped_factor = 0.4F;         // For what stands in lines whose amounts slipped down by one.
constexpr float item_heading_factor = 0.5F;    // For what is below a heading of items: a line's total.
constexpr float no_sum_factor = 0.6F;          // For the last amount of a column that does not add up to it.
constexpr float not_nearest_factor = 0.45F;    // For each value that stands nearer to the label.
constexpr float not_first_factor = 0.85F;      // For an amount whose label is not the first of its row.
constexpr float not_last_factor = 0.7F;        // For a value in a column that goes on below it.
constexpr float claimed_factor = 0.3F;         // For what is below a label that has a value beside it.
constexpr float beside_heading_factor = 0.5F;  // For what is beside a heading: names stand below it.
constexpr float longer_name_factor = 0.7F;     // For a line of a name that seems to have more.
constexpr float passed_line_factor = 0.8F;     // For a name, for each line between its heading and it.
constexpr float letter_date_strength = 0.55F;
constexpr float definition_strength = 0.95F;
constexpr int most_rows_below = 60;
constexpr std::size_t most_values_beside = 32;  // Values of a row beside one label.
constexpr std::size_t most_cells_looked_at = 5'000'000;

/// What stands before the date of a letter: a name and a comma, perhaps "le" or "den".
bool names_a_place(std::string_view before) {
  static constexpr std::size_t longest = 40;
  const std::size_t comma = before.find(',');
  if (comma == std::string_view::npos || comma == 0 || comma > longest) return false;
  const std::string article = squeeze(before.substr(comma + 1));
  static constexpr std::array<std::string_view, 5> articles{"", "le", "den", "the", "am"};
  if (std::find(articles.begin(), articles.end(), article) == articles.end()) return false;
  const std::string_view name = before.substr(0, comma);
  const bool capital = is_upper(name[0]) || static_cast<unsigned char>(name[0]) >= 0xC3;
  return capital && std::none_of(name.begin(), name.end(), [](char c) { return is_digit(c) || c == ':'; });
}

/// Where the bracket of `(the "` stands that ends at `at`, perhaps with more words; npos: there is none.
std::size_t opens_definition(std::string_view text, std::size_t at) {
  static constexpr std::size_t longest = 60;
  static constexpr auto words = std::to_array<std::string_view>(
      {"the",       "hereinafter", "herein", "hereafter", "referred", "to",   "as",          "called",
       "such",      "date",        "being",  "der",       "das",      "die",  "nachfolgend", "im",
       "folgenden", "la",          "le",     "el",        "ci",       "apres"});
  const std::size_t from = at - std::min(at, longest);
  const std::size_t open = text.substr(from, at - from).rfind('(');
  if (open == std::string_view::npos) return open;
  const Folded between = fold(text.substr(from + open, at - from - open));
  for (std::size_t i = 0; i < between.tokens.size(); ++i)
    if (std::find(words.begin(), words.end(), between.token(i)) == words.end()) return std::string_view::npos;
  return from + open;
}

/// How much a label says with that many other words before it in its cell.
float before_factor(int words) {
  static constexpr std::array<float, 4> factors{1, 0.6F, 0.45F, 0.35F};
  return factors[static_cast<std::size_t>(std::min(words, 3))];
}

/// … and with that many between it and the value.
float after_factor(int words) {
  static constexpr std::array<float, 4> factors{1, 0.45F, 0.35F, 0.25F};
  return factors[static_cast<std::size_t>(std::min(words, 3))];
}

float gap_factor(float gap, float line) {
  if (gap <= 1.5F * line) return 0.9F;
  return gap <= 4 * line ? 0.8F : 0.65F;
}

/// Counts, rates and prices stand in tables, too, one for each item.
bool is_count(Shape shape) { return shape == Shape::number || shape == Shape::integer; }

/// Amounts stand in tables: the last of a row and of a column is the sum.
bool takes_last(Shape shape) { return shape == Shape::amount; }

class Search {
 public:
  Search(const SchemaView& schema, const Layout& layout, const Values& values)
      : schema_(schema), layout_(layout), values_(values), totals_(layout, values) {}

  Found run() {
    found_.hits = find_hits(schema_.labels, layout_, values_);
    found_.is_total.resize(schema_.properties.size());
    found_.paid = totals_.paid();
    found_.rounding = totals_.rounding();
    is_label_.resize(layout_.cells().size());
    for (const Hit& hit : found_.hits) {
      is_label_[hit.cell] = is_label_[hit.cell] || hit.fills_cell;
    }
    for (hit_ = 0; hit_ < found_.hits.size(); ++hit_) {
      for (const LabelUse& use : found_.hits[hit_].match.uses) {
        look_around(use);
      }
    }
    hit_ = ~0U;
    for (std::size_t property = 0; property < schema_.properties.size(); ++property) {
      look_everywhere(property);
      if (schema_.properties[property].role != Role::none) look_where_letters_have_names(property);
    }
    for (Sighting& sighting : found_.sightings) {
      const bool name = schema_.properties[sighting.property].shape == Shape::party;
      if (name && is_part_of_longer_name(layout_, sighting.reading.cell))
        sighting.reading.format *= longer_name_factor;
    }
    return std::move(found_);
  }

 private:
  const Cell& cell_of(const Hit& hit) const { return layout_.cells()[hit.cell]; }

  /// Empty once too much was looked at: no honest page comes near that.
  std::span<const std::uint32_t> cells_of_row(std::size_t row) const {
    const auto cells = layout_.row_cells(static_cast<std::uint32_t>(row));
    looked_at_ += cells.size();
    return looked_at_ > most_cells_looked_at ? std::span<const std::uint32_t>{} : cells;
  }

  std::vector<Reading> read(std::size_t property, std::uint32_t cell, std::uint32_t begin,
                            std::uint32_t end) const {
    return read_piece(schema_, property, layout_, values_, cell, begin, end);
  }

  std::vector<Reading> read(std::size_t property, std::uint32_t cell) const {
    if (is_label_[cell] && !is_typed(schema_.properties[property].shape)) return {};
    return read(property, cell, layout_.cells()[cell].begin, layout_.cells()[cell].end);
  }

  void add(const LabelUse& use, Reading reading, Place place, float strength) {
    const Hit& hit = found_.hits[hit_];
    const bool names_party = schema_.properties[use.owner].shape == Shape::party;
    strength *= use.strength * (names_party && hit.words_before > 0 ? 0.2F : before_factor(hit.words_before));
    if (reading.skipped > 0) strength *= reading.announced ? 0.75F : after_factor(reading.skipped);
    if (takes_last(schema_.properties[use.owner].shape) && totals_.has_slipped(cell_of(hit).row))
      strength *= slipped_factor;
    if (use.kind == LabelUse::Kind::label && is_sum(use)) {
      found_.is_total[use.owner] = true;
      strength *= totals_.trust(hit, reading);
    }
    if (takes_last(schema_.properties[use.owner].shape) && means_tax(hit.match.label))
      strength *= totals_.trust_in_tax(hit);
    found_.sightings.push_back(
        {use.owner, std::move(reading), place, strength, use.kind == LabelUse::Kind::not_label, hit_});
  }

  /// A label of what the bill comes to, of a property that is an amount.
  bool is_sum(const LabelUse& use) const {
    const Shape shape = schema_.properties[use.owner].shape;
    return (shape == Shape::amount || shape == Shape::number) && means_total(found_.hits[hit_].match.label);
  }

  void look_around(const LabelUse& use) {
    if (schema_.properties[use.owner].shape == Shape::date) look_before_definition(use);
    const bool in_cell = look_behind(use);
    if (in_cell && !takes_last(schema_.properties[use.owner].shape)) return;
    const Shape shape = schema_.properties[use.owner].shape;
    const bool beside = look_right(use) || in_cell;
    const bool heading = shape == Shape::party && !has_colon(found_.hits[hit_]);
    const bool claimed = beside || (takes_last(shape) && has_amount_beside());
    const bool below = look_below(use, claimed && !heading ? claimed_factor : 1);
    const bool oblique = !beside && !below && look_oblique(use);
    if (shape == Shape::amount || shape == Shape::number) {
      if (!beside && !below && !oblique) look_left(use);
      if (!beside)
        look_above(use, below ? above_factor : oblique ? above_oblique_factor : above_alone_factor);
    }
    if (shape == Shape::party) look_for_name(use);
  }

  /// March 5, 2024 (the "Effective Date"): contracts give a name to what stands before.
  void look_before_definition(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const std::string_view text = layout_.page_text(cell_of(hit).page);
    const std::size_t open = opens_definition(text, hit.begin);
    if (open == std::string_view::npos) return;
    for (std::uint32_t cell = hit.cell + 1; cell-- > 0 && hit.cell - cell < 3;) {
      for (Reading& reading : read(use.owner, cell)) {
        if (reading.end > open) continue;
        if (text.substr(reading.end, open - reading.end).find_first_not_of(" ,\n") != text.npos) continue;
        found_.sightings.push_back({use.owner, std::move(reading), Place::cell,
                                    definition_strength * use.strength, use.kind == LabelUse::Kind::not_label,
                                    hit_});
        return;
      }
    }
  }

  /// The label's row has an amount, though perhaps not where it is looked for.
  bool has_amount_beside() const {
    const Cell& cell = cell_of(found_.hits[hit_]);
    return totals_.has_amount(cell.row) && layout_.row_cells(cell.row).back() != found_.hits[hit_].cell;
  }

  /// A number word before the value makes a weak label as good as a strong one: "Invoice no. 4711".
  static LabelUse strengthened(const LabelUse& use, const Reading& reading) {
    LabelUse better = use;
    if (reading.announced) better.strength = std::max(better.strength, 0.9F);
    return better;
  }

  /// Colons follow labels, and what follows a colon is a value.
  bool has_colon(const Hit& hit) const {
    const Cell& cell = cell_of(hit);
    const std::string_view behind = layout_.page_text(cell.page).substr(hit.end, cell.end - hit.end);
    return plain(behind).find(':') != std::string::npos;
  }

  bool look_behind(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    std::vector<Reading> readings = read(use.owner, hit.cell, hit.end, cell.end);
    const Shape shape = schema_.properties[use.owner].shape;
    if (!readings.empty() && (shape == Shape::party || shape == Shape::text)) {
      // "Lieferant GmbH" is a name, "Lieferant: GmbH" would be a label and one.
      const std::string_view text = layout_.page_text(cell.page);
      const std::string_view between = text.substr(hit.end, readings[0].begin - hit.end);
      if (plain(between).find_first_of(":=") == std::string::npos) return false;
    }
    const std::size_t best = takes_last(shape) && !readings.empty() ? readings.size() - 1 : 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const float rank = i == best ? 1 : not_nearest_factor;
      const LabelUse better = strengthened(use, readings[i]);
      add(better, std::move(readings[i]), Place::cell, rank);
    }
    return !readings.empty();
  }

  /// Sums begin their row; in the row of an item the label comes after the item's name.
  bool has_words_before(const Hit& hit) const {
    const auto row = cells_of_row(cell_of(hit).row);
    return std::any_of(row.begin(), row.end(), [&](std::uint32_t other) {
      return layout_.cells()[other].box.left < cell_of(hit).box.left && values_.has_words(other);
    });
  }

  /// A cell that says next to nothing: the code of a tax rate, a currency that is not known.
  bool is_mark(std::uint32_t cell) const {
    return layout_.cell_text(layout_.cells()[cell]).size() <= 3 && values_.in_cell(cell).empty();
  }

  /// Along the row, up to the next cell with words of its own.
  bool look_right(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    const Shape shape = schema_.properties[use.owner].shape;
    std::vector<Reading> readings;
    bool first = true;
    for (const std::uint32_t other : cells_of_row(cell.row)) {
      if (layout_.cells()[other].box.left <= cell.box.left || other == hit.cell) continue;
      const bool wordy = values_.has_words(other);
      if (wordy && takes_last(shape) && readings.empty() && is_mark(other)) continue;
      if (wordy && !first) break;
      std::vector<Reading> here = read(use.owner, other);
      readings.insert(readings.end(), std::make_move_iterator(here.begin()),
                      std::make_move_iterator(here.end()));
      if (wordy || (!readings.empty() && !is_typed(shape))) break;
      if (!takes_last(shape) && readings.size() >= most_values_beside) break;
      first = false;
    }
    if (readings.size() > most_values_beside)
      readings.erase(readings.begin(), readings.end() - static_cast<std::ptrdiff_t>(most_values_beside));
    const bool heading = (shape == Shape::party || shape == Shape::text) && !has_colon(hit);
    const float after = after_factor(hit.words_after) * (heading ? beside_heading_factor : 1) *
                        (takes_last(shape) && has_words_before(hit) ? not_first_factor : 1);
    const std::size_t best = takes_last(shape) && !readings.empty() ? readings.size() - 1 : 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const float rank = i == best ? 1 : not_nearest_factor;
      const LabelUse better = strengthened(use, readings[i]);
      add(better, std::move(readings[i]), Place::right, after * rank);
    }
    return !readings.empty();
  }

  /// Does the cell stand below the label, and below no other cell of the label's row rather?
  bool in_column(const Hit& hit, const Box& label, std::uint32_t other) const {
    const Box& box = layout_.cells()[other].box;
    const float line = layout_.line_height(cell_of(hit).page);
    const float shared = Layout::overlap(label, box);
    const float narrow = std::min(label.right - label.left, box.right - box.left);
    const bool aligned =
        std::abs(label.right - box.right) < 0.8F * line || std::abs(label.left - box.left) < 0.8F * line;
    if (shared < 0.3F * narrow && !(aligned && shared > -line)) return false;
    for (const std::uint32_t rival : cells_of_row(cell_of(hit).row)) {
      if (rival != hit.cell && Layout::overlap(layout_.cells()[rival].box, box) > shared + 0.1F * line)
        return false;
    }
    return true;
  }

  Box box_of(const Hit& hit) const {
    const Cell& cell = cell_of(hit);
    Box box = cell.box;
    if (!layout_.box_of(cell.page, hit.begin, hit.end, box) && hit.words_before + hit.words_after > 0) {
      const float width = (cell.box.right - cell.box.left) / static_cast<float>(cell.end - cell.begin);
      box.left = cell.box.left + width * static_cast<float>(hit.begin - cell.begin);
      box.right = cell.box.left + width * static_cast<float>(hit.end - cell.begin);
    }
    return box;
  }

  /// Is the last amount of a column the sum of the others?
  static bool ends_with_sum(const std::vector<std::pair<Reading, float>>& column) {
    double sum = 0, last = 0;
    for (const auto& [reading, factor] : column) {
      const std::optional<double> amount = amount_in(reading.value);
      if (!amount) return false;
      last = *amount;
      sum += last;
    }
    return !column.empty() && std::abs(sum - 2 * last) < 0.015;
  }

  bool look_below(const LabelUse& use, float claimed) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    const Shape shape = schema_.properties[use.owner].shape;
    const float line = layout_.line_height(cell.page);
    const Box label = box_of(hit);
    const float reach = (shape == Shape::amount || shape == Shape::party ? 6 : 3.2F) * line;
    float bottom = label.bottom;
    float passed_over = 1;
    std::vector<std::pair<Reading, float>> readings;  // With a factor for where they stand.
    const std::size_t last_row =
        std::min<std::size_t>(layout_.rows().size(), cell.row + 1U + most_rows_below);
    for (std::size_t row = cell.row + 1; row < last_row && layout_.rows()[row].page == cell.page; ++row) {
      if (layout_.rows()[row].middle - bottom > reach) break;
      bool ended = false;
      for (const std::uint32_t other : cells_of_row(row)) {
        if (!in_column(hit, label, other)) continue;
        std::vector<Reading> here = read(use.owner, other);
        ended = ended || (values_.has_words(other) && here.empty() && shape != Shape::party);
        ended = ended || (values_.has_words(other) && is_typed(shape));
        if (here.empty()) {
          passed_over *= shape == Shape::party ? passed_line_factor : 1;
          continue;
        }
        const float gap = std::max(0.0F, layout_.cells()[other].box.top - label.bottom);
        readings.emplace_back(std::move(here.front()), gap_factor(gap, line) * passed_over);
        bottom = layout_.cells()[other].box.bottom;
        ended = ended || (!takes_last(shape) && !(is_count(shape) && readings.size() < 2));
      }
      if (ended) break;
    }
    const float after = after_factor(hit.words_after) * claimed;
    const bool sums = readings.size() > 1 && ends_with_sum(readings);
    if (sums && readings.size() > 2) readings.erase(readings.begin(), readings.end() - 1);  // Its parts.
    float last = is_sum(use) && !sums && readings.size() > 1 ? no_sum_factor : 1;
    const bool items = totals_.heads_items(cell.row) && !sums && (is_sum(use) || readings.size() > 1);
    if (items) last *= item_heading_factor;
    if (is_count(shape) && readings.size() > 1) readings.erase(readings.begin() + 1, readings.end());
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const float rank = i + 1 == readings.size() ? last : not_last_factor;
      const LabelUse better = strengthened(use, readings[i].first);
      add(better, std::move(readings[i].first), Place::below, after * rank * readings[i].second);
    }
    return !readings.empty();
  }

  /// Forms that list a party's number, name and address below its heading.
  void look_for_name(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const Cell& head = cell_of(hit);
    if (hit.words_after > 0) return;
    const float line = layout_.line_height(head.page);
    for (std::size_t row = head.row + 1U;
         row < layout_.rows().size() && layout_.rows()[row].page == head.page; ++row) {
      if (layout_.rows()[row].middle - head.box.bottom > 9 * line) return;
      for (const std::uint32_t other : cells_of_row(row)) {
        const Cell& cell = layout_.cells()[other];
        if (cell.box.left < head.box.left - line) continue;
        if (is_label_[other] && heads_party(other)) return;
        if (!is_name_label(cell)) continue;
        for (const std::uint32_t value : cells_of_row(row)) {
          if (layout_.cells()[value].box.left <= cell.box.right) continue;
          std::vector<Reading> here = read(use.owner, value);
          if (!here.empty()) add(use, std::move(here.front()), Place::right, 0.95F);
          return;
        }
      }
    }
  }

  bool heads_party(std::uint32_t cell) const {
    return std::any_of(found_.hits.begin(), found_.hits.end(), [&](const Hit& hit) {
      if (hit.cell != cell) return false;
      return std::any_of(hit.match.uses.begin(), hit.match.uses.end(), [&](const LabelUse& use) {
        return schema_.properties[use.owner].shape == Shape::party;
      });
    });
  }

  bool is_name_label(const Cell& cell) const {
    static constexpr auto words =
        std::to_array<std::string_view>({"company", "firma", "name", "nom", "raisonsociale", "societe"});
    if (cell.last_token - cell.first_token > 2) return false;
    const std::string letters = fold_letters(layout_.cell_text(cell));
    return std::find(words.begin(), words.end(), letters) != words.end();
  }

  /// A form that sets labels flush left and values flush right, one line lower.
  bool look_oblique(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    const Shape shape = schema_.properties[use.owner].shape;
    if (shape == Shape::party || shape == Shape::text || hit.words_after > 0) return false;
    const float line = layout_.line_height(cell.page);
    for (std::size_t row = cell.row + 1U; row < layout_.rows().size() && row <= cell.row + 2U; ++row) {
      if (layout_.rows()[row].page != cell.page || layout_.rows()[row].middle - cell.box.bottom > 1.3F * line)
        return false;
      for (const std::uint32_t other : cells_of_row(row)) {
        if (layout_.cells()[other].box.left < cell.box.left) continue;
        if (values_.has_words(other) && shape != Shape::identifier && shape != Shape::currency) break;
        std::vector<Reading> here = read(use.owner, other);
        if (here.empty() || here.front().skipped > 0) continue;
        add(use, std::move(here.front()), Place::oblique, oblique_factor);
        return true;
      }
    }
    return false;
  }

  /// "9.00  TOTAL"
  void look_left(const LabelUse& use) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    const auto row = cells_of_row(cell.row);
    if (row.size() != 2 || row[1] != hit.cell || values_.has_words(row[0])) return;
    std::vector<Reading> here = read(use.owner, row[0]);
    if (here.size() == 1)
      add(use, std::move(here.front()), Place::left, left_factor * after_factor(hit.words_after));
  }

  /// Where amounts and labels stand one below the other, nobody can tell whether the label is above its
  /// amount or below it. Both are shown, so that neither is believed for its place alone.
  void look_above(const LabelUse& use, float factor) {
    const Hit& hit = found_.hits[hit_];
    const Cell& cell = cell_of(hit);
    const float line = layout_.line_height(cell.page);
    if (cell.row == 0 || !totals_.is_bare_label(cell.row) || !totals_.is_bare_amount(cell.row - 1U)) return;
    const Row& above = layout_.rows()[cell.row - 1U];
    if (above.page != cell.page || cell.box.top - above.middle > 1.5F * line) return;
    for (const std::uint32_t other : cells_of_row(cell.row - 1U)) {
      std::vector<Reading> here = read(use.owner, other);
      if (here.empty()) continue;
      add(use, std::move(here.back()), Place::above, factor * after_factor(hit.words_after));
      return;
    }
  }

  /// What is known by its looks; the fewer of them there are, the more each says.
  void look_everywhere(std::size_t property) {
    const Shape shape = schema_.properties[property].shape;
    const bool speaks = shape == Shape::iban || shape == Shape::vat_id || shape == Shape::email ||
                        shape == Shape::url || shape == Shape::choice || shape == Shape::currency ||
                        shape == Shape::date ||
                        (shape == Shape::identifier && schema_.properties[property].pattern != nullptr);
    if (!speaks) return;
    std::vector<Reading> all;
    for (std::uint32_t cell = 0; cell < layout_.cells().size(); ++cell) {
      for (Reading& reading : read(property, cell))
        all.push_back(std::move(reading));
    }
    const bool same =
        std::all_of(all.begin(), all.end(), [&](const Reading& r) { return r.value == all[0].value; });
    if (shape == Shape::date) {
      if (!only_one_of_its_shape(property)) return;  // Which of them it is, a date does not say.
      look_where_letters_have_dates(property, all);
    }
    const float strength = shape == Shape::date ? (same ? 0.3F : 0.02F) : same ? 0.45F : 0.15F;
    for (Reading& reading : all) {
      found_.sightings.push_back({property, std::move(reading), Place::alone, strength, false, ~0U});
    }
  }

  bool only_one_of_its_shape(std::size_t property) const {
    const auto& all = schema_.properties;
    return std::count_if(all.begin(), all.end(),
                         [&](const Property& other) { return other.shape == all[property].shape; }) == 1;
  }

  /// "Lyon, le 12 mars 2025": a line of the first page that has a place's name and the date.
  void look_where_letters_have_dates(std::size_t property, const std::vector<Reading>& dates) {
    for (const Reading& date : dates) {
      const Cell& cell = layout_.cells()[date.cell];
      const std::string_view text = layout_.page_text(cell.page);
      if (cell.page > 0 || text.substr(date.end, cell.end - date.end).find_first_not_of(" .") != text.npos)
        continue;
      if (names_a_place(text.substr(cell.begin, date.begin - cell.begin)))
        found_.sightings.push_back({property, date, Place::letter, letter_date_strength, false, ~0U});
    }
  }

  void look_where_letters_have_names(std::size_t property) {
    if (schema_.properties[property].shape != Shape::party) return;
    if (!parties_) parties_ = find_parties(layout_);
    for (const PartyFound& party : *parties_) {
      const bool sender = schema_.properties[property].role == Role::sender;
      const float strength = sender ? party.as_sender : party.as_recipient;
      if (strength <= 0) continue;
      Reading reading{party.cell, party.begin, party.end, party.name, nullptr, looks_like_party(party.name),
                      0};
      found_.sightings.push_back({property, std::move(reading), Place::letter, strength, false, ~0U});
    }
  }

  const SchemaView& schema_;
  const Layout& layout_;
  const Values& values_;
  const Totals totals_;
  Found found_;
  std::vector<bool> is_label_;  // By cell: it says nothing but a label.
  std::uint32_t hit_ = 0;
  mutable std::size_t looked_at_ = 0;
  std::optional<std::vector<PartyFound>> parties_;
};

}  // namespace

std::string_view name(Place place) {
  static constexpr std::array<std::string_view, 9> names{"cell", "right", "below",  "oblique", "follows",
                                                         "left", "above", "letter", "alone"};
  return names[static_cast<std::size_t>(place)];
}

Found search(const SchemaView& schema, const Layout& layout, const Values& values) {
  return Search(schema, layout, values).run();
}

}  // namespace docket::rules
