#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace docket {

/// How many answers took how long, as an SVG histogram with the percentiles of `latency_ms`. Empty: there is
/// none.
std::string latency_chart(const std::map<std::int64_t, std::int64_t>& latencies,
                          const nlohmann::ordered_json& latency_ms);

/// A bar for each day, as SVG. `unit`: how the largest is written.
struct DayBar {
  std::string day, value;  ///< As they are shown.
  double height = 0;
};
std::string day_chart(const std::vector<DayBar>& days, const std::string& title);

}  // namespace docket
