// What is assumed where no earlier run tells stands at the top; docs/plan.md says it to users.
#include "pipeline/run/call_rates.h"

#include <algorithm>
#include <cmath>

#include "pipeline/prompt_size.h"

namespace docket {
namespace {

constexpr double short_answer = 0.5;             ///< Of a usual one.
constexpr double usual_share_of_thinking = 0.2;  ///< Of the room for it, which is for hard questions.
constexpr double most_tries = 2;                 ///< Each request is made once more.

std::int64_t rounded(double number) { return static_cast<std::int64_t>(std::llround(number)); }

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

/// What happened so often in so many cases happens no more often than this, as good as certainly (the upper
/// end of Wilson's interval, 97.5 %).
double most_likely_share(std::int64_t happened, std::int64_t of) {
  constexpr double z = 1.96;
  if (of <= 0) return 1;
  const auto n = static_cast<double>(of);
  const double share = static_cast<double>(happened) / n;
  const double spread = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return std::min(1.0, (share + z * z / (2 * n) + spread) / (1 + z * z / n));
}

/// Of the same model, and not of others in its stage.
bool are_its_own(const std::optional<CallHistory>& answers) {
  return answers && answers->of == CallHistory::Of::stage_and_model;
}

/// Of an answer as it usually is, without thinking.
double answer_tokens(const RehearsedCall& rehearsed) {
  return static_cast<double>(rehearsed.answer_bytes) / double{usual_bytes_per_token};
}

/// What an attempt takes, failed ones included, in what one with an answer takes.
double per_attempt(const CallHistory& history, std::int64_t used, const TokenTrend& answered) {
  return answered.tokens > 0
             ? static_cast<double>(used) / answered.tokens * ratio(history.answers, history.calls)
             : 0;
}

std::string words(const CallHistory& history) {
  const std::string calls = std::to_string(history.calls) + " calls";
  switch (history.of) {
    case CallHistory::Of::stage_and_model:
      return calls + " of this stage to this model";
    case CallHistory::Of::model:
      return calls + " of other stages to this model";
    case CallHistory::Of::stage:
      return calls + " of this stage to other models";
    case CallHistory::Of::all:
      break;
  }
  return calls + " of other stages to other models";
}

}  // namespace

CallRates::CallRates(const PlanHistory& history, const std::string& stage, const BackendConfig& backend)
    : prompts_(history.for_prompts(stage, backend)),
      answers_(history.for_answers(stage, backend)),
      price_(price_of(backend)),
      timeout_(price_ && price_->per_hour > 0 ? backend.settings.duration("timeout")
                                              : std::chrono::milliseconds(0)),
      is_free_(!price_ && location_of(backend) == Location::local) {}

EstimatedCall CallRates::call(const RehearsedCall& rehearsed) const {
  EstimatedCall call;
  call.tries[Case::low] = 1;
  call.tries[Case::expected] = answers_ ? ratio(answers_->calls, answers_->answers) : 1;
  call.tries[Case::high] = std::max(high_tries(), call.tries[Case::expected]);
  call[Case::low] = least(rehearsed);
  call[Case::expected] = expected(rehearsed);
  call[Case::high] = most(rehearsed);
  call[Case::high].output_tokens =
      std::max(call[Case::high].output_tokens, call[Case::expected].output_tokens);
  call.nano_dollars = money(rehearsed, call);
  return call;
}

/// The more calls have shown how many fail, the fewer may.
double CallRates::high_tries() const {
  if (!are_its_own(answers_)) return most_tries;
  const double failing = most_likely_share(answers_->calls - answers_->answers, answers_->calls);
  return std::min(most_tries, failing < 1 ? 1 / (1 - failing) : most_tries);
}

Usage CallRates::least(const RehearsedCall& rehearsed) const {
  Usage usage;
  usage.calls = 1;
  const auto bytes = static_cast<double>(rehearsed.bytes);
  usage.input_tokens =
      rounded(bytes * (prompts_ ? prompts_->least_tokens_per_byte : 1 / double{lean_bytes_per_token}));
  usage.output_tokens = answers_ ? answers_->least_output : rounded(answer_tokens(rehearsed) * short_answer);
  return usage;
}

Usage CallRates::expected(const RehearsedCall& rehearsed) const {
  Usage usage;
  usage.calls = 1;
  const auto bytes = static_cast<double>(rehearsed.bytes);
  usage.input_tokens = rounded(bytes / double{usual_bytes_per_token});
  if (prompts_) {
    const Usage& used = prompts_->used;
    const TokenTrend& trend = prompts_->input;
    const double input =
        trend.at(bytes, trend.tokens / trend.bytes) * per_attempt(*prompts_, used.input_tokens, trend);
    usage.input_tokens = rounded(input);
    usage.cached_input_tokens = rounded(input * ratio(used.cached_input_tokens, used.input_tokens));
    usage.cache_write_tokens = rounded(input * ratio(used.cache_write_tokens, used.input_tokens));
    usage.cache_write_1h_tokens = rounded(input * ratio(used.cache_write_1h_tokens, used.input_tokens));
  }
  double output =
      answer_tokens(rehearsed) + static_cast<double>(rehearsed.thinking_room) * usual_share_of_thinking;
  if (answers_)
    output = answers_->output.at(bytes, 0) *
             per_attempt(*answers_, answers_->used.output_tokens, answers_->output);
  usage.output_tokens = rounded(output);
  return usage;
}

Usage CallRates::most(const RehearsedCall& rehearsed) const {
  Usage usage;
  usage.calls = 1;
  const auto bytes = static_cast<double>(rehearsed.bytes);
  usage.input_tokens = prompts_ ? rounded(bytes * prompts_->most_tokens_per_byte)
                                : added_tokens + rehearsed.bytes / dense_bytes_per_token;
  usage.output_tokens = rehearsed.most.output_tokens;
  if (!are_its_own(answers_) || answers_->most_output >= usage.output_tokens) return usage;
  // Longer ones than any so far are no more than a share of the next, and take all the room.
  const double longer = most_likely_share(0, answers_->answers);
  const auto known = static_cast<double>(answers_->most_output);
  usage.output_tokens = rounded(known + (static_cast<double>(usage.output_tokens) - known) * longer);
  return usage;
}

/// Earlier calls to the model, if they tell how long its machine was at work; null: nobody knows.
const CallHistory* CallRates::timed() const {
  const bool is_of_model = prompts_ && prompts_->of != CallHistory::Of::all;
  return is_of_model && prompts_->time.calls > 0 ? &*prompts_ : nullptr;
}

std::chrono::nanoseconds CallRates::expected_time(const RehearsedCall& rehearsed) const {
  const CallHistory* const history = timed();
  if (history == nullptr) return {};
  const double microseconds = history->time.at(static_cast<double>(rehearsed.bytes), 0) *
                              per_attempt(*history, history->used.machine_us, history->time);
  return std::chrono::microseconds(rounded(microseconds));
}

/// Of the calls, that are served for the price of a batch as earlier ones to this model were.
double CallRates::batch_share() const {
  const bool is_of_model = prompts_ && prompts_->of != CallHistory::Of::all;
  return is_of_model ? ratio(prompts_->batch_input_tokens, prompts_->used.input_tokens) : 0;
}

std::optional<Range> CallRates::money(const RehearsedCall& rehearsed, EstimatedCall& call) const {
  if (is_free_) return Range();
  if (!has_price()) return std::nullopt;
  Range money;
  const auto at = [&](Case which, ServiceTier tier, std::chrono::nanoseconds time) {
    return static_cast<double>(cost(call[which], *price_, {tier, time}));
  };
  const double batch = batch_share();
  const std::chrono::microseconds least_time(timed() != nullptr ? timed()->least_machine_us : 0);
  money[Case::low] = at(Case::low, batch > 0 ? ServiceTier::batch : ServiceTier::standard, least_time);
  const std::chrono::nanoseconds time = expected_time(rehearsed);
  money[Case::expected] = batch * at(Case::expected, ServiceTier::batch, time) +
                          (1 - batch) * at(Case::expected, ServiceTier::standard, time);
  const auto dearest = [&](const Usage& usage) {
    return static_cast<double>(dearest_cost(*price_, usage.input_tokens, usage.output_tokens, timeout_));
  };
  call.reserved = dearest(rehearsed.most) / most_tries;
  call.reserved = std::max(call.reserved, dearest(call[Case::high]));
  // All attempts together: where nothing is known, a budget of as much as this holds no document back.
  money[Case::high] = are_its_own(answers_) ? dearest(call[Case::high]) : call.reserved;
  return money;
}

std::vector<Basis> CallRates::basis() const {
  std::vector<Basis> basis;
  if (prompts_)
    basis.push_back({"tokens per byte", words(*prompts_)});
  else
    basis.push_back({"tokens per byte", "a token for each 4 bytes, none of them cached", true});
  if (answers_)
    basis.push_back({"output tokens and retries", words(*answers_)});
  else
    basis.push_back({"output tokens and retries",
                     "texts of 40 characters, lists of 3, no retries; for thinking a fifth of its room",
                     true});
  if (!price_ || price_->per_hour == 0) return basis;
  if (const CallHistory* const history = timed())
    basis.push_back({"time of the machine", words(*history)});
  else
    basis.push_back(
        {"time of the machine", "not known, and so the cost is not, before 3 calls to the model"});
  return basis;
}

}  // namespace docket
