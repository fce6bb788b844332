#include "cli/forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

using nlohmann::ordered_json;
using What = StageDecision::What;

std::int64_t count_of(const Forecast::Stage& stage, What what) {
  const auto found = stage.counts.find(what);
  return found == stage.counts.end() ? 0 : found->second;
}

/// A row per stage; what is rare has a column only if there is something in it.
std::string stage_table_of(const Forecast& forecast) {
  struct Column {
    const char* name;
    What what;
  };
  std::vector<Column> columns = {
      {"runs", What::runs}, {"kept", What::kept}, {"skipped", What::skipped}, {"depends", What::depends}};
  for (const Column& rare : {Column{"fails", What::fails}, Column{"not reached", What::not_reached},
                             Column{"left out", What::left_out}})
    if (std::ranges::any_of(forecast.stages,
                            [&](const auto& stage) { return count_of(stage, rare.what) > 0; }))
      columns.push_back(rare);
  std::vector<std::vector<std::string>> rows = {{"stage"}};
  for (const Column& column : columns)
    rows[0].push_back(column.name);
  for (const Forecast::Stage& stage : forecast.stages) {
    rows.push_back({stage.id});
    for (const Column& column : columns)
      rows.back().push_back(std::to_string(count_of(stage, column.what)));
  }
  return format_table(rows);
}

/// 31 (0–56); of a number that is known only 31.
std::string range_cell(const Range& range) {
  const auto whole = [](double number) { return std::to_string(std::llround(number)); };
  const std::string low = whole(range[Case::low]), high = whole(range[Case::high]);
  const std::string expected = whole(range[Case::expected]);
  return low == high ? expected : expected + " (" + low + "–" + high + ")";
}

std::string money_cell(const Range& nano_dollars) {
  const auto money = [](double nano) { return format_money(std::llround(nano)); };
  const std::string low = money(nano_dollars[Case::low]), high = money(nano_dollars[Case::high]);
  const std::string expected = money(nano_dollars[Case::expected]);
  return low == high ? expected : expected + " (" + low + "–" + high + ")";
}

std::string call_table_of(const Estimate& estimate) {
  std::vector<std::vector<std::string>> rows = {
      {"expected (low–high)", "documents", "calls", "tokens in", "out", "cost"}};
  for (const CallEstimate& calls : estimate.calls)
    rows.push_back({calls.stage + " by " + calls.backend, range_cell(calls.documents),
                    range_cell(calls.calls), range_cell(calls.input_tokens), range_cell(calls.output_tokens),
                    calls.nano_dollars ? money_cell(*calls.nano_dollars) : "?"});
  return format_table(rows);
}

/// What no earlier run tells, and is assumed instead.
std::string assumptions_of(const Estimate& estimate) {
  std::map<std::string, std::string> places;  // By what is assumed.
  for (const CallEstimate& calls : estimate.calls) {
    if (calls.documents[Case::high] == 0) continue;
    for (const Basis& basis : calls.basis) {
      if (!basis.is_assumed) continue;
      std::string& where = places[basis.what + ": " + basis.from];
      where += (where.empty() ? "" : ", ") + calls.stage + " by " + calls.backend;
    }
  }
  std::string text;
  for (const auto& [assumed, where] : places)
    text += "assumed, since no run has shown it yet: " + assumed + " (" + where + ")\n";
  return text;
}

std::string unknown_prices_of(const Estimate& estimate) {
  std::set<std::string> backends;
  for (const CallEstimate& calls : estimate.calls)
    if (!calls.nano_dollars) backends.insert(calls.backend);
  std::string text;
  for (const std::string& backend : backends)
    text += "what calls to " + backend +
            " cost is unknown: the cost is without them; `price:` sets it, or the first calls tell it where "
            "their time has a price\n";
  return text;
}

std::string format_estimate(const Estimate& estimate) {
  if (estimate.calls.empty()) return "no model would be asked\n";
  const std::string unknown = unknown_prices_of(estimate);
  std::string text = call_table_of(estimate) + "\n" + unknown + assumptions_of(estimate);
  for (const std::string& limit : estimate.limits)
    text += "limited by the " + limit + "\n";
  if (estimate.looked_at < estimate.documents)
    text += "estimated from " + std::to_string(estimate.looked_at) + " of " +
            counted(estimate.documents, "document") + ": ±" +
            std::to_string(std::llround(estimate.error * 100)) + " %\n";
  return text + "expected cost: " + money_cell(estimate.nano_dollars) + (unknown.empty() ? "" : " + ?") +
         "\n";
}

