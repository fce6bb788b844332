#pragma once
#include <variant>

#include "pipeline/settings.h"

namespace docket {

/// A file of the pipeline, and which content it had.
struct FileValue {
  std::filesystem::path path;
  std::string sha256;
};

/// A decimal number, exact.
struct DecimalValue {
  std::int64_t billionths = 0;
};

using SettingValue = std::variant<std::monostate, std::string, std::int64_t, double, DecimalValue, bool,
                                  std::chrono::milliseconds, std::vector<std::string>, FileValue,
                                  std::shared_ptr<const nlohmann::json>, std::vector<NamedCondition>,
                                  Settings, std::vector<std::pair<std::string, Settings>>>;

struct Settings::Slot {
  SettingValue value;  ///< Of the kind that the field's type asks for; monostate: absent, without a fallback.
  bool given = false;
};

/// What a Settings holds: one slot per row of its table.
struct Settings::Values {
  std::span<const Field> fields;
  std::vector<Slot> slots;
  std::string word = {};  ///< Stands in place of all of them.
};

}  // namespace docket
