#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace docket {

/// How many documents of a run may have something done for them: a number, or a share of the documents that
/// the run works on.
class Cap {
 public:
  /// `20`, `10%` or `2.5 %`; a share has at most three decimals and is at most 100%. None: it is no cap.
  static std::optional<Cap> parse(std::string_view text);

  /// Of a run that works on so many. A share is rounded down: at most means at most.
  std::int64_t allowed(std::int64_t documents) const;

 private:
  std::int64_t number_ = 0;  ///< Documents, or thousandths of a percent.
  bool is_share_ = false;
};

}  // namespace docket
