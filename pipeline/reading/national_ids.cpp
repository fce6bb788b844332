// Numbers by which states know people. Those without check digits that prove them count only where they are
// written in their own way, or where a word says what they are.
#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "pipeline/reading/personal_parts.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

int figure(char c) { return c - '0'; }

int number_in(std::string_view digits) {
  int value = 0;
  for (const char c : digits)
    value = value * 10 + figure(c);
  return value;
}

/// The rest of a long number of digits.
int rest(std::string_view digits, int modulus) {
  std::int64_t value = 0;
  for (const char c : digits)
    value = (value * 10 + figure(c)) % modulus;
  return static_cast<int>(value);
}

/// The sum of the digits, each times its weight.
int weighted(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    sum += figure(digits[i]) * weights[i];
  return sum;
}

bool is_day(int day) { return day >= 1 && day <= 31; }
bool is_month(int month) { return month >= 1 && month <= 12; }
bool is_day_month(std::string_view four) {
  return is_day(number_in(four.substr(0, 2))) && is_month(number_in(four.substr(2)));
}
bool is_month_day(std::string_view four) {
  return is_month(number_in(four.substr(0, 2))) && is_day(number_in(four.substr(2)));
}

/// Germany, Steuer-ID: ISO 7064 mod 11,10; of the first ten digits one stands there two or three times.
bool is_german_tax_id(std::string_view id) {
  if (id[0] == '0') return false;
  std::array<int, 10> counts{};
  int product = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    ++counts[static_cast<std::size_t>(figure(id[i]))];
    const int sum = (figure(id[i]) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  const auto repeated = std::ranges::count_if(counts, [](int count) { return count > 1; });
  return repeated == 1 && std::ranges::max(counts) <= 3 && (11 - product) % 10 == figure(id[10]);
}

/// Germany, Rentenversicherung: area, birthday, letter of the name, serial, check digit.
bool is_german_pension_id(std::string_view id) {
  static constexpr int weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  const int letter = id[8] - 'A' + 1;
  const std::string digits = std::string(id.substr(0, 8)) + static_cast<char>('0' + letter / 10) +
                             static_cast<char>('0' + letter % 10) + std::string(id.substr(9, 2));
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int product = figure(digits[i]) * weights[i];
    sum += product / 10 + product % 10;
  }
  return is_day_month(id.substr(2, 4)) && sum % 10 == figure(id[11]);
}

bool is_social_security_number(std::string_view id) {  // United States.
  const int area = number_in(id.substr(0, 3));
  return area != 0 && area != 666 && area < 900 && id.substr(3, 2) != "00" && id.substr(5) != "0000";
}

/// France, NIR: the key is 97 less the rest; Corsica's departments have letters.
bool is_french_nir(std::string_view id) {
  std::string digits(id.substr(0, 13));
  if (!is_digit(id[5]) || (id[6] != 'A' && id[6] != 'B' && !is_digit(id[6]))) return false;
  if (!is_digit(id[6])) {
    if (id[5] != '2') return false;
    digits[6] = id[6] == 'A' ? '9' : '8';
  }
  const int month = number_in(id.substr(3, 2));
  const bool is_known_sex = std::string_view("123478").find(id[0]) != std::string_view::npos;
  const bool is_known_month = is_month(month) || (month >= 20 && month <= 42) || month >= 50;
  return is_known_sex && is_known_month && 97 - rest(digits, 97) == number_in(id.substr(13));
}

/// Italy, codice fiscale: digits may be letters where two people would have the same.
bool is_codice_fiscale(std::string_view id) {
  static constexpr std::string_view months = "ABCDEHLMPRST", in_place_of_digits = "LMNPQRSTUV";
  static constexpr int odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
  for (const std::size_t i : {6, 7, 9, 10, 12, 13, 14})
    if (!is_digit(id[i]) && in_place_of_digits.find(id[i]) == std::string_view::npos) return false;
  if (months.find(id[8]) == std::string_view::npos) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int place = is_digit(id[i]) ? figure(id[i]) : id[i] - 'A';
    sum += i % 2 == 0 ? odd[place] : place;
  }
  return id[15] == 'A' + sum % 26;
}

