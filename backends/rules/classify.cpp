#include "backends/rules/classify.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "backends/rules/vocabulary.h"

namespace docket::rules {
namespace {

using nlohmann::json;

// Fitted; see the header.
constexpr double slope = 1.2;
constexpr double threshold = 5.0;
constexpr double enough_words = 25;

constexpr float title_weight = 2.0F;    // The label's name, or a heading of such documents.
constexpr float phrase_weight = 1.9F;   // A keyword of several words,
constexpr float keyword_weight = 1.5F;  // and of one: a word of everyday may stand in any text.
constexpr float cue_weight = 1.0F;
constexpr float hint_weight = 0.3F;
constexpr float described_weight = 0.4F;  // A word of the label's description.

constexpr double narrow_points = 3.0;
constexpr double clock_points = 1.0;
constexpr std::size_t narrow_letters = 64;  // A longer line does not fit on a strip of paper.

constexpr float heading_factor = 2.5F;  // A title that is a whole line near the top…
constexpr float top_factor = 1.5F;      // … or begins one,
constexpr float passing_factor = 0.5F;  // … and one that is only mentioned.
constexpr float keyword_factor = 1.5F;  // A keyword near the top.

constexpr std::size_t most_tokens = 4000;  // A document says in its first pages what it is.
constexpr std::size_t top_lines = 25;

template <class Each>
void each_part(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    each(list.substr(0, bar));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
}

const DocumentKind* kind_called(std::string_view name) {
  const std::string letters = fold_letters(name);
  for (const DocumentKind& kind : document_kinds()) {
    bool same = false;
    each_part(kind.names, [&](std::string_view known) { same = same || fold_letters(known) == letters; });
    if (same) return &kind;
  }
  return nullptr;
}

void add_kind(LabelSet& set, const DocumentKind& kind, std::uint32_t owner) {
  const auto add = [&](std::string_view list, float weight) {
    each_part(list, [&](std::string_view term) {
      if (term == "{narrow}") {
        set.narrow[owner] = narrow_points;
      } else if (term == "{clock}") {
        set.clock[owner] = clock_points;
      } else {
        set.terms.add(term, {owner, LabelUse::Kind::label, weight});
      }
    });
  };
  add(kind.titles, title_weight);
  add(kind.cues, cue_weight);
  add(kind.hints, hint_weight);
}

bool is_rest(const Label& label) {
  static constexpr auto names = std::to_array<std::string_view>({
      "andere",        "anderes",   "anything",     "anythingelse", "autre",          "autres",
      "default",       "divers",    "diverses",     "else",         "everythingelse", "misc",
      "miscellaneous", "none",      "other",        "others",       "rest",           "sonstige",
      "sonstiges",     "unbekannt", "unclassified", "unknown",
  });
  const std::string letters = fold_letters(label.name);
  return label.keywords.empty() && std::find(names.begin(), names.end(), letters) != names.end();
}

/// Words of a description that may tell something: not the short ones that stand everywhere.
void add_description(LabelIndex& terms, const std::string& description, std::uint32_t owner) {
  static constexpr auto common = std::to_array<std::string_view>({
      "about", "also",  "anything", "avec",       "between",  "contains",  "dans", "das",  "dem",
      "den",   "der",   "des",      "die",        "document", "documents", "does", "ein",  "eine",
      "einem", "einen", "einer",    "everything", "for",      "from",      "have", "made", "mit",
      "not",   "oder",  "only",     "other",      "over",     "pour",      "some", "such", "text",
      "than",  "that",  "their",    "them",       "there",    "these",     "they", "this", "und",
      "une",   "von",   "which",    "with",       "your",     "zwischen",
  });
  const Folded folded = fold(description);
  for (std::size_t i = 0; i < folded.tokens.size(); ++i) {
    const std::string_view word = folded.token(i);
    if (word.size() < 4 || std::find(common.begin(), common.end(), word) != common.end()) continue;
    terms.add(word, {owner, LabelUse::Kind::label, described_weight});
  }
}

std::string spaced(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return name;
}

/// Points of each class for a text.
class Scoring {
 public:
  Scoring(const LabelSet& labels, const Text& text) : labels_(labels), text_(text), points_(labels.classes) {}

