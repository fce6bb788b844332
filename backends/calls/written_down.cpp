#include "backends/calls/written_down.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "pipeline/support/money.h"

namespace docket::backends {

BeforeSending written_down_first(AnswerStore& store, LedgerCall& call) {
  call.row = std::make_shared<std::int64_t>(0);
  auto begun = std::make_shared<LedgerCall>(call);
  begun->outcome = unknown_end;
  return [&store, begun](const Sending& sending, std::function<void(const std::optional<Error>&)> then) {
    begun->model = sending.model;
    ++begun->usage.calls;
    ++begun->usage.unpriced_calls;
    begun->usage.sent_bytes += sending.sent_bytes;
    begun->usage.uncertain_nano_dollars =
        money_sum(begun->usage.uncertain_nano_dollars, sending.most_nano_dollars.value_or(0));
    store.call_begins(*begun, std::move(then));
  };
}

}  // namespace docket::backends
