#include "pipeline/run/all_cloud.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/money.h"

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

ordered_json prices_json(const TokenPrices& prices) {
  return {{"input", in_usd(prices.input)},
          {"cached_input", in_usd(prices.cached_input)},
          {"cache_write", in_usd(prices.cache_write)},
          {"cache_write_1h", in_usd(prices.cache_write_1h)},
          {"output", in_usd(prices.output)}};
}

ordered_json prices_json(const Price& price) {
  ordered_json json = prices_json(price.tokens);
  if (price.per_call != 0) json["per_call_usd"] = in_usd(price.per_call);
  for (const LongContextPrices& one : price.long_context) {
    ordered_json& more = json["long_context"].emplace_back(ordered_json{{"above", one.above}});
    more.update(prices_json(one.tokens));
  }
  return json;
}

std::string exactly(std::int64_t billionths) { return "$" + decimal_text(billionths); }

/// A kind of tokens and its price.
struct Kind {
  const char* name;
  std::int64_t (*tokens)(const Usage& usage);
  std::int64_t TokenPrices::*price;
  bool is_told_of_none;
};
constexpr Kind kinds[] = {
    {"input",
     [](const Usage& usage) {
       return usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens;
     },
     &TokenPrices::input, true},
    {"cached", [](const Usage& usage) { return usage.cached_input_tokens; }, &TokenPrices::cached_input,
     false},
    {"written to the cache",
     [](const Usage& usage) { return usage.cache_write_tokens - usage.cache_write_1h_tokens; },
     &TokenPrices::cache_write, false},
    {"written to the cache for an hour", [](const Usage& usage) { return usage.cache_write_1h_tokens; },
     &TokenPrices::cache_write_1h, false},
    {"output", [](const Usage& usage) { return usage.output_tokens; }, &TokenPrices::output, true},
};

const TokenPrices& prices_above(const Price& price, std::int64_t above) {
  const auto tier = std::ranges::find(price.long_context, above, &LongContextPrices::above);
  return tier == price.long_context.end() ? price.tokens : tier->tokens;
}

/// Of a prompt with so many tokens: the highest threshold that it exceeds, or 0.
std::int64_t threshold_below(const Price& price, std::int64_t input_tokens) {
  std::int64_t below = 0;
  for (const LongContextPrices& tier : price.long_context)
    if (input_tokens > tier.above) below = tier.above;
  return below;
}

/// As many as there are in `part` bytes of `whole`.
void scale(std::int64_t& tokens, std::int64_t part, std::int64_t whole) {
  tokens = std::llround(static_cast<double>(tokens) * static_cast<double>(part) / static_cast<double>(whole));
}

/// Whether models think, if the settings say so.
std::optional<bool> think_in(std::span<const Field> fields, const Settings& settings) {
  const bool is_setting = std::ranges::find(fields, "think", &Field::name) != fields.end();
  return is_setting && settings.has("think") ? std::optional(settings.boolean("think")) : std::nullopt;
}

}  // namespace

int AllCloud::Said::rank() const {
  const bool is_own = stage == question;
  if (is_cloud) return is_whole || is_own ? 3 : 1;
  return is_own ? 2 : 0;
}

AllCloud::AllCloud(const Pipeline& pipeline) {
  for (const StageConfig& stage : pipeline.stages) {
    if (stage.stage != nullptr && !stage.stage->redoes().empty())
      redone_[stage.id] = {stage.stage->redoes(), !stage.stage->redoes_in_part()};
    if (const auto think = think_in(stage.type->fields, stage.settings)) think_[stage.id] = *think;
  }
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
  thinks_ = think_in(candidates.front()->type->fields, candidates.front()->settings).value_or(false);
  price_ = price_of(*candidates.front());
  if (!price_) reason_ = "the price of backend '" + backend_ + "' is not known";
  if (!price_ || price_->per_hour == 0) return;
  price_.reset();
  reason_ = "backend '" + backend_ + "' has a price per hour, and nobody knows how long it would take";
}

AllCloud::Counted& AllCloud::Counted::operator+=(const Counted& other) {
  questions += other.questions;
  by_cloud += other.by_cloud;
  in_pieces += other.in_pieces;
  thought += other.thought;
  for (const auto& [terms, sum] : other.sums) {
    sums[terms].usage += sum.usage;
    sums[terms].if_batch += sum.if_batch;
  }
  return *this;
}