  std::vector<double> run() {
    for (std::size_t page = 0; page < text_.pages.size() && words_ < most_tokens; ++page)
      read_page(page);
    for (const auto& [term, seen] : seen_) {
      // Twice is more than once, but a word that stands everywhere is still one word.
      const double often = 1 + 0.35 * std::log2(static_cast<double>(std::min(seen.count, 8)));
      for (const LabelUse& use : seen.uses) {
        points_[use.owner] += static_cast<double>(use.strength * place_factor(use, seen)) * often;
      }
    }
    const bool narrow = is_narrow();
    const bool clock = has_clock();
    for (std::size_t i = 0; i < points_.size(); ++i) {
      // Looks confirm what the words say and say nothing without them.
      const double looks = (narrow ? labels_.narrow[i] : 0) + (clock ? labels_.clock[i] : 0);
      points_[i] += std::min(looks, points_[i]);
    }
    return points_;
  }

  std::size_t words() const { return words_; }

 private:
  struct Seen {
    int count = 0;
    float place = passing_factor;
    std::span<const LabelUse> uses;
  };

  static float place_factor(const LabelUse& use, const Seen& seen) {
    if (use.strength >= title_weight) return seen.place;
    if (use.strength < keyword_weight) return 1;
    return seen.place >= top_factor ? keyword_factor : 1;
  }

  void read_page(std::size_t page) {
    const std::string_view text = text_.pages[page].text;
    const Folded folded = fold(text.substr(0, std::min<std::size_t>(text.size(), most_tokens * 12)));
    std::vector<LabelMatch> matches;
    labels_.terms.find(folded, 0, std::min(folded.tokens.size(), most_tokens - words_), matches);
    words_ += folded.tokens.size();
    std::size_t line = 0, at = 0;
    for (const LabelMatch& match : matches) {
      const std::size_t begin = folded.tokens[match.first_token].begin;
      const std::size_t end = folded.tokens[match.last_token - 1].end;
      for (; at < begin; ++at)
        line += text[at] == '\n' && at > 0 && text[at - 1] != '\n' ? 1 : 0;
      Seen& seen = seen_[match.label];
      seen.uses = match.uses;
      ++seen.count;
      if (page == 0 && line < top_lines) seen.place = std::max(seen.place, place_of(text, begin, end));
    }
  }

  /// One page of some lines, none of them long, as tills print them.
  bool is_narrow() const {
    if (text_.pages.size() != 1) return false;
    const std::string_view text = text_.pages[0].text;
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::size_t first = std::min(text.find_first_not_of(' ', begin), end);
      if (end - first > narrow_letters) return false;
      lines += end > first ? 1 : 0;
      begin = end + 1;
    }
    return lines >= 10;
  }

  /// 18:22
  bool has_clock() const {
    if (text_.pages.empty()) return false;
    const std::string_view text = text_.pages[0].text;
    for (std::size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
      if (at < 2 || at + 2 >= text.size()) continue;
      const bool digits = is_digit(text[at - 1]) && is_digit(text[at + 1]) && is_digit(text[at + 2]);
      if (digits && text[at + 1] < '6' && (is_digit(text[at - 2]) || text[at - 2] == ' ')) return true;
    }
    return false;
  }