/// Spain, DNI and NIE.
bool is_spanish(std::string_view id) {
  static constexpr std::string_view letters = "TRWAGMYFPDXBNJZSQVHLCKE";
  std::string digits(id.substr(0, 8));
  if (id[0] >= 'X' && id[0] <= 'Z') digits[0] = static_cast<char>('0' + (id[0] - 'X'));
  return is_digit(digits[0]) && letters[static_cast<std::size_t>(number_in(digits) % 23)] == id[8];
}

/// Switzerland, AHV: an EAN of the country 756.
bool is_swiss(std::string_view id) {
  static constexpr int weights[] = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};
  return id.starts_with("756") && weighted(id, weights) % 10 == 0;
}

/// United Kingdom: which letters are given out; without a check digit.
bool is_british(std::string_view id) {
  static constexpr std::string_view never = "DFIQUV";
  const std::string_view two = id.substr(0, 2);
  const bool is_given = never.find(id[0]) == std::string_view::npos &&
                        never.find(id[1]) == std::string_view::npos && id[1] != 'O' && two != "BG" &&
                        two != "GB" && two != "KN" && two != "NK" && two != "NT" && two != "TN" &&
                        two != "ZZ";
  return (is_given || two == "QQ") && id[8] >= 'A' && id[8] <= 'D';  // QQ is that of examples.
}

bool is_dutch(std::string_view id) {  // BSN.
  static constexpr int weights[] = {9, 8, 7, 6, 5, 4, 3, 2, -1};
  return number_in(id) > 0 && weighted(id, weights) % 11 == 0;
}

bool is_belgian(std::string_view id) {
  if (!is_month_day(id.substr(2, 4))) return false;
  const int key = number_in(id.substr(9));
  return 97 - rest(id.substr(0, 9), 97) == key || 97 - rest("2" + std::string(id.substr(0, 9)), 97) == key;
}

bool is_austrian(std::string_view id) {
  static constexpr int weights[] = {3, 7, 9, 0, 5, 8, 4, 2, 1, 6};
  return id[0] != '0' && is_day_month(id.substr(4, 4)) && weighted(id, weights) % 11 == figure(id[3]);
}

bool is_polish(std::string_view id) {  // PESEL: the century is in the month.
  static constexpr int weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
  return is_month(number_in(id.substr(2, 2)) % 20) && is_day(number_in(id.substr(4, 2))) &&
         weighted(id, weights) % 10 == 0;
}

bool is_swedish(std::string_view id) { return is_month_day(id.substr(2, 4)) && is_luhn(id); }

bool is_danish(std::string_view id) { return is_day_month(id.substr(0, 4)); }

bool is_finnish(std::string_view id) {
  static constexpr std::string_view checks = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  const std::string digits = std::string(id.substr(0, 6)) + std::string(id.substr(6, 3));
  return is_day_month(id.substr(0, 4)) && checks[static_cast<std::size_t>(rest(digits, 31))] == id[9];
}