ordered_json whole_numbers(const Range& range) {
  return {{"low", std::llround(range[Case::low])},
          {"expected", std::llround(range[Case::expected])},
          {"high", std::llround(range[Case::high])}};
}

ordered_json dollars(const Range& nano) {
  const auto usd = [](double nano_dollars) { return in_usd(std::llround(nano_dollars)); };
  return {{"low", usd(nano[Case::low])},
          {"expected", usd(nano[Case::expected])},
          {"high", usd(nano[Case::high])}};
}

ordered_json to_json(const CallEstimate& calls) {
  ordered_json basis = ordered_json::array();
  for (const Basis& one : calls.basis)
    basis.push_back({{"what", one.what}, {"from", one.from}, {"assumed", one.is_assumed}});
  return {{"stage", calls.stage},
          {"backend", calls.backend},
          {"documents", whole_numbers(calls.documents)},
          {"calls", whole_numbers(calls.calls)},
          {"input_tokens", whole_numbers(calls.input_tokens)},
          {"cached_input_tokens", whole_numbers(calls.cached_input_tokens)},
          {"output_tokens", whole_numbers(calls.output_tokens)},
          {"cost_usd", calls.nano_dollars ? dollars(*calls.nano_dollars) : ordered_json()},
          {"basis", std::move(basis)}};
}

ordered_json to_json(const Estimate& estimate) {
  ordered_json calls = ordered_json::array(), unknown = ordered_json::array();
  for (const CallEstimate& one : estimate.calls) {
    calls.push_back(to_json(one));
    if (!one.nano_dollars) unknown.push_back(one.backend);
  }
  return {{"cost_usd", dollars(estimate.nano_dollars)},
          {"unknown_prices", std::move(unknown)},
          {"looked_at", estimate.looked_at},
          {"error", estimate.error},
          {"limits", estimate.limits},
          {"calls", std::move(calls)}};
}

}  // namespace

std::string format_forecast(const Forecast& forecast) {
  std::string text;
  for (const auto& [why, count] : forecast.why)
    text += counted(count, "document") + ": " + why + "\n";
  if (forecast.documents > 0) {
    text += "\n" + stage_table_of(forecast) + "\n";
    for (const Forecast::Stage& stage : forecast.stages) {
      for (const auto& [why, count] : stage.why)
        text += stage.id + " runs for " + counted(count, "document") + ": " + why + "\n";
      for (const auto& [error, count] : stage.errors)
        text += stage.id + " fails for " + counted(count, "document") + ": " + error + "\n";
    }
    text += "\n";
  }
  if (forecast.estimate) text += format_estimate(*forecast.estimate) + "\n";
  return text + counted(forecast.documents, "document") + " to work on, " +
         std::to_string(forecast.up_to_date) + " up to date, " + std::to_string(forecast.parked) +
         " parked\n";
}

ordered_json to_json(const Forecast& forecast) {
  constexpr std::pair<What, const char*> names[] = {
      {What::runs, "runs"},        {What::kept, "kept"},   {What::skipped, "skipped"},
      {What::depends, "depends"},  {What::fails, "fails"}, {What::not_reached, "not_reached"},
      {What::left_out, "left_out"}};
  ordered_json stages = ordered_json::array();
  for (const Forecast::Stage& stage : forecast.stages) {
    ordered_json one = {{"id", stage.id}};
    for (const auto& [what, name] : names)
      one[name] = count_of(stage, what);
    one["why"] = stage.why;
    one["errors"] = stage.errors;
    stages.push_back(std::move(one));
  }
  return {{"docket", 1},
          {"documents", forecast.documents},
          {"up_to_date", forecast.up_to_date},
          {"parked", forecast.parked},
          {"input_problems", forecast.input_problems},
          {"why", forecast.why},
          {"stages", std::move(stages)},
          {"estimate", forecast.estimate ? to_json(*forecast.estimate) : ordered_json()}};
}

}  // namespace docket
