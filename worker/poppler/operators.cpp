// Poppler looks an operator up in a sorted table, with six comparisons of strings or seven for each.
#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Gfx.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace {

/// Operators have three letters at most.
std::size_t place_of_operator(const char* name) {
  std::size_t place = 0;
  for (int i = 0; i < 3 && name[i] != '\0'; ++i)
    place = place * 67 + static_cast<unsigned char>(name[i]);
  return place % 512;
}

}  // namespace

const Operator* Gfx::findOp(const char* name) {
  static const auto table = [] {
    std::array<const Operator*, 1024> places = {};  // None is taken at the end.
    constexpr const char* last = "y";
    for (const Operator* one = opTab;; ++one) {
      std::size_t place = place_of_operator(one->name);
      while (places[place])
        ++place;
      places[place] = one;
      if (std::strcmp(one->name, last) == 0) return places;
    }
  }();
  for (std::size_t place = place_of_operator(name); table[place]; ++place) {
    if (std::strcmp(table[place]->name, name) == 0) return table[place];
  }
  return nullptr;
}

#endif
