#include "worker/letters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>

namespace docket::worker {
namespace {

/// Per cent of a to z, the mean of English, German, French, Spanish, Italian and Dutch; accented letters left
/// out.
constexpr std::array<double, 26> usual = {8.5, 1.4, 3.2, 4.2, 14.5, 1.5, 1.8, 3.0, 7.5, 0.4, 0.9, 4.5, 2.8,
                                          7.6, 6.2, 2.5, 0.6, 6.7,  6.5, 7.0, 4.3, 1.6, 1.2, 0.3, 0.9, 1.0};
constexpr double no_letter = 0.03;  ///< Per cent.

using Counts = std::array<double, 128>;

/// Letters of words of letters: what has a digit in it is a code.
Counts count_letters(const Text& text) {
  Counts counts = {};
  for (const Page& page : text.pages) {
    for (std::size_t first = 0; first < page.text.size();) {
      const std::size_t last = std::min(page.text.find_first_of(" \n", first), page.text.size());
      const std::string_view word = std::string_view(page.text).substr(first, last - first);
      if (word.size() >= 2 && word.find_first_of("0123456789") == word.npos) {
        for (const char c : word) {
          const char lower = static_cast<char>(c | 0x20);
          if (lower >= 'a' && lower <= 'z') ++counts[static_cast<std::size_t>(c)];
        }
      }
      first = last + 1;
    }
  }
  return counts;
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

/// How many kinds of letters there are, those that are rare counted less.
double letter_kinds(const Counts& counts, double all) {
  std::array<double, 26> letters = {};
  for (int c = 'A'; c <= 'z'; ++c) {
    const int lower = c | 0x20;
    if (lower >= 'a' && lower <= 'z')
      letters[static_cast<std::size_t>(lower - 'a')] += counts[static_cast<std::size_t>(c)];
  }
  double entropy = 0;
  for (const double n : letters) {
    if (n > 0) entropy -= n / all * std::log(n / all);
  }
  return std::exp(entropy);
}

}  // namespace

bool are_letters_exchanged(const Text& text) {
  const Counts counts = count_letters(text);
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (all < 60 || letter_kinds(counts, all) < 10) return false;
  const double as_it_is = fit(counts, all, [](int c) { return c; });
  double best = as_it_is;
  for (int by = 1; by < 26; ++by)
    best = std::max(best, fit(counts, all, [by](int c) { return along_alphabet(c, by); }));
  for (int by = -40; by <= 40; ++by)
    best = std::max(best, fit(counts, all, [by](int c) { return c + by; }));
  const bool is_moved = best > -3.05 && best - as_it_is > 0.3;
  return is_moved || (all >= 150 && as_it_is < -3.6);
}

}  // namespace docket::worker
