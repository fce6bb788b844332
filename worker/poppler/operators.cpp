// Poppler looks an operator up in a sorted table, with six comparisons of strings or seven for each.
#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Gfx.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

/// An operator has three letters at most, so it is a number; 0: it has more.
std::uint32_t number_of_operator(const char* name) {
  std::uint32_t number = 0;
  for (int i = 0; i < 3; ++i) {
    if (name[i] == '\0') return number;
    number = number << 8 | static_cast<unsigned char>(name[i]);
  }
  return name[3] == '\0' ? number : 0;
}

struct KnownOperator {
  std::uint32_t number = 0;  ///< 0: the place is free.
  const Operator* told = nullptr;
};

/// Where the search for a number begins, in a table that is mostly free.
std::size_t place_of_operator(std::uint32_t number) { return number * 0x9E3779B1U >> 22; }

}  // namespace

const Operator* Gfx::findOp(const char* name) {
  static const auto table = [] {
    std::array<KnownOperator, 1024 + 128> known = {};  // 73 operators: the end stays free.
    constexpr const char* last = "y";
    for (const Operator* one = opTab;; ++one) {
      const std::uint32_t number = number_of_operator(one->name);
      std::size_t place = place_of_operator(number);
      while (known[place].number != 0)
        ++place;
      known[place] = {number, one};
      if (std::strcmp(one->name, last) == 0) return known;
    }
  }();
  const std::uint32_t number = number_of_operator(name);
  if (number == 0) return nullptr;
  for (std::size_t place = place_of_operator(number); table[place].number != 0; ++place) {
    if (table[place].number == number) return table[place].told;
  }
  return nullptr;
}

#endif
