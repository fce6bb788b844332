#include "pipeline/usage.h"

#include <algorithm>
#include <iterator>

namespace docket {
namespace {

constexpr bool each_member_is_named_once() {
  Usage named;
  for (const UsageMember& member : usage_members)
    ++(named.*member.value);
  for (const UsageMember& member : usage_members)
    if (named.*member.value != 1) return false;
  return sizeof(Usage) == std::size(usage_members) * sizeof(std::int64_t);
}
static_assert(each_member_is_named_once(), "every member of Usage has one line in usage_members");

}  // namespace

Usage& Usage::operator+=(const Usage& other) {
  for (const UsageMember& member : usage_members)
    this->*member.value += other.*member.value;
  return *this;
}

void Spending::add(const ModelUsage& used) {
  const auto same = std::ranges::find_if(by_model_, [&](const ModelUsage& known) {
    return known.backend == used.backend && known.model == used.model;
  });
  if (same == by_model_.end()) {
    by_model_.push_back(used);
  } else {
    same->usage += used.usage;
  }
}

Spending& Spending::operator+=(const Spending& other) {
  for (const ModelUsage& used : other.by_model_)
    add(used);
  return *this;
}

Usage Spending::total() const {
  Usage total;
  for (const ModelUsage& used : by_model_)
    total += used.usage;
  return total;
}

}  // namespace docket