Usage AllCloud::Counted::total() const {
  Usage usage;
  for (const auto& [terms, sum] : sums)
    usage += sum.usage;
  return usage;
}

bool AllCloud::would_think(const std::string& stage) const {
  const auto told = think_.find(stage);
  return told == think_.end() ? thinks_ : told->second;
}

/// At the cloud model's price of that tier.
void AllCloud::add(const Usage& usage, std::optional<ServiceTier> tier, Sums& sums) const {
  Sum& sum = sums[{price_ ? threshold_below(*price_, usage.input_tokens) : 0, tier}];
  Usage priced = usage;
  priced.nano_dollars = priced.unpriced_calls = 0;
  if (price_) priced.nano_dollars = cost(usage, *price_, {.tier = tier.value_or(ServiceTier::standard)});
  if (price_ && !tier) sum.if_batch += cost(usage, *price_, {.tier = ServiceTier::batch});
  sum.usage += priced;
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
  const ServiceTier tier = terms_of(call).tier;
  if (call.backend == backend_) (tier == ServiceTier::batch ? serves_batch_ : serves_standard_) = true;
  if (said->is_cloud) return add(usage, tier, said->sums);
  if (!would_think(said->question)) {
    said->thought += usage.reasoning_tokens;
    usage.output_tokens -= std::exchange(usage.reasoning_tokens, 0);
  }
  add(usage, std::nullopt, said->sums);
  ++said->answers;
  said->usage += usage;
  said->longest_answer = std::max(said->longest_answer, usage.output_tokens);
  said->prompt_bytes += call.prompt_bytes;
  said->document_bytes += call.document_bytes;
  said->most_frame_bytes = std::max(said->most_frame_bytes, call.prompt_bytes - call.document_bytes);
}

/// Tokens go by bytes: those of the whole document, and of the longest of the frames around its pieces.
AllCloud::Sums AllCloud::asked_once(const Said& said) const {
  if (!said.is_in_pieces()) return said.sums;
  Usage usage = said.usage;
  const std::int64_t shown = said.document_bytes + said.most_frame_bytes;
  for (std::int64_t Usage::*tokens : {&Usage::input_tokens, &Usage::cached_input_tokens,
                                      &Usage::cache_write_tokens, &Usage::cache_write_1h_tokens})
    scale(usage.*tokens, shown, said.prompt_bytes);
  usage.output_tokens = said.longest_answer;
  usage.reasoning_tokens = std::min(usage.reasoning_tokens, usage.output_tokens);
  usage.calls = 1;
  Sums sums;
  add(usage, std::nullopt, sums);
  return sums;
}

void AllCloud::end_document() {
  std::map<std::string, const Said*> chosen;
  for (const Said& one : said_) {
    const Said*& best = chosen[one.question];
    if (best == nullptr || one.rank() >= best->rank()) best = &one;
  }
  for (const auto& [question, said] : chosen)
    counted_[question] +=
        {1, said->is_cloud ? 1 : 0, said->is_in_pieces() ? 1 : 0, said->thought, asked_once(*said)};
  said_.clear();
}

/// Once it is known how the cloud model serves calls.
void AllCloud::settle_tiers() {
  const bool is_batch = serves_batch_ && !serves_standard_;
  for (auto& [question, counted] : counted_) {
    Counted settled;
    for (const auto& [terms, sum] : counted.sums) {
      const ServiceTier others = is_batch ? ServiceTier::batch : ServiceTier::standard;
      Usage usage = sum.usage;
      if (!terms.tier && is_batch) usage.nano_dollars = sum.if_batch;
      settled.sums[{terms.above, terms.tier.value_or(others)}].usage += usage;
    }
    counted.sums = std::move(settled.sums);
  }
}

/// `200 at $3 input, 10 at $15 output: $0.00075`
std::string AllCloud::words(const Terms& terms, const Usage& usage) const {
  const TokenPrices& prices = prices_above(*price_, terms.above);
  std::string text;
  for (const Kind& kind : kinds) {
    const std::int64_t tokens = kind.tokens(usage);
    if (tokens == 0 && !kind.is_told_of_none) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(tokens) + " at " + exactly(prices.*kind.price) + " " +
            kind.name;
  }
  if (terms.above > 0) text += ", in prompts above " + std::to_string(terms.above) + " tokens";
  if (terms.tier == ServiceTier::batch && price_->batch)
    text += ", of that " + decimal_text(*price_->batch) + " times, as in a batch";
  if (price_->per_call != 0)
    text += ", and " + std::to_string(usage.calls) + " calls at " + exactly(price_->per_call);
  return text + ": " + exactly(usage.nano_dollars);
}

