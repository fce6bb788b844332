#include "backends/rules/candidates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace docket::rules {
namespace {

constexpr std::size_t most_candidates = 8;     // Of one property.
constexpr float repeated_weight = 0.5F;        // What a second place adds, of what it would say alone.
constexpr float repeated_label_doubt = 0.15F;  // For each other value that the same label gives.
constexpr float rival_weight = 0.75F;  // How far another property's better claim pushes this one back.
constexpr float following_strength = 0.85F;
constexpr float following_below_strength = 0.6F;
constexpr float paid_strength = 0.5F;
constexpr float not_paid_beside_paid = 0.4F;
constexpr float not_paid = 0.4F;
constexpr float not_rounded = 0.4F;
constexpr float own_section = 0.6F;
constexpr float other_section = 0.2F;
constexpr float section_lines = 14;  // How far below its heading a section may reach.

/// Equal for equal values. Must not throw, whatever bytes a text has.
std::string key_of(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

float either(float a, float b) { return 1 - (1 - a) * (1 - b); }

/// What speaks for one property's value at one place of the document.
struct Claim {
  std::size_t property = 0;
  const Sighting* best = nullptr;
  float row = 0, column = 0, looks = 0, against = 0;
  float label = 0;

  void take(const Sighting& sighting) {
    if (sighting.against) {
      against = std::max(against, sighting.strength);
      return;
    }
    const bool vertical =
        sighting.place == Place::below || sighting.place == Place::oblique || sighting.place == Place::above;
    const bool unlabelled = sighting.place == Place::alone || sighting.place == Place::letter;
    float& kind = unlabelled ? looks : vertical ? column : row;
    kind = std::max(kind, sighting.strength);
    if (best == nullptr || sighting.strength > best->strength) best = &sighting;
    label = either(either(row, column), looks);
  }
};

class Weighing {
 public:
  Weighing(const SchemaView& schema, const Layout& layout, const Values& values, const Found& found)
      : schema_(schema), layout_(layout), values_(values), found_(found) {}

  std::vector<std::vector<Candidate>> run() {
    gather();
    find_sections();
    doubt_repeated_labels();
    for (Claim& claim : claims_) {
      claim.label *= 1 - claim.against;
      weigh_section(claim);
    }
    push_back_rivals();
    std::vector<std::vector<Candidate>> all(schema_.properties.size());
    for (std::size_t property = 0; property < all.size(); ++property)
      all[property] = rank(property);
    for (std::size_t property = 0; property < all.size(); ++property) {
      if (!found_.is_total[property]) continue;
      if (found_.rounding) compare_with_rounding(*found_.rounding, all[property]);
      if (found_.paid) compare_with_paid(*found_.paid, all[property]);
    }
    follow(all);
    return all;
  }

 private:
  const Cell& cell_of(const Claim& claim) const { return layout_.cells()[claim.best->reading.cell]; }

  /// One claim for each property and place, claims of the same place together.
  void gather() {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::size_t>, Claim> by_place;
    for (const Sighting& sighting : found_.sightings) {
      const std::uint32_t page = layout_.cells()[sighting.reading.cell].page;
      Claim& claim = by_place[{page, sighting.reading.begin, sighting.property}];
      claim.property = sighting.property;
      claim.take(sighting);
    }
    for (auto& [place, claim] : by_place) {
      if (claim.best != nullptr) claims_.push_back(claim);
    }
  }

  /// A label that gives another value each time is one of a table's lines: "19 % VAT" on every item.
  void doubt_repeated_labels() {
    std::map<std::pair<std::size_t, std::string_view>, std::set<std::string>> values;
    const auto key = [&](const Claim& claim) {
      return std::pair(claim.property, found_.hits[claim.best->hit].match.label);
    };
    const auto counts = [](const Claim& claim) {
      return claim.best->hit != ~0U &&
             (claim.best->place == Place::cell || claim.best->place == Place::right);
    };
    for (const Claim& claim : claims_) {
      if (counts(claim) && claim.best->strength >= 0.4F)
        values[key(claim)].insert(key_of(claim.best->reading.value));
    }
    for (Claim& claim : claims_) {
      if (!counts(claim)) continue;
      const auto found = values.find(key(claim));
      const std::size_t different = found == values.end() ? 1 : found->second.size();
      claim.label /= 1 + repeated_label_doubt * static_cast<float>(std::min<std::size_t>(different, 10) - 1);
    }
  }

  /// Labels of parties that stand alone in their cell head a block: "Lieferant", "Bill to:".
  void find_sections() {
    for (const Hit& hit : found_.hits) {
      if (hit.words_before > 0 || hit.words_after > 0) continue;
      for (const LabelUse& use : hit.match.uses) {
        const bool heads =
            schema_.properties[use.owner].shape == Shape::party && use.kind == LabelUse::Kind::label;
        if (heads && use.strength > 0.6F) sections_.push_back({&layout_.cells()[hit.cell], use.owner});
      }
    }
  }

  void weigh_section(Claim& claim) const {
    const Property& property = schema_.properties[claim.property];
    if (!property.part_of) return;
    const Cell& cell = cell_of(claim);
    const float line = layout_.line_height(cell.page);
    const Section* nearest = nullptr;
    float least = section_lines * line;
    for (const Section& section : sections_) {
      const Cell& head = *section.heading;
      const float down = cell.box.top - head.box.top;
      const float across = cell.box.left - head.box.left;
      if (head.page != cell.page || down < -0.5F * line || across < -line) continue;
      const float distance = std::max(down, 0.0F) + 0.3F * std::max(across, 0.0F);
      if (distance < least) {
        least = distance;
        nearest = &section;
      }
    }
    if (nearest == nullptr) return;
    const bool own = nearest->property == *property.part_of;
    claim.label = own ? either(claim.label, own_section * std::min(1.0F, 2 * claim.label))
                      : claim.label * other_section;
  }

  /// A value that stands better beside another property's label is less likely this one's.
  void push_back_rivals() {
    for (std::size_t first = 0; first < claims_.size();) {
      std::size_t last = first;
      while (last < claims_.size() && same_place(claims_[first], claims_[last]))
        ++last;
      std::vector<float> before;
      for (std::size_t i = first; i < last; ++i)
        before.push_back(claims_[i].label);
      for (std::size_t i = first; i < last; ++i) {
        float rival = 0;
        for (std::size_t j = first; j < last; ++j) {
          const bool same_label = claims_[i].best->hit == claims_[j].best->hit;
          if (j != i && !same_label && before[j - first] > before[i - first])
            rival = std::max(rival, before[j - first]);
        }
        claims_[i].label *= 1 - rival_weight * rival;
      }
      first = last;
    }
  }

  static bool is_amount(const Candidate& one, double amount) {
    const std::optional<double> value = amount_in(one.reading.value);
    return value && std::abs(*value - amount) < 0.005;
  }

  /// Of two totals that differ by what was added to round it, the later one was to be paid.
  void compare_with_rounding(double rounding, std::vector<Candidate>& ranked) const {
    for (Candidate& one : ranked) {
      const std::optional<double> value = amount_in(one.reading.value);
      if (!value) continue;
      const bool is_rounded = std::any_of(ranked.begin(), ranked.end(), [&](const Candidate& other) {
        return is_amount(other, *value - rounding);
      });
      if (!is_rounded) one.label *= not_rounded;
    }
    sort(ranked);
  }

  /// Cash less change is what the bill came to.
  void compare_with_paid(double paid, std::vector<Candidate>& ranked) const {
    const auto is_paid = [&](const Candidate& one) { return is_amount(one, paid); };
    const bool any = std::any_of(ranked.begin(), ranked.end(), is_paid);
    for (Candidate& one : ranked) {
      if (is_paid(one)) {
        one.label = either(one.label, paid_strength);
      } else {
        one.label *= any ? not_paid_beside_paid : not_paid;
      }
    }
    sort(ranked);
  }

  bool same_place(const Claim& a, const Claim& b) const {
    return cell_of(a).page == cell_of(b).page && a.best->reading.begin == b.best->reading.begin;
  }

  std::vector<Candidate> rank(std::size_t property) const {
    std::map<std::string, Candidate> by_value;
    std::map<std::string, std::vector<float>> others;
    for (const Claim& claim : claims_) {
      if (claim.property != property || claim.label <= 0.01F) continue;
      Candidate next = candidate(claim);
      const auto [known, is_new] = by_value.try_emplace(next.key, next);
      if (is_new) continue;
      others[next.key].push_back(std::min(next.label, known->second.label));
      if (next.score() > known->second.score()) known->second = next;
    }
    std::vector<Candidate> ranked;
    for (auto& [key, candidate] : by_value) {
      std::vector<float>& rest = others[key];
      std::sort(rest.rbegin(), rest.rend());
      candidate.places =
          1 + static_cast<int>(std::count_if(rest.begin(), rest.end(), [](float l) { return l >= 0.3F; }));
      for (std::size_t i = 0; i < std::min<std::size_t>(rest.size(), 3); ++i) {
        candidate.label = either(candidate.label, repeated_weight * rest[i]);
      }
      ranked.push_back(std::move(candidate));
    }
    sort(ranked);
    return ranked;
  }

  static Candidate candidate(const Claim& claim) {
    Candidate out;
    out.reading = claim.best->reading;
    out.key = key_of(claim.best->reading.value);
    out.place = claim.best->place;
    out.hit = claim.best->hit;
    out.label = claim.label;
    return out;
  }

  void sort(std::vector<Candidate>& ranked) const {
    std::stable_sort(ranked.begin(), ranked.end(), [&](const Candidate& a, const Candidate& b) {
      if (a.score() != b.score()) return a.score() > b.score();
      if (a.reading.cell != b.reading.cell) return a.reading.cell < b.reading.cell;
      return a.reading.begin < b.reading.begin;
    });
    if (ranked.size() > most_candidates) ranked.resize(most_candidates);
  }

  /// "Invoice 4711 of 5 March 2024": the date is found by the number before it, or right above it.
  void follow(std::vector<std::vector<Candidate>>& all) const {
    for (std::size_t property = 0; property < all.size(); ++property) {
      const auto leader = schema_.properties[property].follows;
      if (!leader || all[*leader].empty()) continue;
      const Candidate& first = all[*leader].front();
      const Cell& cell = layout_.cells()[first.reading.cell];
      const auto behind =
          read_piece(schema_, property, layout_, values_, first.reading.cell, first.reading.end, cell.end);
      if (!behind.empty() && behind.front().skipped <= 2) {
        add_follower(all[property], behind.front(), following_strength * first.label);
      } else if (const auto below = read_below(property, cell)) {
        add_follower(all[property], *below, following_below_strength * first.label);
      }
      sort(all[property]);
    }
  }

  /// A cell right below, flush with this one, that says nothing but the value.
  std::optional<Reading> read_below(std::size_t property, const Cell& cell) const {
    const float line = layout_.line_height(cell.page);
    const std::size_t row = cell.row + 1U;
    if (row >= layout_.rows().size() || layout_.rows()[row].page != cell.page) return std::nullopt;
    if (layout_.rows()[row].middle - cell.box.bottom > 1.5F * line) return std::nullopt;
    for (const std::uint32_t other : layout_.row_cells(static_cast<std::uint32_t>(row))) {
      const Cell& below = layout_.cells()[other];
      if (std::abs(below.box.left - cell.box.left) > line || values_.has_words(other)) continue;
      auto readings = read_piece(schema_, property, layout_, values_, other, below.begin, below.end);
      if (readings.size() == 1) return std::move(readings.front());
    }
    return std::nullopt;
  }

  static void add_follower(std::vector<Candidate>& ranked, const Reading& reading, float strength) {
    const std::string key = key_of(reading.value);
    for (Candidate& known : ranked) {
      if (known.key != key) continue;
      if (strength > known.label) {
        known.reading = reading;
        known.place = Place::follows;
        known.hit = ~0U;
      }
      known.label = either(known.label, strength);
      return;
    }
    Candidate next;
    next.reading = reading;
    next.key = key;
    next.place = Place::follows;
    next.label = strength;
    ranked.push_back(next);
  }

  struct Section {
    const Cell* heading = nullptr;
    std::size_t property = 0;
  };

  const SchemaView& schema_;
  const Layout& layout_;
  const Values& values_;
  const Found& found_;
  std::vector<Claim> claims_;
  std::vector<Section> sections_;
};

}  // namespace

std::vector<std::vector<Candidate>> weigh(const SchemaView& schema, const Layout& layout,
                                          const Values& values, const Found& found) {
  return Weighing(schema, layout, values, found).run();
}

}  // namespace docket::rules