  /// Does the term fill its cell of the line, or begin it?
  static float place_of(std::string_view text, std::size_t begin, std::size_t end) {
    std::size_t first = begin;
    while (first > 0 && text[first - 1] != '\n' &&
           !(text[first - 1] == ' ' && first > 1 && text[first - 2] == ' '))
      --first;
    std::size_t last = end;
    while (last < text.size() && text[last] != '\n' && text.substr(last, 2) != "  ")
      ++last;
    const auto letters = [&](std::size_t from, std::size_t to) {
      return std::count_if(text.begin() + static_cast<std::ptrdiff_t>(from),
                           text.begin() + static_cast<std::ptrdiff_t>(to), is_alpha);
    };
    const auto before = letters(first, begin);
    const auto after = letters(end, last);
    if (before == 0 && after <= 3) return heading_factor;
    if (before <= 10 && after <= 25) return 0.8F * heading_factor;
    return before == 0 ? top_factor : 1;
  }

  const LabelSet& labels_;
  const Text& text_;
  std::vector<double> points_;
  std::unordered_map<std::string_view, Seen> seen_;
  std::size_t words_ = 0;
};

double rounded(double value) { return std::round(value * 10000) / 10000; }

}  // namespace

std::shared_ptr<const LabelSet> read_labels(const std::vector<Label>& labels) {
  auto set = std::make_shared<LabelSet>();
  set->narrow.resize(labels.size() + document_kinds().size());
  set->clock.resize(labels.size() + document_kinds().size());
  std::vector<const DocumentKind*> named;
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    const Label& label = labels[i];
    set->names.push_back(label.name);
    if (is_rest(label) && set->rest == ~std::size_t{0}) {
      set->rest = i;
      continue;
    }
    set->terms.add(spaced(label.name), {i, LabelUse::Kind::label, title_weight});
    for (const std::string& keyword : label.keywords) {
      const bool phrase = fold(keyword).tokens.size() > 1;
      set->terms.add(keyword, {i, LabelUse::Kind::label, phrase ? phrase_weight : keyword_weight});
    }
    add_description(set->terms, label.description, i);
    if (const DocumentKind* kind = kind_called(label.name)) {
      add_kind(*set, *kind, i);
      named.push_back(kind);
    }
  }
  auto next = static_cast<std::uint32_t>(labels.size());
  for (const DocumentKind& kind : document_kinds()) {
    if (!kind.competes || std::find(named.begin(), named.end(), &kind) != named.end()) continue;
    add_kind(*set, kind, next++);
  }
  set->classes = next;
  set->terms.build();
  return set;
}

json classify(const LabelSet& labels, const Text& text) {
  Scoring scoring(labels, text);
  const std::vector<double> points = scoring.run();
  const double most = points.empty() ? 0 : *std::max_element(points.begin(), points.end());
  const double shift = std::max(slope * most, threshold);  // So that no exponential overflows.
  const double none = std::exp(threshold - shift);
  double sum = none;
  for (const double p : points)
    sum += std::exp(slope * p - shift);
  const double told = std::min(1.0, static_cast<double>(scoring.words()) / enough_words);
  json scores = json::object();
  double named = 0;
  std::size_t best = ~std::size_t{0};
  double best_probability = 0;
  for (std::size_t i = 0; i < labels.names.size(); ++i) {
    if (i == labels.rest) continue;
    const double probability = told * (points[i] > 0 ? std::exp(slope * points[i] - shift) / sum : 0);
    named += probability;
    scores[labels.names[i]] = rounded(probability);
    if (probability > best_probability) {
      best = i;
      best_probability = probability;
    }
  }
  const double rest = told * (1 - named / std::max(told, 1e-9));
  if (labels.rest != ~std::size_t{0}) {
    scores[labels.names[labels.rest]] = rounded(rest);
    if (rest > best_probability) {
      best = labels.rest;
      best_probability = rest;
    }
  }
  const bool known =
      best != ~std::size_t{0} && (labels.rest != ~std::size_t{0} || best_probability > 1 - named);
  return {{"label", known ? json(labels.names[best]) : json()},
          {"confidence", known ? rounded(best_probability) : 0.0},
          {"scores", std::move(scores)}};
}

}  // namespace docket::rules
