// What conditions cost: CPU time of docket and of its worker, for three of them on each of many records, and
// to start with 1, 10 and 40. Ends with 1 when a target is missed; see README.md.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "backends/backends.h"
#include "pipeline/json/condition_set.h"

namespace {

using namespace docket;

constexpr int documents = 20'000;
constexpr double most_us_per_document = 100;
constexpr double most_ratio_of_starts = 3;  ///< Of 40 conditions to one.

double cpu_us(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto us = [](const timeval& time) {
    return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Of this process and of the workers, which have ended by then.
struct Cost {
  double own_us, worker_us, wall_us;
  double cpu() const { return own_us + worker_us; }
};

nlohmann::json record_of(int number) {
  return {{"document",
           {{"id", "0123456789abcdef"},
            {"path", "in/" + std::to_string(number) + ".pdf"},
            {"bytes", 40'000 + number}}},
          {"extract", {{"pages", 1 + number % 9}, {"characters", 3000}, {"grade", "good"}}},
          {"classify",
           {{"label", number % 2 == 0 ? "invoice" : "letter"}, {"confidence", 0.93}, {"accepted", true}}}};
}

const std::vector<std::string> usual = {R"(.classify.label == "invoice" and .classify.confidence > 0.8)",
                                        ".extract.pages > 5", R"(.document.path | startswith("hr/"))"};

Cost cost_of(std::vector<std::string> expressions, int records) {
  const double own = cpu_us(RUSAGE_SELF), workers = cpu_us(RUSAGE_CHILDREN);
  const auto begin = std::chrono::steady_clock::now();
  {
    const auto set = std::make_shared<ConditionSet>(backends::condition_engine());
    std::vector<std::shared_ptr<const Condition>> conditions;
    for (const std::string& expression : expressions)
      conditions.push_back(*set->add(expression));
    if (!set->compile()) std::puts("the conditions cannot be compiled");
    for (int i = 0; i < records; ++i)
      if (!evaluate(conditions, Quantifier::first, record_of(i)).front()) std::puts("no verdict");
  }
  const std::chrono::duration<double, std::micro> wall = std::chrono::steady_clock::now() - begin;
  return {cpu_us(RUSAGE_SELF) - own, cpu_us(RUSAGE_CHILDREN) - workers, wall.count()};
}

Cost start_of(std::size_t count) {
  std::vector<std::string> expressions;
  for (std::size_t i = 0; i < count; ++i)
    expressions.push_back(usual[i % usual.size()] + " and .extract.pages != " + std::to_string(i));
  return cost_of(expressions, 0);
}

}  // namespace

int main() {
  const Cost one = start_of(1);
  for (const std::size_t count : {std::size_t{1}, std::size_t{10}, std::size_t{40}}) {
    const Cost start = start_of(count);
    std::printf("start with %2zu: %6.1f ms of CPU, %6.1f ms by the clock, %.2f of one\n", count,
                start.cpu() / 1000, start.wall_us / 1000, start.cpu() / one.cpu());
  }
  const Cost none = cost_of(usual, 0);
  const Cost all = cost_of(usual, documents);
  double record_us = cpu_us(RUSAGE_SELF);
  for (int i = 0; i < documents; ++i)
    static_cast<void>(record_of(i).size());
  record_us = (cpu_us(RUSAGE_SELF) - record_us) / documents;
  const double own = (all.own_us - none.own_us) / documents - record_us;
  const double worker = (all.worker_us - none.worker_us) / documents;
  std::printf(
      "three on a record: %.1f us of CPU (%.1f here, %.1f in the worker), %.1f us by the clock; %.2f of %.0f "
      "us\n",
      own + worker, own, worker, (all.wall_us - none.wall_us) / documents,
      (own + worker) / most_us_per_document, most_us_per_document);
  return own + worker <= most_us_per_document && start_of(40).cpu() <= most_ratio_of_starts * one.cpu() ? 0
                                                                                                        : 1;
}
