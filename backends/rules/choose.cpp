#include "backends/rules/choose.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "pipeline/json/condition_set.h"

namespace docket::rules {
namespace {

using nlohmann::json;

constexpr float failed_factor = 0.1F;      // A combination that fails a check is that much less likely.
constexpr float same_place_factor = 0.3F;  // So is one that gives two properties the same figure.
constexpr float sum_label = 0.2F;      // A sum that nobody wrote is believed only when a check confirms it.
constexpr int most_evaluations = 150;  // Of checks, for one document.
constexpr std::size_t checked_at_once = 8;  // Combinations: the best is mostly among the first.
constexpr std::size_t most_combinations = 4096;
constexpr float rival_share = 0.2F;  // Less likely combinations are no rivals.

using CheckState = CheckResult::State;

bool has_not_passed(const CheckResult& result) {
  return result.state == CheckState::failed || result.state == CheckState::error;
}

/// Properties that checks join, directly or by way of others.
struct Group {
  std::vector<std::size_t> properties;
  std::vector<const Check*> checks;
};

class Groups {
 public:
  Groups(const SchemaView& schema, const std::vector<Check>& checks)
      : schema_(schema), of_(schema.properties.size()) {
    std::iota(of_.begin(), of_.end(), std::size_t{0});
    for (const Check& check : checks) {
      if (check.condition == nullptr) continue;
      const std::vector<std::size_t> read = properties(check);
      for (const std::size_t property : read)
        merge(read[0], property);
    }
    for (const Check& check : checks) {
      if (check.condition == nullptr) continue;
      if (const std::vector<std::size_t> read = properties(check); !read.empty())
        group(of_[read[0]]).checks.push_back(&check);
    }
  }

  std::vector<Group> groups;

 private:
  std::vector<std::size_t> properties(const Check& check) const {
    std::vector<std::size_t> read;
    for (std::size_t i = 0; i < schema_.properties.size(); ++i) {
      const auto& members = check.condition->members();
      if (std::find(members.begin(), members.end(), schema_.properties[i].name) != members.end())
        read.push_back(i);
    }
    return read;
  }

  void merge(std::size_t a, std::size_t b) {
    const std::size_t from = of_[b], to = of_[a];
    for (std::size_t& one : of_) {
      if (one == from) one = to;
    }
  }

  Group& group(std::size_t root) {
    for (Group& known : groups) {
      if (of_[known.properties[0]] == root) return known;
    }
    Group fresh;
    for (std::size_t i = 0; i < of_.size(); ++i) {
      if (of_[i] == root) fresh.properties.push_back(i);
    }
    groups.push_back(std::move(fresh));
    return groups.back();
  }

  const SchemaView& schema_;
  std::vector<std::size_t> of_;
};

/// One candidate for each property of a group; -1: none.
struct Combination {
  std::vector<int> picks;
  float likelihood = 0;
};

class Chooser {
 public:
  Chooser(const SchemaView& schema, const std::vector<std::vector<Candidate>>& candidates)
      : schema_(schema), candidates_(candidates), choices_(candidates.size()) {}

  std::vector<Choice> run(const std::vector<Group>& groups) {
    for (std::size_t property = 0; property < candidates_.size(); ++property)
      choose_alone(property);
    for (const Group& group : groups)
      choose_together(group);
    return std::move(choices_);
  }

 private:
  void choose_alone(std::size_t property) {
    const std::vector<Candidate>& own = candidates_[property];
    if (own.empty() || own[0].derived) return;
    choices_[property].chosen = &own[0];
    if (own.size() < 2 || own[1].derived) return;
    choices_[property].rival = &own[1];
    choices_[property].margin = 1 - own[1].score() / std::max(own[0].score(), 1e-6F);
  }

