#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "pipeline/plan.h"
#include "tests/plan_catalog.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

const fs::path scenarios = fs::path(SOURCE_DIR) / "tests/data/plan";

std::string read_file(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// What a person needs to know of a plan, on a few lines, to compare.
std::string summary(const Plan& plan) {
  std::ostringstream text;
  text << "name " << plan.name << "\ninputs";
  for (const std::string& input : plan.inputs) {
    text << " " << input;
  }
  text << "\noutput " << plan.output_dir.lexically_relative(plan.directory).string() << "\n";
  text << "settings " << plan.settings.resolved().dump() << "\n";
  for (const BackendPlan& backend : plan.backends) {
    text << "backend " << backend.name << " " << backend.kind->type << " "
         << backend.settings.resolved().dump() << "\n";
  }
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const StagePlan& stage = plan.stages[i];
    text << "stage " << i << " " << stage.id << " " << stage.kind->type << " after";
    for (const std::size_t earlier : stage.after) {
      text << " " << earlier;
    }
    text << "\n  " << stage.settings.resolved().dump() << "\n";
    for (const NamedCondition& when : stage.when) {
      text << "  when " << when.name << ": " << when.condition->expression() << "\n";
    }
  }
  return text.str();
}

/// The first lines of a scenario may say `# env: NAME=VALUE` and `# set: KEY=VALUE`.
struct Preparation {
  std::vector<std::pair<std::string, std::string>> environment, overrides;

  explicit Preparation(const fs::path& file) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line) && line.starts_with("# ");) {
      add(line, "# env: ", environment);
      add(line, "# set: ", overrides);
    }
  }
  static void add(const std::string& line, const std::string& prefix,
                  std::vector<std::pair<std::string, std::string>>& into) {
    const auto equals = line.find('=');
    if (!line.starts_with(prefix) || equals == std::string::npos) return;
    into.emplace_back(line.substr(prefix.size(), equals - prefix.size()), line.substr(equals + 1));
  }
};

std::string outcome(const fs::path& file) {
  const Preparation preparation(file);
  for (const auto& [name, value] : preparation.environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  const PlanOrComplaints result = read_plan(file.filename(), plan_catalog(), preparation.overrides);
  for (const auto& [name, value] : preparation.environment) {
    unsetenv(name.c_str());
  }
  EXPECT_EQ(result.plan.has_value(), result.complaints.empty());
  if (result.plan) return summary(*result.plan);
  std::string text;
  for (const Complaint& complaint : result.complaints) {
    text += to_string(complaint) + "\n";
  }
  return text;
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(scenarios)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class PlanScenario : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    before_ = fs::current_path();
    fs::current_path(scenarios);
  }
  void TearDown() override { fs::current_path(before_); }
  fs::path before_;
};

/// `UPDATE=1 unit_tests --gtest_filter=*PlanScenario*` writes what is there now; read the difference before
/// committing it.
TEST_P(PlanScenario, GivesExactlyWhatIsExpected) {
  const std::string got = outcome(scenarios / (GetParam() + ".yaml"));
  const fs::path expected = scenarios / (GetParam() + ".expected");
  if (std::getenv("UPDATE")) std::ofstream(expected, std::ios::binary) << got;
  EXPECT_EQ(got, read_file(expected));
}

INSTANTIATE_TEST_SUITE_P(Plan, PlanScenario, testing::ValuesIn(scenario_names()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace docket