bool is_brazilian(std::string_view id) {  // CPF.
  static constexpr int first[] = {10, 9, 8, 7, 6, 5, 4, 3, 2}, second[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
  const auto check = [](int sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; };
  return id.find_first_not_of(id[0]) != std::string_view::npos &&
         check(weighted(id, first)) == figure(id[9]) && check(weighted(id, second)) == figure(id[10]);
}

bool is_portuguese(std::string_view id) {
  static constexpr int weights[] = {9, 8, 7, 6, 5, 4, 3, 2};
  const int left = weighted(id, weights) % 11;
  return figure(id[8]) == (left < 2 ? 0 : 11 - left);
}

bool is_canadian(std::string_view id) { return id[0] != '0' && id[0] != '8' && is_luhn(id); }

bool is_indian(std::string_view id) {  // Aadhaar: Verhoeff.
  static constexpr int d[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                    {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                    {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                    {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
  static constexpr int p[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                   {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                   {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                   {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
  int check = 0;
  for (std::size_t i = 0; i < id.size(); ++i)
    check = d[check][p[i % 8][figure(id[id.size() - 1 - i])]];
  return id[0] >= '2' && check == 0;
}

/// How one is written. `shape`: d a digit, l a letter, * either. `written`: what it is known by where `words`
/// do not stand before it, with the marks between; empty: by its check digits, in any way.
struct Shape {
  std::string_view shape;
  bool (*is_valid)(std::string_view signs);
  std::string_view written;
  std::string_view words;
};

constexpr std::string_view only_named = "-";  ///< Never without a word.

constexpr Shape shapes[] = {
    {"llllll**l**l***l", is_codice_fiscale, "", ""},
    {"ddddddddlddd", is_german_pension_id, "", ""},
    {"ddddd**dddddddd", is_french_nir, "", ""},
    {"ddddddddddddd", is_swiss, "", ""},
    {"ddddddddddd", is_german_tax_id, "", ""},
    {"ddddddddddd", is_belgian, "", ""},
    {"ddddddddddd", is_polish, "ddddddddddd", "pesel"},
    {"ddddddddddd", is_brazilian, "ddd.ddd.ddd-dd", "cpf"},
    {"dddddddddddd", is_indian, "dddd dddd dddd", "aadhaar uidai aadhar"},
    {"*dddddddl", is_spanish, "", ""},
    {"llddddddl", is_british, "", ""},
    {"ddddddddd*", is_finnish, "dddddd-ddd*", "hetu henkilotunnus"},
    {"dddddddddd", is_austrian, "dddd dddddd", "svnr sozialversicherungsnummer svn"},
    {"dddddddddd", is_swedish, "dddddd-dddd", "personnummer"},
    {"dddddddddd", is_danish, "dddddd-dddd", "cpr"},
    {"ddddddddd", is_social_security_number, "ddd-dd-dddd", "ssn social itin"},
    {"ddddddddd", is_canadian, "ddd-ddd-ddd", "sin nas"},
    {"ddddddddd", is_dutch, only_named, "bsn burgerservicenummer sofinummer"},
    {"ddddddddd", is_portuguese, only_named, "nif contribuinte"},
};

bool fits(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_same = shape[i] == 'd'   ? is_digit(text[i])
                         : shape[i] == 'l' ? is_alpha(text[i])
                         : shape[i] == '*' ? is_alnum(text[i])
                                           : text[i] == shape[i];
    if (!is_same) return false;
  }
  return true;
}

/// One line end stands for the blank or nothing that would be there.
std::string without_line_ends(std::string_view written) {
  std::string text;
  for (const char c : written)
    if (c != '\n' && c != '\r') text += c;
  return text;
}

bool is_written_so(std::string_view written, const Shape& shape, const std::string& words) {
  if (shape.written.empty()) return true;
  if (has_word(words, shape.words)) return true;
  return shape.written != only_named && fits(without_line_ends(written), shape.written);
}

}  // namespace

void find_national_ids(std::string_view text, std::vector<PersonalValue>& found) {
  constexpr std::size_t longest = 16;
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    const bool is_glued = at > 0 && is_alpha(text[at - 1]) && is_digit(text[at]);  // SSN123-45-6789
    if (!is_alnum(text[at]) || (is_within_word(text, at) && !is_glued)) continue;
    const SignRun run = read_signs(text, at, longest);
    for (const Shape& shape : shapes) {
      const std::size_t length = shape.shape.size();
      if (run.signs.size() < length) continue;
      const std::uint32_t end = run.ends[length - 1];
      const std::string_view signs = std::string_view(run.signs).substr(0, length);
      if (has_sign_at(text, end) || !fits(signs, shape.shape) || !shape.is_valid(signs)) continue;
      if (!is_written_so(text.substr(at, end - at), shape, words_before(text, at))) continue;
      const std::size_t open = shape.is_valid == is_swiss ? 3 : 0;
      found.push_back({PersonalKind::national_id, at, end, open, shape.is_valid});
      at = end - 1;
      break;
    }
  }
}

}  // namespace docket