  void choose_together(const Group& group) {
    const std::vector<Combination> combinations = combine(group);
    const Combination* best = nullptr;
    float best_worth = 0;
    std::vector<std::pair<const Combination*, float>> judged;
    std::vector<std::vector<CheckResult>> results;  // Of the first combinations.
    for (std::size_t i = 0; i < combinations.size(); ++i) {
      const Combination& combination = combinations[i];
      if (evaluations_ >= most_evaluations || combination.likelihood < rival_share * best_worth) break;
      if (i == results.size()) check_more(group, combinations, results);
      const float worth = combination.likelihood * judge(group, combination, results[i]);
      judged.emplace_back(&combination, worth);
      if (worth > best_worth) {
        best_worth = worth;
        best = &combination;
      }
    }
    if (best == nullptr) return;
    for (std::size_t i = 0; i < group.properties.size(); ++i)
      settle(group, i, *best, best_worth, judged);
    record_checks(group, *best, results[static_cast<std::size_t>(best - combinations.data())]);
  }

  /// Asks the checks about the next combinations, all at once.
  void check_more(const Group& group, const std::vector<Combination>& combinations,
                  std::vector<std::vector<CheckResult>>& results) const {
    std::vector<std::shared_ptr<const Condition>> checks;
    for (const Check* check : group.checks)
      checks.push_back(check->condition);
    const std::size_t end = std::min(combinations.size(), results.size() + checked_at_once);
    std::vector<json> fields;
    for (std::size_t i = results.size(); i < end; ++i)
      fields.push_back(fields_of(group, combinations[i]));
    for (std::vector<CheckResult>& more : evaluate_checks(checks, fields))
      results.push_back(std::move(more));
  }

  void settle(const Group& group, std::size_t i, const Combination& best, float best_worth,
              const std::vector<std::pair<const Combination*, float>>& judged) {
    const std::vector<Candidate>& own = candidates_[group.properties[i]];
    Choice& choice = choices_[group.properties[i]];
    if (best.picks[i] < 0) return;
    choice.chosen = &own[static_cast<std::size_t>(best.picks[i])];
    choice.rival = nullptr;
    choice.margin = 1;
    for (const auto& [combination, worth] : judged) {
      if (combination->picks[i] == best.picks[i] || combination->picks[i] < 0) continue;
      const float margin = 1 - worth / std::max(best_worth, 1e-6F);
      if (choice.rival != nullptr && margin >= choice.margin) continue;
      choice.margin = margin;
      choice.rival = &own[static_cast<std::size_t>(combination->picks[i])];
    }
  }

  std::vector<Combination> combine(const Group& group) const {
    std::vector<Combination> all{{{}, 1}};
    const std::size_t most = group.properties.size() <= 3 ? 6 : group.properties.size() <= 5 ? 4 : 2;
    for (const std::size_t property : group.properties) {
      const std::size_t count = std::min(candidates_[property].size(), most);
      std::vector<Combination> longer;
      for (const Combination& prefix : all) {
        if (count == 0) longer.push_back(extended(prefix, -1, 1));
        for (std::size_t i = 0; i < count; ++i) {
          longer.push_back(
              extended(prefix, static_cast<int>(i), std::max(candidates_[property][i].score(), 0.01F)));
        }
      }
      all = std::move(longer);
      if (all.size() > most_combinations) break;
    }
    if (all.size() > most_combinations) return {};
    for (Combination& combination : all)
      combination.likelihood *= places_factor(group, combination);
    std::stable_sort(all.begin(), all.end(),
                     [](const Combination& a, const Combination& b) { return a.likelihood > b.likelihood; });
    return all;
  }

  static Combination extended(const Combination& prefix, int pick, float likelihood) {
    Combination longer = prefix;
    longer.picks.push_back(pick);
    longer.likelihood *= likelihood;
    return longer;
  }

  const Candidate* candidate(const Group& group, const Combination& combination, std::size_t i) const {
    const int pick = combination.picks[i];
    return pick < 0 ? nullptr : &candidates_[group.properties[i]][static_cast<std::size_t>(pick)];
  }

  float places_factor(const Group& group, const Combination& combination) const {
    float factor = 1;
    for (std::size_t i = 0; i < combination.picks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Candidate* a = candidate(group, combination, i);
        const Candidate* b = candidate(group, combination, j);
        const bool same = a != nullptr && b != nullptr && a->reading.cell == b->reading.cell &&
                          a->reading.begin == b->reading.begin;
        if (same && a->hit != b->hit) factor *= same_place_factor;
      }
    }
    return factor;
  }

