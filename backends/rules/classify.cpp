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
constexpr double words_of_keyword = 4;  // One that the user named tells as much as so many others.

constexpr float title_weight = 2.0F;    // The label's name, or a heading of such documents.
constexpr float phrase_weight = 1.9F;   // A keyword of several words,
constexpr float keyword_weight = 1.5F;  // and of one: a word of everyday may stand in any text.
constexpr float cue_weight = 1.0F;
constexpr float hint_weight = 0.3F;
constexpr float described_weight = 0.4F;  // A word of the label's description.
constexpr float filler_weight = 0.1F;     // A keyword that stands in any text.

constexpr double unproven = 0.45;   // Share of the rest that the label for it gets without evidence.
constexpr double speaks = 1;        // Points with which a label cannot be ruled out.
constexpr double mixed_points = 8;  // With which a second class is sure too,
constexpr double most_mixed = 0.5;  // and the most that either is then.

constexpr double narrow_points = 3.0;
constexpr double clock_points = 1.0;
constexpr double letter_points = 6.4;            // Alone, surely a letter.
constexpr std::size_t most_letter_words = 1500;  // A longer one that has a letter in it is something else.
constexpr std::size_t narrow_letters = 64;       // A longer line does not fit on a strip of paper.

constexpr float heading_factor = 2.5F;  // A title that is a whole line near the top…
constexpr float top_factor = 1.5F;      // … or begins one,
constexpr float passing_factor = 0.5F;  // … and one that is only mentioned.
constexpr float keyword_factor = 1.5F;  // A keyword near the top.

constexpr std::size_t most_tokens = 4000;  // A document says in its first pages what it is.
constexpr std::size_t top_lines = 25;
constexpr std::size_t most_bytes_beside =
    200;  // Bytes of its line that are looked at on each side of a term.

template <class Each>
void each_part(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    each(list.substr(0, bar));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
}

template <class Each>
void each_line(std::string_view text, Each each) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    each(text.substr(begin, end - begin));
    begin = end + 1;
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
      } else if (term == "{letter}") {
        set.letter[owner] = letter_points;
      } else {
        set.terms.add(term, {owner, LabelUse::Kind::label, weight});
      }
    });
  };
  add(kind.titles, title_weight);
  add(kind.cues, cue_weight);
  add(kind.hints, hint_weight);
}

bool means_rest(const Label& label) {
  static constexpr auto names = std::to_array<std::string_view>({
      "andere",        "anderes",   "anything",     "anythingelse", "autre",          "autres",
      "default",       "divers",    "diverses",     "else",         "everythingelse", "misc",
      "miscellaneous", "none",      "other",        "others",       "rest",           "sonstige",
      "sonstiges",     "unbekannt", "unclassified", "unknown",
  });
  const std::string letters = fold_letters(label.name);
  return std::find(names.begin(), names.end(), letters) != names.end();
}

/// Whether docket knows of it that it stands in documents of several kinds.
bool is_hint(const std::string& keyword) {
  const std::string letters = fold_letters(keyword);
  return std::ranges::any_of(document_kinds(), [&](const DocumentKind& kind) {
    bool found = false;
    each_part(kind.hints, [&](std::string_view term) { found = found || fold_letters(term) == letters; });
    return found;
  });
}

/// What a keyword that only one label has weighs.
float weight_of(const std::string& keyword, bool has_marks) {
  const Commonness common = commonness(keyword);
  if (common == Commonness::everyday) return hint_weight;
  if (common == Commonness::filler && !has_marks) return filler_weight;
  const bool has_letters = !fold_letters(keyword).empty();
  if (!has_letters || (!has_marks && is_hint(keyword))) return hint_weight;
  return has_marks || fold(keyword).tokens.size() > 1 ? phrase_weight : keyword_weight;
}

/// A star before a keyword is no mark: it finds the ends of longer words.
std::string_view without_star(std::string_view keyword) {
  return keyword.starts_with('*') ? keyword.substr(1) : keyword;
}

void add_keyword(LabelSet& set, const std::string& written, const Label& label, std::uint32_t owner,
                 std::size_t sharing) {
  Keyword keyword(without_star(written));
  const float weight = weight_of(written, keyword.has_marks()) / static_cast<float>(sharing);
  const LabelUse use{owner, LabelUse::Kind::label, weight};
  if (keyword.has_marks()) {
    set.marked.push_back({std::move(keyword), use});
    return;
  }
  set.terms.add(written, use);
  // Of a kind that docket knows, the weights were fitted to the longest terms.
  if (kind_called(label.name) == nullptr && fold_letters(written) != fold_letters(label.name))
    set.keywords.add(written, use);
}

