#pragma once
#include <array>
#include <cstddef>
#include <iterator>

namespace docket {

/// The cases for which a run is estimated.
enum class Case {
  low,       ///< Only what is certain: of each stage the first model, which is sure.
  expected,  ///< As often as before; where nothing is known, as often as is assumed.
  high,  ///< What may come: every model's turn, each question twice and answers that take all their room, as
         ///< far as earlier calls do not show that less is enough.
};
inline constexpr Case all_cases[] = {Case::low, Case::expected, Case::high};

/// A number in each case.
class Range {
 public:
  double& operator[](Case which) { return values_[static_cast<std::size_t>(which)]; }
  double operator[](Case which) const { return values_[static_cast<std::size_t>(which)]; }

 private:
  std::array<double, std::size(all_cases)> values_{};
};

}  // namespace docket
