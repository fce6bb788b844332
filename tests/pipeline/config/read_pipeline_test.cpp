#include "pipeline/config/read_pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "pipeline/config/check_conditions.h"
#include "pipeline/config/stage_order.h"
#include "tests/cpu_time.h"
#include "tests/temp_dir.h"
#include "tests/test_registry.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

const fs::path scenarios = fs::path(SOURCE_DIR) / "tests/data/pipeline";

std::string read_file(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// What a person needs to know of a plan, on a few lines, to compare.
std::string summary(const Pipeline& pipeline) {
  std::ostringstream text;
  text << "name " << pipeline.name << "\ninputs";
  for (const std::string& input : pipeline.inputs) {
    text << " " << input;
  }
  text << "\noutput " << pipeline.output_dir.lexically_relative(pipeline.directory).string() << "\n";
  text << "settings " << pipeline.settings.resolved().dump() << "\n";
  for (const BackendConfig& backend : pipeline.backends) {
    text << "backend " << backend.name << " " << backend.type->name << " "
         << backend.settings.resolved().dump() << "\n";
  }
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const StageConfig& stage = pipeline.stages[i];
    text << "stage " << i << " " << stage.id << " " << stage.type->name << " after";
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
  const PipelineOrDiagnostics result = read_pipeline(file.filename(), plan_registry(), preparation.overrides);
  for (const auto& [name, value] : preparation.environment) {
    unsetenv(name.c_str());
  }
  EXPECT_EQ(result.pipeline.has_value(), result.diagnostics.empty());
  std::string text;
  if (result.pipeline) {
    for (const std::string& warning : result.pipeline->warnings)
      text += "warning: " + warning + "\n";
    const auto problems = compile_conditions(*result.pipeline);
    EXPECT_TRUE(problems);
    for (const std::string& problem : *problems)
      text += problem + "\n";
    return problems->empty() ? text + summary(*result.pipeline) : text;
  }
  for (const Diagnostic& diagnostic : result.diagnostics) {
    text += to_string(diagnostic) + "\n";
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
    fs::permissions("open_to_all.key", fs::perms::others_read, fs::perm_options::add);
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

INSTANTIATE_TEST_SUITE_P(Pipeline, PlanScenario, testing::ValuesIn(scenario_names()),
                         [](const auto& scenario) { return scenario.param; });

/// A pipeline file of its own folder.
class PlanFile : public testing::Test {
 protected:
  PipelineOrDiagnostics read(const std::string& text,
                             const std::vector<std::pair<std::string, std::string>>& overrides = {}) {
    directory_.write("pipeline.yaml", text);
    return read_pipeline(directory_.path() / "pipeline.yaml", plan_registry(), overrides);
  }
  static std::string first(const PipelineOrDiagnostics& result) {
    return result.diagnostics.empty() ? "valid" : result.diagnostics.front().message;
  }
  TempDir directory_;
};

std::string lines(int count, const std::function<std::string(const std::string&)>& line) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += line(std::to_string(i)) + "\n";
  }
  return text;
}

TEST_F(PlanFile, IsRefusedFastWhenItIsHuge) {
  const int share =
      sanitized ? 10 : 1;  // The bound on time holds for optimised code; the rest is the same with less.
  const std::string head = "version: 1\nbackends: { rules: { type: builtin } }\n";
  const std::string classify = head + "stages:\n  - extract:\n  - classify:\n      backends: rules\n";
  const auto named = [](const char* before, const char* after) {
    return [=](const std::string& i) { return before + i + after; };
  };
  const std::string files[] = {
      head + lines(40000 / share, named("key", ": 1")),
      head + "stages:\n" + lines(30000 / share, named("  - extract", ":")),
      head + "stages:\n" + lines(20000 / share, named("  - escalate: { id: s", " }")),
      head + "stages:\n  - extract:\n" +
          lines(900 / share, named("  - escalate: { id: s", ", after: [extrct] }")),
      "version: 1\nbackends:\n" + lines(20000 / share, named("  b", ": { type: builtn }")) +
          "stages: [extract]\n",
      "version: 1\nbackends:\n" +
          lines(900 / share, named("  b", ": { type: ollama, model: m, fallback: bb }")) +
          "stages: [extract]\n",
      classify + "      labels: [1]\n" + lines(30000 / share, named("      labl", ": 1")),
      classify + "      labels:\n" + lines(20000 / share, named("        l", ": { keyword: 1 }")),
      classify + "      labels: { a: , b: }\n      when:\n" +
          lines(20000 / share, named("        - .a ", " +")),
      classify + "      labels: { a: , b: }\n      when:\n" +
          lines(20000 / share, named("        n", ": .a == 1")),
      head + "stages:\n  - extract:\n  - structured-extract:\n      schema:\n        properties:\n" +
          lines(15000 / share, named("          p", ": { typ: strng }")),
      head + "stages:\n  - extract:\n  - escalate:\n      reasons:\n" +
          lines(25000 / share, named("        - low_confidenc", "")),
      "version: 1\nname: " + lines(30000 / share, named("  ${DOCKET_TEST_NONE", "}")),
  };
  for (const std::string& file : files) {
    const double start = cpu_seconds();
    const PipelineOrDiagnostics result = read(file);
    EXPECT_FALSE(result.pipeline) << file.substr(0, 300);
    EXPECT_LE(result.diagnostics.size(), 101U);
    EXPECT_LT(cpu_seconds() - start, one_cpu_second) << file.substr(0, 300);
  }
}

TEST_F(PlanFile, ThatCannotBeReadSaysWhy) {
  const auto message = [](const fs::path& file) { return first(read_pipeline(file, plan_registry())); };
  EXPECT_EQ(message("absent.yaml"), "no such file");
  EXPECT_EQ(message("/"), "is a folder, expected a file");
  EXPECT_EQ(message("/dev/zero"), "is not a regular file");
  EXPECT_EQ(first(read(std::string(2 << 20, '#'))), "is larger than 1024 KiB");
}

TEST_F(PlanFile, TakesASecretFromAFileOfItsOwnOnly) {
  const std::string text =
      "version: 1\nbackends: { c: { type: anthropic, model: m, api_key: file:key } }\nstages: [extract]\n";
  directory_.write("key", "sk-from-file\n");
  fs::permissions(directory_.path() / "key", fs::perms::owner_read | fs::perms::owner_write);
  const PipelineOrDiagnostics result = read(text);
  ASSERT_TRUE(result.pipeline) << first(result);
  const Settings& settings = result.pipeline->backends.front().settings;
  EXPECT_EQ(settings.text("api_key"), "sk-from-file");
  EXPECT_EQ(settings.resolved().dump().find("sk-"), std::string::npos);

  fs::permissions(directory_.path() / "key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(first(read(text)), "backends.c.api_key: 'key' can be read by other users; close it: chmod 600");
}

TEST_F(PlanFile, RefusesAKeyThatIsEmptyUnlessItMayBe) {
  const auto with_key = [&](const std::string& type, const std::string& key) {
    return read("version: 1\nbackends: { c: { type: " + type + ", model: m, api_key: '" + key +
                "' } }\nstages: [extract]\n");
  };
  for (const char* content : {"", "\n", "  \n", "\t\r\n"}) {
    directory_.write("key", content);
    fs::permissions(directory_.path() / "key", fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_NE(first(with_key("anthropic", "file:key")).find("is empty, so it is no key"), std::string::npos);
  }
  setenv("DOCKET_TEST_EMPTY", " ", 1);
  EXPECT_NE(first(with_key("anthropic", "${DOCKET_TEST_EMPTY}")).find("DOCKET_TEST_EMPTY is empty"),
            std::string::npos);
  unsetenv("DOCKET_TEST_EMPTY");
}

TEST_F(PlanFile, GivesSettingsByTypeAndRefusesUnknownOnes) {
  const PipelineOrDiagnostics result = read(
      "version: 1\nbudget: { run: 1.5 }\nbackends: { a: { type: ollama, model: m, timeout: 1.5s, think: true "
      "} }\n"
      "stages:\n  - extract: { time_limit: 2m }\n  - summarize: { title: t, words: 12 }\n");
  ASSERT_TRUE(result.pipeline) << first(result);
  const Pipeline& pipeline = *result.pipeline;
  const Settings& a = pipeline.backend("a")->settings;
  EXPECT_EQ(a.duration("timeout"), std::chrono::milliseconds(1500));
  EXPECT_TRUE(a.boolean("think"));
  EXPECT_TRUE(a.has("think"));
  EXPECT_EQ(a.integer("max_concurrent"), 1);
  EXPECT_FALSE(a.has("max_concurrent"));
  EXPECT_FALSE(a.has("price"));
  EXPECT_EQ(a.group("price").number("input"), 0);
  EXPECT_EQ(pipeline.settings.group("budget").decimal("run"), 1'500'000'000);
  EXPECT_FALSE(pipeline.settings.group("budget").has("document"));
  EXPECT_EQ(pipeline.stage("summarize")->settings.integer("words"), 12);
  EXPECT_THROW((void)pipeline.stage("summarize")->settings.schema("title"), std::logic_error);
  EXPECT_THROW((void)pipeline.stage("summarize")->settings.text("absent"), std::logic_error);
  EXPECT_EQ(pipeline.stage("absent"), nullptr);
  EXPECT_EQ(pipeline.backend("absent"), nullptr);
  EXPECT_EQ(pipeline.directory, directory_.path());
  EXPECT_EQ(pipeline.output_dir, directory_.path() / "out");
}

TEST_F(PlanFile, ChangesItsResolvedSettingsWithTheContentOfItsFiles) {
  const std::string text =
      "version: 1\nstages:\n  - extract:\n  - summarize: { title: t, prompt: prompt.txt }\n";
  directory_.write("prompt.txt", "one");
  const auto one = read(text);
  const auto again = read(text);
  directory_.write("prompt.txt", "two");
  const auto two = read(text);
  ASSERT_TRUE(one.pipeline && again.pipeline && two.pipeline);
  EXPECT_EQ(one.pipeline->stage("summarize")->settings.resolved(),
            again.pipeline->stage("summarize")->settings.resolved());
  EXPECT_NE(one.pipeline->stage("summarize")->settings.resolved(),
            two.pipeline->stage("summarize")->settings.resolved());
}

TEST(StageOrder, IsThatOfTheFileAsFarAsPossible) {
  EXPECT_EQ(sort_stages({}).order, (std::vector<std::size_t>{}));
  EXPECT_EQ(sort_stages({{}, {0}, {1}}).order, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(sort_stages({{2, 3}, {}, {1}, {1}, {}}).order, (std::vector<std::size_t>{1, 2, 3, 0, 4}));
  const StageOrder broken = sort_stages({{2}, {0}, {1}, {0}, {4, 4}, {}});
  EXPECT_EQ(broken.order, (std::vector<std::size_t>{5}));
  EXPECT_EQ(broken.cycles, (std::vector<std::vector<std::size_t>>{{0, 2, 1}, {4}}));
}

}  // namespace
}  // namespace docket