/// How many of the labels have the keyword.
std::size_t owners_of(const std::string& keyword, const std::vector<Label>& labels) {
  const auto count = std::ranges::count_if(labels, [&](const Label& label) {
    return std::ranges::any_of(label.keywords,
                               [&](const std::string& other) { return Keyword(keyword) == Keyword(other); });
  });
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 1));
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
    if (word.size() < 4 || commonness(word) != Commonness::rare ||
        std::find(common.begin(), common.end(), word) != common.end())
      continue;
    terms.add(word, {owner, LabelUse::Kind::label, described_weight});
  }
}

std::string spaced(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return name;
}

enum class Form : std::uint8_t { other, letter, letter_with_money };

LabelIndex index_of(std::string_view list) {
  LabelIndex index;
  each_part(list, [&](std::string_view term) { index.add(term, {}); });
  index.build();
  return index;
}

/// "Dear Mrs Ash,"
bool opens_letter(const Folded& line, std::string_view text) {
  static const LabelIndex openings = index_of(letter_openings);
  LabelMatch match;
  const std::size_t last = text.find_last_not_of(" \t\r");
  return line.tokens.size() >= 2 && line.tokens.size() <= 10 && last != std::string_view::npos &&
         text[last] != '.' && openings.longest(line, 0, line.tokens.size(), match);
}

/// "Yours sincerely, Eleanor Ash"; "Thank you again, and kind regards"
bool closes_letter(const Folded& line) {
  static const LabelIndex closings = index_of(letter_closings);
  const std::size_t count = line.tokens.size();
  LabelMatch match;
  if (count == 0) return false;
  if (closings.longest(line, 0, count, match)) return match.last_token > 1 || count <= match.last_token + 3;
  for (std::size_t first = count > 6 ? count - 6 : 0; first + 1 < count; ++first)
    if (closings.longest(line, first, count, match) && match.last_token == count) return true;
  return false;
}

/// "€", "12.50", "400 pounds"
bool names_money(std::string_view text) {
  for (const char* sign : {"€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF", " euro", " Euro", " pounds",
                           " dollars", " Franken", " francs"})
    if (text.find(sign) != std::string_view::npos) return true;
  for (std::size_t at = 1; at + 2 < text.size(); ++at) {
    if ((text[at] != '.' && text[at] != ',') || !is_digit(text[at - 1])) continue;
    const char behind = at + 3 < text.size() ? text[at + 3] : ' ';
    if (is_digit(text[at + 1]) && is_digit(text[at + 2]) && !is_digit(behind) && behind != '.') return true;
  }
  return false;
}

/// `words` is how many the text has.
Form form_of(const Text& text, std::size_t words) {
  if (words > most_letter_words) return Form::other;
  bool opened = false, closed = false, money = false;
  for (const Page& page : text.pages) {
    money = money || names_money(page.text);
    each_line(page.text, [&](std::string_view line) {
      const Folded folded = fold(line);
      closed = closed || (opened && closes_letter(folded));
      opened = opened || opens_letter(folded, line);
    });
  }
  if (!closed) return Form::other;
  return money ? Form::letter_with_money : Form::letter;
}

/// Points of each class for a text.
class Scoring {
 public:
  Scoring(const LabelSet& labels, const Text& text)
      : labels_(labels), text_(text), points_(labels.classes), headed_(labels.classes) {}

  std::vector<double> run() {
    for (std::size_t page = 0; page < text_.pages.size() && words_ < most_tokens; ++page)
      read_page(page);
    for (const auto& [use, seen] : seen_)
      points_[use->owner] +=
          static_cast<double>(use->strength * place_factor(*use, seen)) * often(*use, seen);
    const bool narrow = is_narrow();
    const bool clock = has_clock();
    for (std::size_t i = 0; i < points_.size(); ++i) {
      // Looks confirm what the words say and say nothing without them.
      const double looks = (narrow ? labels_.narrow[i] : 0) + (clock ? labels_.clock[i] : 0);
      points_[i] += std::min(looks, points_[i]);
    }
    add_letter();
    return points_;
  }

  /// How much of what is needed to tell anything the text has, 0 to 1.
  double told() const {
    const auto named = std::ranges::count_if(seen_, [&](const auto& seen) {
      return seen.first->owner < labels_.names.size() && seen.first->strength >= keyword_weight &&
             seen.first->strength < title_weight;
    });
    const double words = static_cast<double>(words_) + words_of_keyword * static_cast<double>(named);
    return std::min(1.0, words / enough_words);
  }
  /// One of the class's titles fills a line.
  bool is_headed(std::size_t owner) const { return headed_[owner]; }

 private:
  struct Seen {
    int count = 0;
    float place = passing_factor;
  };

  struct Match {
    std::size_t begin = 0, end = 0;  // Bytes.
    const LabelUse* use = nullptr;
  };

