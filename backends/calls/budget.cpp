#include "backends/calls/budget.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "backends/calls/queue_wait.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/money.h"

namespace docket::backends {
namespace {

/// Of text; half of what is usual. Long numbers and rare scripts can have less.
constexpr std::int64_t bytes_per_token = 2;
constexpr std::int64_t frame_tokens = 200;  ///< Roles, marks, what a server adds.

std::optional<std::int64_t> nano_dollars(const Settings& group, std::string_view name) {
  if (!group.has(name)) return std::nullopt;
  return std::llround(group.number(name) * 1e9);
}

class Budgeted final : public Backend {
 public:
  Budgeted(std::unique_ptr<Backend> inner, Budget& budget, const Price& price, std::int64_t thinking)
      : inner_(std::move(inner)), budget_(budget), price_(price), thinking_(thinking) {}

  void submit(Request request, Done done) noexcept override {
    const auto* prompt = std::get_if<Prompt>(&request.question);
    if (prompt == nullptr) return inner_->submit(std::move(request), std::move(done));
    const std::int64_t most = most_cost(*prompt, price_, thinking_);
    std::string document = request.asked_by.document;
    auto asked = std::make_shared<Request>(std::move(request));
    const auto since = Timer::Clock::now();
    budget_.reserve(
        document, most,
        [this, most, document, asked, since, done = std::move(done)](std::optional<Error> refused) mutable {
          end_wait(*asked, done, Timer::Clock::now() - since);
          if (refused) return done({.answer = *std::move(refused)});
          ask(std::move(*asked), std::move(document), most, std::move(done));
        });
  }

 private:
  void ask(Request request, std::string document, std::int64_t most, Done done) noexcept {
    inner_->submit(std::move(request),
                   [this, most, document = std::move(document), done = std::move(done)](Reply reply) {
                     budget_.settle(document, most, spent_on(reply, most));
                     done(std::move(reply));
                   });
  }

  /// What nobody tells, such as of a call that broke off, may be charged in full.
  static std::int64_t spent_on(const Reply& reply, std::int64_t most) {
    const Usage used = reply.spent.total();
    return used.unpriced_calls > 0 ? std::max(most, used.nano_dollars) : used.nano_dollars;
  }

  const std::unique_ptr<Backend> inner_;
  Budget& budget_;
  const Price price_;
  const std::int64_t thinking_;
};

}  // namespace

std::int64_t Budget::Account::with(std::int64_t most) const {
  return spent + (is_trusted ? most : std::max(most, dearest));
}

std::int64_t Budget::Account::in_flight_with(std::int64_t most) const {
  return spent + (is_trusted ? reserved + most : std::max(reserved + most, dearest * (calls + 1)));
}

void Budget::Account::settle(std::int64_t most, std::int64_t cost) {
  --calls;
  reserved -= most;
  spent += cost;
  dearest = std::max(dearest, cost);
  is_trusted = is_trusted && cost <= most;
}

Budget::Account Budget::account(const std::string& document) const {
  const auto found = documents_.find(document);
  return found == documents_.end() ? Account{} : found->second;
}

bool Budget::fits(const std::string& document, std::int64_t most) const {
  if (limits_.run && run_.in_flight_with(most) > *limits_.run) return false;
  return !limits_.document || account(document).in_flight_with(most) <= *limits_.document;
}

/// Not even when all that is reserved is given back.
std::optional<Error> Budget::refuse(const std::string& document, std::int64_t most) const {
  const auto error = [&](const char* whose, const Account& account, std::int64_t limit) {
    return Error{ErrorClass::withheld, std::string("budget: ") + whose + " has spent " +
                                           format_cents(account.spent) + " of its " + format_cents(limit) +
                                           ", and a call can cost " +
                                           format_cents(account.with(most) - account.spent)};
  };
  if (limits_.run && run_.with(most) > *limits_.run) return error("the run", run_, *limits_.run);
  const Account own = account(document);
  if (limits_.document && own.with(most) > *limits_.document)
    return error("the document", own, *limits_.document);
  return std::nullopt;
}

void Budget::take(const std::string& document, std::int64_t most) {
  const auto take_from = [most](Account& account) {
    ++account.calls;
    account.reserved += most;
  };
  take_from(run_);
  if (limits_.document) take_from(documents_[document]);
}

void Budget::reserve(const std::string& document, std::int64_t most,
                     std::function<void(std::optional<Error>)> then) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    refused = refuse(document, most);
    if (!refused && !fits(document, most)) {
      waiting_.push_back({document, most, std::move(then)});
      return;
    }
    if (!refused) take(document, most);
  }
  then(std::move(refused));
}

void Budget::settle(const std::string& document, std::int64_t most, std::int64_t spent) {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    run_.settle(most, spent);
    if (limits_.document) documents_[document].settle(most, spent);
    std::erase_if(waiting_, [&](Waiting& one) {
      std::optional<Error> refused = refuse(one.document, one.most);
      if (!refused && !fits(one.document, one.most)) return false;
      if (!refused) take(one.document, one.most);
      ready.push_back([then = std::move(one.then), refused = std::move(refused)] { then(refused); });
      return true;
    });
  }
  for (const auto& one : ready)
    one();
}

std::unique_ptr<Budget> budget_of(const Pipeline& pipeline) {
  const Settings group = pipeline.settings.group("budget");
  const Budget::Limits limits{nano_dollars(group, "run"), nano_dollars(group, "document")};
  if (!limits.run && !limits.document) return nullptr;
  return std::make_unique<Budget>(limits);
}

std::int64_t most_cost(const Prompt& prompt, const Price& price, std::int64_t thinking) {
  std::size_t bytes = prompt.system.size() + prompt.task.size() + prompt.diagnostic.size();
  for (const PromptPart& part : prompt.document)
    bytes += part.text.size();
  if (prompt.schema) bytes += prompt.schema->document().dump().size();
  const std::int64_t input = frame_tokens + static_cast<std::int64_t>(bytes) / bytes_per_token;
  return dearest_cost(price, input, prompt.most_output_tokens + thinking);
}

std::unique_ptr<Backend> make_budgeted(std::unique_ptr<Backend> inner, Budget& budget, const Price& price,
                                       std::int64_t thinking) {
  return std::make_unique<Budgeted>(std::move(inner), budget, price, thinking);
}

}  // namespace docket::backends
