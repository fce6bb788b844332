#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/config/yaml.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/settings.h"
#include "pipeline/settings_values.h"
#include "pipeline/support/path_patterns.h"

namespace docket {

/// How a complaint of jq begins.
inline const std::string not_valid_jq = "not a valid jq condition: ";

/// Reads mappings of the pipeline file against their tables of fields. What is wrong goes to the Diagnostics;
/// the reading goes on.
class SettingsReader {
 public:
  /// What settings may refer to.
  struct Names {
    std::vector<std::string_view> backends;
    std::vector<std::string_view> stages;
  };

  /// `directory` is the pipeline file's.
  SettingsReader(std::filesystem::path directory, Diagnostics& diagnostics, ConditionSet& conditions)
      : directory_(std::move(directory)), diagnostics_(diagnostics), conditions_(conditions) {}

  void set_names(Names names) { names_ = std::move(names); }

  /// From now on a secret that is not to be had is an empty one.
  void set_secrets_may_lack() { secrets_may_lack_ = true; }

  /// How `path:` of conditions that are read from now on is meant; before, as the policy means it.
  void set_paths(PathPatterns::Use use, LetterCase letters) {
    path_use_ = use;
    path_letters_ = letters;
  }

  /// The entries of `node` (a mapping, or null for an empty one) that the table has. `owner` is the place of
  /// the key that the mapping belongs to, where a missing setting is complained about; `path` its dotted
  /// name.
  Settings read(std::span<const Field> fields, const Node& node, const Position& owner,
                const std::string& path);

  /// Complains about entries of `node` that no table has; `topic`: under what `docket help` lists them.
  void check_names(std::initializer_list<std::span<const Field>> tables, const Node& node,
                   const std::string& path, const std::string& topic = {});

  /// True if an entry that no field is named after was probably meant to be `name`: the complaint about it is
  /// enough.
  static bool is_misspelt(std::span<const Field> fields, const Node& node, std::string_view name);

  /// Files that were read for their content, but for secrets; absolute.
  const std::vector<std::filesystem::path>& files() const { return files_; }

  /// A condition of the file, once for each place where it is used.
  struct PlacedCondition {
    NamedCondition named;
    Position position;
    std::string setting;  ///< `stages.classify.when`
  };
  const std::vector<PlacedCondition>& conditions() const { return placed_; }

  /// A scalar's text with its `${…}` resolved; nothing (and a complaint) if it is no text or they cannot be.
  std::optional<std::string> text(const Node& node, const std::string& path);

 private:
  using Value = std::optional<SettingValue>;
  enum class Missing { is_error, ignore };

  /// What is being read, for messages.
  struct Place {
    const Field& field;
    const Node& node;
    const std::string& path;
    Position owner = node.position;  ///< Of the key that the node belongs to.
  };
  /// A scalar with its references resolved.
  struct Scalar {
    std::string text;
    bool secret = false;  ///< Some of it came from the environment: no message shows it.
    bool one_reference = false;
    bool number_like = true;  ///< Not in quotes, or from the environment.
  };

  Settings read_slots(std::span<const Field> fields, const Node& node, const Position& owner,
                      const std::string& path, Missing missing);
  SettingValue absent(const Field& field, const Position& owner, const std::string& path, Missing missing);

  Value value(const Place& place);
  Value scalar_value(const Place& place);
  Value list_value(const Place& place);
  Value groups_value(const Place& place);
  Value word_value(const Place& place);
  std::optional<Scalar> scalar(const Place& place);
  Value typed(const Place& place, const Scalar& scalar);
  Value number(const Place& place, const Scalar& scalar);
  bool known(const Place& place, const Scalar& scalar);
  bool is_for_a_shell(const Place& place, const Scalar& scalar);
  void report(const Place& place, const std::string& message);
  void expected_but_got(const Place& place, const std::string& got);
  std::string shown(const Place& place, const Scalar& scalar) const;

  // settings_reader_files.cpp
  std::optional<std::string> secret_text(const Place& place);
  Value secret_value(const Place& place);
  Value secrets_value(const Place& place);
  Value file_value(const Place& place);
  Value schema_value(const Place& place);
  Value schema_from_file(const Place& place, const std::string& name);
  std::optional<nlohmann::json> to_json(const Node& node, const std::string& path);

  // settings_reader_conditions.cpp
  Value conditions_value(const Place& place);
  void add_conditions(std::vector<NamedCondition>& list, const Place& place);
  void add_condition(std::vector<NamedCondition>& list, const std::string& name, const Place& place);
  std::shared_ptr<const Condition> condition(const Place& place, const std::string& text);
  std::shared_ptr<const Condition> path_condition(const Place& place, std::string_view pattern);

  std::filesystem::path directory_;
  Diagnostics& diagnostics_;
  bool secrets_may_lack_ = false;
  Names names_;
  PathPatterns::Use path_use_ = PathPatterns::Use::protect;
  LetterCase path_letters_ = LetterCase::ignored;
  std::vector<std::filesystem::path> files_;
  ConditionSet& conditions_;
  std::map<std::string, Result<std::shared_ptr<const Condition>>> known_;  ///< By expression.
  std::vector<PlacedCondition> placed_;
};

}  // namespace docket
