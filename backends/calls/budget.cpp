#include "backends/calls/budget.h"

#include <algorithm>
#include <cmath>
#include <vector>

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
    budget_.reserve(
        document, most,
        [this, most, document, asked, done = std::move(done)](std::optional<Error> refused) mutable {
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

Budget::Account Budget::account(const std::string& document) const {
  const auto found = documents_.find(document);
  return found == documents_.end() ? Account{} : found->second;
}

bool Budget::fits(const std::string& document, std::int64_t most) const {
  if (limits_.run && run_.spent + run_.reserved + most > *limits_.run) return false;
  const Account own = account(document);
  return !limits_.document || own.spent + own.reserved + most <= *limits_.document;
}

/// Not even when all that is reserved is given back.
std::optional<Error> Budget::refuse(const std::string& document, std::int64_t most) const {
  const auto error = [&](const char* whose, std::int64_t spent, std::int64_t limit) {
    return Error{ErrorClass::withheld, std::string("budget: ") + whose + " has spent " + format_cents(spent) +
                                           " of its " + format_cents(limit) + ", and a call can cost " +
                                           format_cents(most)};
  };
  if (limits_.run && run_.spent + most > *limits_.run) return error("the run", run_.spent, *limits_.run);
  const std::int64_t spent = account(document).spent;
  if (limits_.document && spent + most > *limits_.document)
    return error("the document", spent, *limits_.document);
  return std::nullopt;
}

void Budget::take(const std::string& document, std::int64_t most) {
  run_.reserved += most;
  if (limits_.document) documents_[document].reserved += most;
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
    run_.reserved -= most;
    run_.spent += spent;
    if (limits_.document) {
      Account& account = documents_[document];
      account.reserved -= most;
      account.spent += spent;
    }
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
  Usage most;
  most.input_tokens = frame_tokens + static_cast<std::int64_t>(bytes) / bytes_per_token;
  most.output_tokens = prompt.most_output_tokens + thinking;
  Price dearest = price;
  dearest.input = std::max({price.input, price.cached_input, price.cache_write});
  return cost(most, dearest);
}

std::unique_ptr<Backend> make_budgeted(std::unique_ptr<Backend> inner, Budget& budget, const Price& price,
                                       std::int64_t thinking) {
  return std::make_unique<Budgeted>(std::move(inner), budget, price, thinking);
}

}  // namespace docket::backends
