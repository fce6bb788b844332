#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/field.h"
#include "pipeline/json/condition.h"

namespace docket {

/// The values of one mapping of the pipeline file, checked against its table of fields: each accessor may
/// rely on the type that the table gives, and returns the fallback when the setting is absent. Asking for a
/// name that the table does not have is a bug and throws std::logic_error.
class Settings {
 public:
  bool empty() const { return values_ == nullptr; }   ///< It has no settings, not even by fallback.
  bool has(std::string_view name) const;              ///< Given in the file (not only by its fallback).
  std::string text(std::string_view name) const;      ///< text, secret, choice, cap, date, backend, stage.
  std::int64_t integer(std::string_view name) const;  ///< integer; of a size, its bytes.
  double number(std::string_view name) const;
  std::int64_t decimal(std::string_view name) const;  ///< In billionths: 0.15 is 150'000'000.
  bool boolean(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  std::vector<std::string> texts(
      std::string_view name) const;                         ///< texts, secrets, choices, backends, stages.
  std::filesystem::path file(std::string_view name) const;  ///< Absolute.
  std::shared_ptr<const nlohmann::json> schema(std::string_view name) const;  ///< Null when absent.
  std::vector<NamedCondition> conditions(std::string_view name) const;        ///< condition, conditions.
  Settings group(std::string_view name) const;  ///< Empty when absent, or when a word stands in its place.
  std::vector<std::pair<std::string, Settings>> groups(
      std::string_view name) const;  ///< In the file's order.

  /// Of a group: the word that the file has in place of a mapping, one of the field's `choices`; else empty.
  const std::string& word() const;

  /// The resolved values with contents of files in place of their names and fallbacks filled in: what decides
  /// whether an earlier answer still holds. Secrets are left out.
  nlohmann::json resolved() const;

 private:
  friend class SettingsReader;
  struct Slot;
  struct Values;
  const Slot& slot(std::string_view name) const;
  template <class T>
  T get(std::string_view name) const;
  std::shared_ptr<const Values> values_;
};

}  // namespace docket