  static float place_factor(const LabelUse& use, const Seen& seen) {
    if (use.strength >= title_weight) return seen.place;
    if (use.strength < keyword_weight) return 1;
    return seen.place >= top_factor ? keyword_factor : 1;
  }

  /// Twice is more than once, but a word that stands everywhere is still one word.
  static double often(const LabelUse& use, const Seen& seen) {
    if (use.strength <= filler_weight) return 1;
    return 1 + 0.35 * std::log2(static_cast<double>(std::min(seen.count, 8)));
  }

  void read_page(std::size_t page) {
    const std::string_view text = text_.pages[page].text;
    const Folded folded = fold(text.substr(0, std::min<std::size_t>(text.size(), most_tokens * 12)));
    const std::size_t most = std::min(folded.tokens.size(), most_tokens - words_);
    const std::size_t top = page == 0 ? end_of_top(text) : 0;
    for (const Match& match : weightiest(matches_in(text, folded, most)))
      see(match, text, top);
    words_ += folded.tokens.size();
  }

  std::vector<Match> matches_in(std::string_view text, const Folded& folded, std::size_t most) const {
    std::vector<LabelMatch> found;
    labels_.keywords.find(folded, 0, most, found);
    labels_.terms.find(folded, 0, most, found);
    std::vector<Match> matches;
    for (const LabelMatch& match : found)
      for (const LabelUse& use : match.uses)
        matches.push_back(
            {folded.tokens[match.first_token].begin, folded.tokens[match.last_token - 1].end, &use});
    for (const MarkedKeyword& marked : labels_.marked)
      for (const Keyword::Place& place : marked.keyword.find(text, folded, most))
        matches.push_back({place.begin, place.end, &marked.use});
    return matches;
  }

  /// Of those of a class that overlap, one.
  static std::vector<Match> weightiest(std::vector<Match> matches) {
    std::ranges::stable_sort(matches, [](const Match& a, const Match& b) {
      return a.use->owner != b.use->owner ? a.use->owner < b.use->owner : a.begin < b.begin;
    });
    std::vector<Match> kept;
    for (const Match& match : matches) {
      const bool overlaps =
          !kept.empty() && kept.back().use->owner == match.use->owner && match.begin < kept.back().end;
      if (!overlaps)
        kept.push_back(match);
      else if (match.use->strength > kept.back().use->strength)
        kept.back() = match;
    }
    return kept;
  }

  void see(const Match& match, std::string_view text, std::size_t top) {
    Seen& seen = seen_[match.use];
    ++seen.count;
    const float place = place_of(text, match.begin, match.end);
    if (match.begin < top) seen.place = std::max(seen.place, place);
    if (match.use->strength >= title_weight && place >= heading_factor) headed_[match.use->owner] = true;
  }

  /// The form of a letter is worth less the more speaks for another class.
  void add_letter() {
    const Form form = form_of(text_, words_);
    if (form == Form::other) return;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const bool is_named = i < labels_.names.size();
      if (labels_.letter[i] == 0 || (!is_named && form == Form::letter_with_money)) continue;
      double most = speaks;
      for (std::size_t k = 0; k < points_.size(); ++k)
        if (k != i && k != labels_.rest) most = std::max(most, points_[k]);
      points_[i] = std::max(points_[i], labels_.letter[i] - (most - speaks));
    }
  }

  /// Where the first lines end; blank ones are none.
  static std::size_t end_of_top(std::string_view text) {
    std::size_t lines = 0;
    for (std::size_t at = 1; at < text.size(); ++at) {
      lines += text[at] == '\n' && text[at - 1] != '\n' ? 1 : 0;
      if (lines == top_lines) return at;
    }
    return text.size();
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

  /// Does the term fill its cell of the line, or begin it? What stands farther away does not matter.
  static float place_of(std::string_view text, std::size_t begin, std::size_t end) {
    std::size_t first = begin;
    while (first > 0 && begin - first < most_bytes_beside && text[first - 1] != '\n' &&
           !(text[first - 1] == ' ' && first > 1 && text[first - 2] == ' '))
      --first;
    std::size_t last = end;
    while (last < text.size() && last - end < most_bytes_beside && text[last] != '\n' &&
           text.substr(last, 2) != "  ")
      ++last;
    const std::string_view behind = text.substr(end, last - end);
    if (behind.find("___") != std::string_view::npos || behind.find("....") != std::string_view::npos)
      return 1;  // A place of a form, to be filled in.
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
  std::vector<bool> headed_;
  std::unordered_map<const LabelUse*, Seen> seen_;
  std::size_t words_ = 0;
};

double rounded(double value) { return std::round(value * 10000) / 10000; }

/// Whether nothing tells the document from one of the user's labels that docket does not know.
bool may_be_unknown(const LabelSet& labels, const std::vector<double>& points) {
  return labels.is_rest_open ||
         std::ranges::any_of(labels.unknown, [&](std::size_t label) { return points[label] >= speaks; });
}

/// Whether the document shows itself to be of two classes that have not both the label for the rest.
bool is_mixed(const Scoring& scoring, const std::vector<double>& points, std::size_t labels) {
  const auto is_sure = [&](std::size_t owner) {
    return scoring.is_headed(owner) && points[owner] >= mixed_points;
  };
  std::size_t sure_labels = 0, sure_others = 0;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (is_sure(i)) ++(i < labels ? sure_labels : sure_others);
  return sure_labels > 1 || (sure_labels == 1 && sure_others > 0);
}

/// The probability that it is what the label for the rest is for, if it is none of the other labels.
double probability_of_rest(const LabelSet& labels, const std::vector<double>& points) {
  const double most = std::max(*std::ranges::max_element(points) * slope, threshold);
  const auto weight = [&](std::size_t i) { return points[i] > 0 ? std::exp(slope * points[i] - most) : 0; };
  double shown = weight(labels.rest);
  if (!may_be_unknown(labels, points))
    for (std::size_t i = labels.names.size(); i < points.size(); ++i)
      shown += weight(i);
  return shown / (shown + std::exp(threshold - most));
}

/// The probability of each class.
std::vector<double> probabilities(const std::vector<double>& points) {
  const double most = points.empty() ? 0 : *std::max_element(points.begin(), points.end());
  const double shift = std::max(slope * most, threshold);  // So that no exponential overflows.
  double sum = std::exp(threshold - shift);
  for (const double p : points)
    sum += std::exp(slope * p - shift);
  std::vector<double> found;
  for (const double p : points)
    found.push_back(p > 0 ? std::exp(slope * p - shift) / sum : 0);
  return found;
}

}  // namespace