  json fields_of(const Group& group, const Combination& combination) const {
    json fields = json::object();
    for (const Property& property : schema_.properties)
      fields[property.name] = nullptr;
    for (std::size_t i = 0; i < group.properties.size(); ++i) {
      const Candidate* one = candidate(group, combination, i);
      if (one != nullptr) fields[schema_.properties[group.properties[i]].name] = one->reading.value;
    }
    return fields;
  }

  /// What the checks make of a combination, as a factor. A sum that no check confirms is worth nothing.
  float judge(const Group& group, const Combination& combination, const std::vector<CheckResult>& results) {
    float factor = 1;
    bool confirmed = false;
    for (const CheckResult& result : results) {
      ++evaluations_;
      if (has_not_passed(result)) factor *= failed_factor;
      confirmed = confirmed || result.state == CheckState::passed;
    }
    for (std::size_t i = 0; i < combination.picks.size(); ++i) {
      const Candidate* one = candidate(group, combination, i);
      if (one != nullptr && one->derived && (!confirmed || factor < 1)) return 0;
    }
    return factor;
  }

  void record_checks(const Group& group, const Combination& best, const std::vector<CheckResult>& results) {
    bool with_sum = false;
    for (std::size_t i = 0; i < best.picks.size(); ++i) {
      const Candidate* one = candidate(group, best, i);
      with_sum = with_sum || (one != nullptr && one->derived);
    }
    for (std::size_t c = 0; c < results.size(); ++c) {
      const Check* const check = group.checks[c];
      const CheckState state = results[c].state;
      if (state == CheckState::not_applicable) continue;
      const auto& members = check->condition->members();
      for (std::size_t i = 0; i < group.properties.size(); ++i) {
        const std::string& property = schema_.properties[group.properties[i]].name;
        if (best.picks[i] < 0 || std::find(members.begin(), members.end(), property) == members.end())
          continue;
        Choice& choice = choices_[group.properties[i]];
        choice.joined_by_sum = choice.joined_by_sum || (with_sum && state == CheckState::passed);
        (state == CheckState::passed ? choice.passed : choice.failed).push_back(check->name);
      }
    }
  }

  const SchemaView& schema_;
  const std::vector<std::vector<Candidate>>& candidates_;
  std::vector<Choice> choices_;
  int evaluations_ = 0;
};

/// The sum of all values that stand beside labels of the property, each row once.
void add_sum(std::size_t property, const Layout& layout, const Found& found,
             std::vector<Candidate>& candidates) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> rows;
  double sum = 0;
  const Sighting* first = nullptr;
  for (const Sighting& sighting : found.sightings) {
    const bool beside = sighting.place == Place::right || sighting.place == Place::cell;
    if (sighting.property != property || sighting.against || !beside || sighting.strength < 0.5F) continue;
    const Cell& cell = layout.cells()[sighting.reading.cell];
    if (!rows.insert({cell.row, sighting.hit}).second) continue;
    sum += sighting.reading.value.get<double>();
    if (first == nullptr) first = &sighting;
  }
  if (rows.size() < 2 || rows.size() > 6) return;
  Candidate candidate;
  candidate.reading = first->reading;
  candidate.reading.value = std::round(sum * 100) / 100;
  candidate.reading.format = 1;
  candidate.key = candidate.reading.value.dump();
  for (const Candidate& known : candidates) {
    if (known.key == candidate.key) return;
  }
  candidate.place = first->place;
  candidate.hit = first->hit;
  candidate.label = sum_label;
  candidate.derived = true;
  // It must be among those that are combined, and must never be chosen without them.
  const auto at = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(candidates.size()), 3);
  candidates.insert(candidates.begin() + at, std::move(candidate));
}

}  // namespace

std::vector<Choice> choose(const SchemaView& schema, const std::vector<Check>& checks, const Layout& layout,
                           const Found& found, std::vector<std::vector<Candidate>>& candidates) {
  for (std::size_t property = 0; property < candidates.size(); ++property) {
    const Property& wanted = schema.properties[property];
    if (wanted.may_be_sum && wanted.shape == Shape::amount && !wanted.as_text)
      add_sum(property, layout, found, candidates[property]);
  }
  return Chooser(schema, candidates).run(Groups(schema, checks).groups);
}

}  // namespace docket::rules
