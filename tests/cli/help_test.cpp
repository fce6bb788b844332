#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cli/commands.h"
#include "cli/help/format.h"
#include "cli/help/topics.h"
#include "cli/help/verb_help.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

class Help : public ::testing::Test {
 protected:
  Help() {
    use_plain_help(app_);
    for (AddVerb* add : verbs())
      add(app_, exit_code_);
  }
  std::vector<const CLI::App*> all() const {
    return app_.get_subcommands([](const CLI::App*) { return true; });
  }
  CLI::App app_{"About."};
  int exit_code_ = 0;
};

void expect_fits(const std::string& text, std::size_t most_lines, const std::string& name) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_LE(characters(line), 80u) << name << ": " << line;
  EXPECT_LE(count, most_lines) << name;
  for (const char* word : {"{{", "->", "INT in", "INT:", "TEXT:", " in [", "1152921504606846976"})
    EXPECT_EQ(text.find(word), std::string::npos) << name << ": " << word;
}

TEST_F(Help, EveryVerbHasExamplesAndFitsAScreen) {
  EXPECT_EQ(all().size(), verb_helps().size());
  for (const CLI::App* verb : all()) {
    const VerbHelp* help = verb_help(verb->get_name());
    ASSERT_NE(help, nullptr) << verb->get_name();
    EXPECT_FALSE(help->examples.empty());
    const std::string text = help_of(*verb);
    expect_fits(text, verb->get_name() == "run" ? 50 : 30, verb->get_name());
    EXPECT_TRUE(text.starts_with("Usage: docket " + verb->get_name())) << text;
    EXPECT_LT(text.find("Examples:"), text.find("Arguments:"));
    for (const auto& [command, does] : help->examples)
      EXPECT_NE(text.find(command), std::string::npos);
  }
}

TEST_F(Help, TheProgramListsAllVerbsByPurpose) {
  const std::string text = help_of(app_);
  expect_fits(text, 30, "docket");
  for (const CLI::App* verb : all())
    EXPECT_NE(text.find("\n  " + verb->get_name() + " "), std::string::npos) << verb->get_name();
}

TEST_F(Help, TopicsFitAndHaveTheirTables) {
  for (const HelpTopic& topic : help_topics()) {
    const auto text = topic_text(topic.name);
    ASSERT_TRUE(text) << topic.name;
    const bool is_type = topic.about.starts_with("a type of");
    expect_fits(*text, is_type ? 200 : 60, topic.name);
    if (!is_type) {
      EXPECT_GE(std::ranges::count(*text, '\n'), 20) << topic.name;
    }
    EXPECT_EQ(verb_of(app_, topic.name), nullptr) << topic.name << " is a verb too";
  }
  EXPECT_EQ(help_topics().size(),
            topic_files().size() + registry().stages.size() + registry().backends.size());
  EXPECT_NE(topic_text("classify")->find("keywords"), std::string::npos);
  EXPECT_NE(topic_text("money")->find("calendar month"), std::string::npos);
  EXPECT_FALSE(topic_text("moeny"));
}

TEST(HelpFormat, WrapsAtWords) {
  EXPECT_EQ(wrapped("aa bb cc", 0, 5), "aa bb\ncc");
  EXPECT_EQ(wrapped("aa bb cc", 2, 7), "aa bb\n  cc");
  EXPECT_EQ(wrapped("much-too-long b", 0, 5), "much-too-long\nb");
  EXPECT_EQ(two_columns("  a", "text", 6), "  a   text\n");
}

}  // namespace
}  // namespace docket
