#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/json/schema.h"

namespace docket::stages {

/// Joins what tiers say of the fields of a schema, and says how far each value can be trusted. Immutable,
/// shared by threads.
///
/// Of the values that tiers give for a field the one with the highest confidence stands, on equal terms that
/// of the tier asked later, and the others are kept beside it in `other_tiers`. Of two that would be accepted
/// and differ, that stands which was read beside the words that name the field, or else that of the tier
/// asked later, and it is seldom accepted. Where more than two speak, a value has the weight of all that give
/// it: two against one.
/// A value that stands in the XML of an e-invoice is never replaced; where other tiers read something else on
/// the page, it is not accepted, and that is a problem.
/// Nothing that a tier adds makes an answer worse: what it says without evidence does not take the place of
/// null, a check that fails only because of its values counts only against these, and where an accepted
/// answer would be accepted no more, or a check that held would not, because of them, they are left out.
class FieldJudge {
 public:
  /// `models` has what a backend asks, by its name: two that ask the same model are one opinion.
  FieldJudge(std::shared_ptr<const nlohmann::json> schema, std::shared_ptr<const std::vector<Check>> checks,
             double accept, std::map<std::string, std::string> models);

  /// Joins `said`, `{fields, details}` of a tier, to `output`. Each detail has `signals` with what is known
  /// of its evidence, or of a list `rows` that have, or a `problem`.
  void take(nlohmann::json said, const std::string& tier, bool is_model, nlohmann::json& output) const;

 private:
  using Names = std::set<std::string>;

  void give_credit(nlohmann::json& said, const nlohmann::json& known) const;
  Names merge(const nlohmann::json& said, nlohmann::json& output) const;
  bool takes_place_of(const nlohmann::json& known_value, const nlohmann::json& known,
                      const nlohmann::json& value, const nlohmann::json& detail) const;
  double counted(const std::string& tier, double confidence) const;
  double weight_of(const std::string& tier, double confidence) const;
  double backing_of(const nlohmann::json& value, std::vector<std::string> known,
                    const nlohmann::json& others) const;
  Names made_worse(const nlohmann::json& before, const nlohmann::json& output, const Names& taken) const;
  void judge(nlohmann::json& output, const Names& taken) const;

  std::vector<std::string> apply_schema(nlohmann::json& answer) const;
  void apply_checks(nlohmann::json& answer, const Names& taken) const;
  static void apply(const Check& check, const CheckResult& result, const Names& taken,
                    const nlohmann::json& failed_before, nlohmann::json& answer);
  bool is_contested(const nlohmann::json& value, const nlohmann::json& detail) const;
  std::optional<double> agreement(const nlohmann::json& voice, const nlohmann::json& others) const;
  void agree(const std::string& field, const nlohmann::json& value, nlohmann::json& detail) const;
  void compare_with_print(const std::string& field, const nlohmann::json& value,
                          nlohmann::json& detail) const;
  void weigh(const nlohmann::json& value, nlohmann::json& detail) const;
  void weigh_others(const nlohmann::json& value, nlohmann::json& detail) const;
  void sum_up(nlohmann::json& output) const;

  bool are_independent(const std::string& a, const std::string& b) const;

  const std::shared_ptr<const nlohmann::json> schema_;
  const Schema validator_;
  const std::shared_ptr<const std::vector<Check>> checks_;
  const double accept_;
  const std::map<std::string, std::string> models_;
};

}  // namespace docket::stages