std::string AllCloud::how(const Counted& all, const Usage& spent) const {
  const std::string would_cost = exactly(all.total().nano_dollars), did_cost = exactly(spent.nano_dollars);
  std::string text = std::to_string(all.questions) +
                     " questions, each counted once with the tokens of its answer: " +
                     std::to_string(all.questions - all.by_cloud) + " that local models answered and " +
                     std::to_string(all.by_cloud) + " that the cloud did. ";
  if (all.in_pieces > 0)
    text +=
        std::to_string(all.in_pieces) +
        " of them were asked in pieces of the document: its tokens count once, those of the words around a "
        "piece once, by their bytes, and those of the longest answer. ";
  if (all.thought > 0)
    text += "Left out: " + std::to_string(all.thought) +
            " tokens that local models thought, since the cloud model does not. ";
  text += "At the prices of '" + backend_ + "'" + (model_.empty() ? "" : " (" + model_ + ")") +
          ", in USD per million tokens, rounded once a call: ";
  for (bool is_first = true; const auto& [terms, sum] : all.sums) {
    text += (is_first ? "" : "; ") + words(terms, sum.usage);
    is_first = false;
  }
  if (all.sums.size() != 1) text += (all.sums.empty() ? "" : "; together ") + would_cost;
  return text + ". Spent: " + did_cost + " for " + std::to_string(spent.calls) +
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
      nano_dollars += static_cast<double>(count) * static_cast<double>(counted->second.total().nano_dollars) /
                      static_cast<double>(counted->second.questions);
  }
  if (!price_) unknown = reason_;
  ordered_json json = {{"answers", answers}};
  json["estimate_usd"] = unknown.empty() ? ordered_json(in_usd(std::llround(nano_dollars))) : ordered_json();
  if (answers > 0 && !unknown.empty()) json["reason"] = unknown;
  json["how"] =
      "An estimate, and not in cost_usd: each answer that no model was asked for, at the mean of the "
      "questions of its stage that are counted above.";
  return json;
}

ordered_json AllCloud::to_json(const Usage& spent) const {
  AllCloud ended = *this;  // The last document may go on.
  ended.end_document();
  ended.settle_tiers();
  return ended.ended_json(spent);
}

ordered_json AllCloud::ended_json(const Usage& spent) const {
  Counted all;
  for (const auto& [stage, counted] : counted_)
    all += counted;
  const Usage usage = all.total();
  std::string reason = reason_;
  if (reason.empty() && spent.unpriced_calls > 0)
    reason = "what " + std::to_string(spent.unpriced_calls) + " of the calls cost is not known";
  if (reason.empty() && uncounted_ > 0)
    reason = "how many tokens " + std::to_string(uncounted_) + " of the answers took is not known";
  const std::int64_t saving = usage.nano_dollars - spent.nano_dollars;
  ordered_json json;
  json["backend"] = backend_.empty() ? ordered_json() : ordered_json(backend_);
  json["model"] = model_.empty() ? ordered_json() : ordered_json(model_);
  json["prices"] = price_ ? prices_json(*price_) : ordered_json();
  json["questions"] = all.questions;
  json["input_tokens"] = usage.input_tokens;
  json["cached_input_tokens"] = usage.cached_input_tokens;
  json["cache_write_tokens"] = usage.cache_write_tokens;
  json["output_tokens"] = usage.output_tokens;
  json["cost_usd"] = price_ && uncounted_ == 0 ? ordered_json(in_usd(usage.nano_dollars)) : ordered_json();
  json["spent_usd"] = spent.unpriced_calls > 0 ? ordered_json() : ordered_json(in_usd(spent.nano_dollars));
  json["saving_usd"] = reason.empty() ? ordered_json(in_usd(saving)) : ordered_json();
  json["ratio"] = nullptr;
  if (reason.empty() && spent.nano_dollars == 0)
    reason = "nothing was spent";
  else if (reason.empty())
    json["ratio"] = static_cast<double>(usage.nano_dollars) / static_cast<double>(spent.nano_dollars);
  if (!reason.empty()) json["reason"] = reason;
  json["how"] = price_ ? how(all, spent) : reason;
  json["without_model"] = without_model_json();
  return json;
}

}  // namespace docket
