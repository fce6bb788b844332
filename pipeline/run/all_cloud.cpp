#include "pipeline/run/all_cloud.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "pipeline/support/ascii.h"
#include "pipeline/support/decimal.h"

namespace docket {

using nlohmann::ordered_json;

namespace {

bool is_cloud_model(const BackendConfig& backend) {
  return backend.type->answers_prompts() && location_of(backend) == Location::cloud;
}

/// True if a stage names it that sends documents up for a reason.
bool is_named_for_reasons(const BackendConfig& backend, const Pipeline& pipeline) {
  return std::ranges::any_of(pipeline.stages, [&](const StageConfig& stage) {
    return stage.type->decides_on_reasons && names_backend(stage, backend.name);
  });
}

// Money is kept in billionths of a US dollar, prices in the same per million tokens.

ordered_json in_dollars(std::int64_t billionths) { return static_cast<double>(billionths) / 1e9; }

ordered_json prices_json(const TokenPrices& prices) {
  return {{"input", in_dollars(prices.input)},
          {"cached_input", in_dollars(prices.cached_input)},
          {"cache_write", in_dollars(prices.cache_write)},
          {"cache_write_1h", in_dollars(prices.cache_write_1h)},
          {"output", in_dollars(prices.output)}};
}

ordered_json prices_json(const Price& price) {
  ordered_json json = prices_json(price.tokens);
  if (price.per_call != 0) json["per_call_usd"] = in_dollars(price.per_call);
  for (const LongContextPrices& one : price.long_context) {
    ordered_json& more = json["long_context"].emplace_back(ordered_json{{"above", one.above}});
    more.update(prices_json(one.tokens));
  }
  return json;
}

std::string exactly(std::int64_t billionths) { return "$" + decimal_text(billionths); }

std::string with_price(std::int64_t tokens, std::int64_t price) {
  return std::to_string(tokens) + " at " + exactly(price);
}

/// What a price has beside those of tokens.
std::string other_prices(const Price& price) {
  std::string text;
  if (price.per_call != 0) text += ", " + exactly(price.per_call) + " a call";
  for (const LongContextPrices& one : price.long_context)
    text += ", other prices above " + std::to_string(one.above) + " tokens";
  return text;
}

}  // namespace

int AllCloud::Said::rank() const {
  const bool is_own = stage == question;
  if (is_cloud) return is_whole || is_own ? 3 : 1;
  return is_own ? 2 : 0;
}

AllCloud::AllCloud(const Pipeline& pipeline) {
  for (const StageConfig& stage : pipeline.stages)
    if (stage.stage != nullptr && !stage.stage->redoes().empty())
      redone_[stage.id] = {stage.stage->redoes(), !stage.stage->redoes_in_part()};
  choose_model(pipeline);
}

void AllCloud::choose_model(const Pipeline& pipeline) {
  std::vector<const BackendConfig*> candidates, all;
  for (const BackendConfig& backend : pipeline.backends) {
    if (!is_cloud_model(backend)) continue;
    all.push_back(&backend);
    if (is_named_for_reasons(backend, pipeline)) candidates.push_back(&backend);
  }
  if (candidates.empty()) candidates = all;
  if (candidates.size() != 1) {
    std::vector<std::string> names;
    for (const BackendConfig* backend : candidates)
      names.push_back("'" + backend->name + "'");
    reason_ = names.empty() ? "the pipeline names no cloud model"
                            : "more than one cloud model could answer all: " + joined(names, ", ");
    return;
  }
  backend_ = candidates.front()->name;
  model_ = candidates.front()->settings.text("model");
  price_ = price_of(*candidates.front());
  if (!price_) reason_ = "the price of backend '" + backend_ + "' is not known";
  if (!price_ || price_->per_hour == 0) return;
  price_.reset();
  reason_ = "backend '" + backend_ + "' has a price per hour, and nobody knows how long it would take";
}

void AllCloud::add(const LedgerCall& call) {
  if (call.document != document_) end_document();
  document_ = call.document;
  if (call.outcome != "ok") return;
  auto said = std::ranges::find_if(
      said_, [&](const Said& one) { return one.stage == call.stage && one.backend == call.backend; });
  if (said == said_.end()) {
    const auto redone = redone_.find(call.stage);
    said = said_.insert(said_.end(), Said{call.stage, call.stage, call.backend});
    if (redone != redone_.end()) said->question = redone->second.question;
    if (redone != redone_.end()) said->is_whole = redone->second.is_whole;
  }
  said->is_cloud = call.location == name(Location::cloud);
  Usage usage = call.usage;
  const bool is_doubtful = usage.unpriced_calls > 0 && call.backend == backend_;  // Its price is known.
  if (usage.input_tokens == 0 || is_doubtful) ++uncounted_;
  usage.unpriced_calls = 0;
  usage.nano_dollars = price_ ? cost(usage, *price_) : 0;
  said->usage += usage;
}

void AllCloud::end_document() {
  std::map<std::string, const Said*> chosen;
  for (const Said& one : said_) {
    const Said*& best = chosen[one.question];
    if (best == nullptr || one.rank() >= best->rank()) best = &one;
  }
  for (const auto& [question, said] : chosen) {
    Counted& counted = counted_[question];
    ++counted.questions;
    if (said->is_cloud) ++counted.by_cloud;
    counted.usage += said->usage;
  }
  said_.clear();
}

std::string AllCloud::how(const Counted& all, const Usage& spent) const {
  const Usage& usage = all.usage;
  const TokenPrices& prices = price_->tokens;
  const std::int64_t plain = usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens;
  const std::string would_cost = exactly(usage.nano_dollars), did_cost = exactly(spent.nano_dollars);
  std::string text = std::to_string(all.questions) +
                     " questions, each counted once with the tokens of its answer: " +
                     std::to_string(all.questions - all.by_cloud) + " that local models answered and " +
                     std::to_string(all.by_cloud) + " that the cloud did. ";
  text += "At the prices of '" + backend_ + "'" + (model_.empty() ? "" : " (" + model_ + ")") +
          ", in USD per million tokens: " + with_price(plain, prices.input) + " input, " +
          with_price(usage.cached_input_tokens, prices.cached_input) + " cached, " +
          with_price(usage.cache_write_tokens, prices.cache_write) + " written to the cache, " +
          with_price(usage.output_tokens, prices.output) + " output" + other_prices(*price_) +
          "; rounded once a call: " + would_cost + ". ";
  return text + "Spent: " + did_cost + " for " + std::to_string(spent.calls) +
         " requests, those too that failed, were retried or were answered again by the cloud. ratio = " +
         would_cost + " / " + did_cost + ".";
}

/// What rules answered, at what a question of the same stage would have cost on average.
ordered_json AllCloud::without_model_json() const {
  std::int64_t answers = 0;
  double nano_dollars = 0;
  std::string unknown;
  for (const auto& [stage, count] : without_model_) {
    answers += count;
    const auto counted = counted_.find(stage);
    if (counted == counted_.end())
      unknown = "no model answered a question of the stage '" + stage + "' in this run";
    else
      nano_dollars += static_cast<double>(count) * static_cast<double>(counted->second.usage.nano_dollars) /
                      static_cast<double>(counted->second.questions);
  }
  if (!price_) unknown = reason_;
  ordered_json json = {{"answers", answers}};
  json["estimate_usd"] = unknown.empty() ? in_dollars(std::llround(nano_dollars)) : ordered_json();
  if (answers > 0 && !unknown.empty()) json["reason"] = unknown;
  json["how"] =
      "An estimate, and not in cost_usd: each answer that no model was asked for, at the mean of the "
      "questions of its stage that are counted above.";
  return json;
}

ordered_json AllCloud::to_json(const Usage& spent) const {
  AllCloud ended = *this;  // The last document may go on.
  ended.end_document();
  return ended.ended_json(spent);
}

ordered_json AllCloud::ended_json(const Usage& spent) const {
  Counted all;
  for (const auto& [stage, counted] : counted_) {
    all.questions += counted.questions;
    all.by_cloud += counted.by_cloud;
    all.usage += counted.usage;
  }
  std::string reason = reason_;
  if (reason.empty() && spent.unpriced_calls > 0)
    reason = "what " + std::to_string(spent.unpriced_calls) + " of the calls cost is not known";
  if (reason.empty() && uncounted_ > 0)
    reason = "how many tokens " + std::to_string(uncounted_) + " of the answers took is not known";
  const std::int64_t saving = all.usage.nano_dollars - spent.nano_dollars;
  ordered_json json;
  json["backend"] = backend_.empty() ? ordered_json() : ordered_json(backend_);
  json["model"] = model_.empty() ? ordered_json() : ordered_json(model_);
  json["prices"] = price_ ? prices_json(*price_) : ordered_json();
  json["questions"] = all.questions;
  json["input_tokens"] = all.usage.input_tokens;
  json["cached_input_tokens"] = all.usage.cached_input_tokens;
  json["cache_write_tokens"] = all.usage.cache_write_tokens;
  json["output_tokens"] = all.usage.output_tokens;
  json["cost_usd"] = price_ && uncounted_ == 0 ? in_dollars(all.usage.nano_dollars) : ordered_json();
  json["spent_usd"] = spent.unpriced_calls > 0 ? ordered_json() : in_dollars(spent.nano_dollars);
  json["saving_usd"] = reason.empty() ? in_dollars(saving) : ordered_json();
  json["ratio"] = nullptr;
  if (reason.empty() && spent.nano_dollars == 0)
    reason = "nothing was spent";
  else if (reason.empty())
    json["ratio"] = static_cast<double>(all.usage.nano_dollars) / static_cast<double>(spent.nano_dollars);
  if (!reason.empty()) json["reason"] = reason;
  json["how"] = price_ ? how(all, spent) : reason;
  json["without_model"] = without_model_json();
  return json;
}

}  // namespace docket
