#include "pipeline/ledger/share_by_size.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace docket {
namespace {

/// Holds the slope where outcomes are parted by size without exception: a step from 1 in 8 to 7 in 8 within a
/// doubling is as steep as one expects.
constexpr double usual_slope = 6;
constexpr int most_steps = 30;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Outcomes by the logarithm of the size, about its mean.
struct Centred {
  std::vector<double> sizes;
  std::vector<bool> happened;
};

class Regression {
 public:
  Regression(const Centred& data, double share) : data_(data), level_(std::log(share / (1 - share))) {
    for (int step = 0; step < most_steps; ++step)
      if (!improve()) break;
  }

  double at(double size) const { return logistic(level_ + slope_ * size); }
  double log_likelihood() const { return log_likelihood(level_, slope_); }

 private:
  double log_likelihood(double level, double slope) const {
    double sum = -slope * slope / (2 * usual_slope * usual_slope);
    for (std::size_t i = 0; i < data_.sizes.size(); ++i) {
      const double x = level + slope * data_.sizes[i];
      sum -= std::log1p(std::exp(data_.happened[i] ? -x : x));
    }
    return sum;
  }

  /// One step of Newton's, halved until it helps; false: none helps.
  bool improve() {
    const double prior = 1 / (usual_slope * usual_slope);
    double level = 0, slope = -prior * slope_, level2 = 0, mixed = 0, slope2 = prior;
    for (std::size_t i = 0; i < data_.sizes.size(); ++i) {
      const double size = data_.sizes[i], expected = at(size), weight = expected * (1 - expected);
      const double off = (data_.happened[i] ? 1 : 0) - expected;
      level += off;
      slope += off * size;
      level2 += weight;
      mixed += weight * size;
      slope2 += weight * size * size;
    }
    const double determinant = level2 * slope2 - mixed * mixed;
    if (determinant <= 0) return false;
    const double by_level = (slope2 * level - mixed * slope) / determinant;
    const double by_slope = (level2 * slope - mixed * level) / determinant;
    constexpr double least_gain = 1e-6, shortest = 1e-3;
    const double before = log_likelihood();
    for (double part = 1; part > shortest; part /= 2)
      if (log_likelihood(level_ + part * by_level, slope_ + part * by_slope) > before + least_gain) {
        level_ += part * by_level;
        slope_ += part * by_slope;
        return true;
      }
    return false;
  }

  const Centred& data_;
  double level_, slope_ = 0;
};

}  // namespace

double share_by_size(std::span<const SizedOutcome> outcomes, double bytes) {
  Centred data;
  double happened = 0, mean = 0;
  for (const SizedOutcome& outcome : outcomes) {
    happened += outcome.happened ? 1 : 0;
    if (outcome.bytes <= 0) continue;
    data.sizes.push_back(std::log(outcome.bytes));
    data.happened.push_back(outcome.happened);
    mean += data.sizes.back();
  }
  const double share = happened / static_cast<double>(outcomes.size());
  const auto sized = static_cast<double>(data.sizes.size());
  const auto of_sized = static_cast<double>(std::ranges::count(data.happened, true));
  if (bytes <= 0 || of_sized == 0 || of_sized == sized) return share;
  mean /= sized;
  for (double& size : data.sizes)
    size -= mean;
  const double share_of_sized = of_sized / sized;
  const Regression regression(data, share_of_sized);
  const double without =
      of_sized * std::log(share_of_sized) + (sized - of_sized) * std::log(1 - share_of_sized);
  const double likelier = regression.log_likelihood() - without - std::log(sized) / 2;
  const double weight = logistic(likelier);
  return (1 - weight) * share + weight * regression.at(std::log(bytes) - mean);
}

}  // namespace docket
