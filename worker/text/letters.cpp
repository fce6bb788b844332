#include "worker/text/letters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

/// Per cent of a to z, the mean of English, German, French, Spanish, Italian and Dutch; accented letters left
/// out.
constexpr std::array<double, 26> usual = {8.5, 1.4, 3.2, 4.2, 14.5, 1.5, 1.8, 3.0, 7.5, 0.4, 0.9, 4.5, 2.8,
                                          7.6, 6.2, 2.5, 0.6, 6.7,  6.5, 7.0, 4.3, 1.6, 1.2, 0.3, 0.9, 1.0};
constexpr double no_letter = 0.03;  ///< Per cent.

using Counts = std::array<double, 128>;

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

/// `XXXXXXXX` is what somebody blackened, or a line.
bool has_run_of_one(std::string_view word) {
  constexpr std::size_t shortest = 3;
  std::size_t run = 1;
  for (std::size_t i = 1; i < word.size() && run < shortest; ++i)
    run = word[i] == word[i - 1] ? run + 1 : 1;
  return run >= shortest;
}

/// Two letters or more; what has a digit in it, or several parts, is a code or an address.
bool counts_as_word(std::string_view word) {
  const auto parts = [](char c) { return c == '-' || c == '/' || c == '.'; };
  return word.size() >= 2 && std::none_of(word.begin(), word.end(), is_digit) &&
         std::none_of(word.begin(), word.end() - 1, parts) && !has_run_of_one(word);
}

/// Words of one length are a list of codes, not a language.
struct Words {
  std::size_t count = 0;
  std::array<std::size_t, 32> of_length = {};
  Counts letters = {};

  bool are_of_one_length() const { return std::ranges::max(of_length) * 2 > count; }
};

Words count_words(const Text& text) {
  Words words;
  for (const Page& page : text.pages) {
    for (std::size_t first = 0; first < page.text.size();) {
      const auto begin = page.text.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end = std::find_if(begin, page.text.end(), [](char c) { return c == ' ' || c == '\n'; });
      const auto last = static_cast<std::size_t>(end - page.text.begin());
      const std::string_view word = std::string_view(page.text).substr(first, last - first);
      first = last + 1;
      if (!counts_as_word(word)) continue;
      ++words.count;
      ++words.of_length[std::min(word.size(), words.of_length.size() - 1)];
      for (const char c : word) {
        if (is_small_letter(static_cast<char>(c | 0x20))) ++words.letters[static_cast<std::size_t>(c)];
      }
    }
  }
  return words;
}

double usual_share(int c) {
  const int lower = c | 0x20;
  if (c < 'A' || c > 'z' || lower < 'a' || lower > 'z') return no_letter;
  return usual[static_cast<std::size_t>(lower - 'a')];
}

/// Mean logarithm of the letters' usual frequency, after each is moved. That of a language is about -2.9.
template <class Moved>
double fit(const Counts& counts, double all, Moved moved) {
  double sum = 0;
  for (int c = 0; c < 128; ++c) {
    if (counts[static_cast<std::size_t>(c)] > 0)
      sum += counts[static_cast<std::size_t>(c)] * std::log(usual_share(moved(c)) / 100);
  }
  return sum / all;
}

int along_alphabet(int c, int by) {
  const int first = c >= 'a' ? 'a' : 'A';
  return first + (c - first + by) % 26;
}

/// The letters without their case.
std::array<double, 26> without_case(const Counts& counts) {
  std::array<double, 26> letters = {};
  for (int c = 'A'; c <= 'z'; ++c) {
    const int lower = c | 0x20;
    if (lower >= 'a' && lower <= 'z')
      letters[static_cast<std::size_t>(lower - 'a')] += counts[static_cast<std::size_t>(c)];
  }
  return letters;
}

/// How many kinds of letters there are, those that are rare counted less.
double letter_kinds(const std::array<double, 26>& letters, double all) {
  double entropy = 0;
  for (const double n : letters) {
    if (n > 0) entropy -= n / all * std::log(n / all);
  }
  return std::exp(entropy);
}

/// Whether some letters are much more frequent than others, whichever they are: two letters of a language are
/// the same in 5.5 of 100 cases or more, of random ones in 3.8.
bool has_frequent_letters(const std::array<double, 26>& letters, double all) {
  double same = 0;
  for (const double n : letters)
    same += n * (n - 1);
  return same > 0.05 * all * (all - 1);
}

}  // namespace

bool are_letters_exchanged(const Text& text) {
  const Words words = count_words(text);
  const Counts& counts = words.letters;
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  const std::array<double, 26> letters = without_case(counts);
  if (all < 60 || letter_kinds(letters, all) < 10 || words.are_of_one_length()) return false;
  const double as_it_is = fit(counts, all, [](int c) { return c; });
  double best = as_it_is;
  for (int by = 1; by < 26; ++by)
    best = std::max(best, fit(counts, all, [by](int c) { return along_alphabet(c, by); }));
  for (int by = -40; by <= 40; ++by)
    best = std::max(best, fit(counts, all, [by](int c) { return c + by; }));
  const bool is_moved = best > -3.05 && best - as_it_is > 0.3;
  return is_moved || (all >= 150 && as_it_is < -3.6 && has_frequent_letters(letters, all));
}

}  // namespace docket::worker