std::shared_ptr<const LabelSet> read_labels(const std::vector<Label>& labels) {
  auto set = std::make_shared<LabelSet>();
  set->narrow.resize(labels.size() + document_kinds().size());
  set->clock.resize(labels.size() + document_kinds().size());
  set->letter.resize(labels.size() + document_kinds().size());
  std::vector<const DocumentKind*> named;
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    const Label& label = labels[i];
    set->names.push_back(label.name);
    for (const std::string& keyword : label.keywords)
      add_keyword(*set, keyword, label, i, owners_of(keyword, labels));
    if (means_rest(label) && set->rest == ~std::size_t{0}) {
      set->rest = i;
      continue;
    }
    set->terms.add(spaced(label.name), {i, LabelUse::Kind::label, title_weight});
    add_description(set->terms, label.description, i);
    if (const DocumentKind* kind = kind_called(label.name)) {
      add_kind(*set, *kind, i);
      named.push_back(kind);
    } else {
      set->unknown.push_back(i);
      set->is_rest_open = set->is_rest_open || label.keywords.empty();
    }
  }
  auto next = static_cast<std::uint32_t>(labels.size());
  for (const DocumentKind& kind : document_kinds()) {
    if (!kind.competes || std::find(named.begin(), named.end(), &kind) != named.end()) continue;
    add_kind(*set, kind, next++);
  }
  set->classes = next;
  set->terms.build();
  set->keywords.build();
  return set;
}

json classify(const LabelSet& labels, const Text& text) {
  Scoring scoring(labels, text);
  const std::vector<double> points = scoring.run();
  const std::vector<double> found = probabilities(points);
  const double told = scoring.told();
  json scores = json::object();
  double named = 0;  // Probability of the user's labels.
  std::size_t best = ~std::size_t{0};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool is_named = i < labels.names.size() && i != labels.rest;
    if (!is_named) continue;
    named += told * found[i];
    scores[labels.names[i]] = rounded(told * found[i]);
    if (found[i] > 0 && (best == ~std::size_t{0} || found[i] > found[best])) best = i;
  }
  double confidence = best == ~std::size_t{0} ? 0 : told * found[best];
  const double rest = told - named;
  if (labels.rest != ~std::size_t{0}) {
    const double proven = rest * std::max(unproven, probability_of_rest(labels, points));
    scores[labels.names[labels.rest]] = rounded(proven);
    if (rest > confidence) {
      best = labels.rest;
      confidence = proven;
    }
  }
  if (is_mixed(scoring, points, labels.names.size())) confidence = std::min(confidence, most_mixed);
  const bool known = best != ~std::size_t{0} && (labels.rest != ~std::size_t{0} || confidence > 1 - named);
  return {{"label", known ? json(labels.names[best]) : json()},
          {"confidence", known ? rounded(confidence) : 0.0},
          {"scores", std::move(scores)}};
}

}  // namespace docket::rules
