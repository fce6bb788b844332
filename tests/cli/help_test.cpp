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

/// Of a terminal of 24 lines, of which the prompt takes one.
constexpr std::size_t screen = 23;

/// What `docket help VERB` has of a verb, and whether the shorter text says where more is.
void expect_all_options_in(const CLI::App& verb, const std::string& whole, const std::string& text) {
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames()) {
      if (name == "help") continue;
      EXPECT_NE(whole.find("--" + name), std::string::npos) << verb.get_name() << " --" << name;
    }
  const bool is_all = text == whole;
  EXPECT_EQ(text.ends_with("\nAll options: docket help " + verb.get_name() + "\n"), !is_all);
  EXPECT_LE(text.size(), whole.size());
}

TEST_F(Help, EveryVerbHasExamplesAndFitsAScreen) {
  EXPECT_EQ(all().size(), verb_helps().size());
  for (const CLI::App* verb : all()) {
    const VerbHelp* help = verb_help(verb->get_name());
    ASSERT_NE(help, nullptr) << verb->get_name();
    EXPECT_FALSE(help->examples.empty());
    const std::string text = short_help_of(*verb), whole = help_of(*verb);
    expect_fits(text, screen, verb->get_name());
    expect_fits(whole, 2 * screen + 4, verb->get_name());
    expect_all_options_in(*verb, whole, text);
    for (const std::string_view name : help->most_used)
      EXPECT_NE(verb->get_option_no_throw("--" + std::string(name)), nullptr) << verb->get_name() << name;
    EXPECT_TRUE(text.starts_with("Usage: docket " + verb->get_name())) << text;
    EXPECT_LT(text.find("Examples:"), text.find("Arguments:"));
    for (const auto& [command, does] : help->examples)
      EXPECT_NE(text.find(command), std::string::npos);
  }
}

TEST_F(Help, TheProgramListsAllVerbsByPurpose) {
  const std::string text = help_of(app_);
  expect_fits(text, screen, "docket");
  for (const CLI::App* verb : all())
    EXPECT_NE(text.find("  " + verb->get_name() + " "), std::string::npos) << verb->get_name();
}

TEST_F(Help, TopicsFitAndHaveTheirTables) {
  const char* const groups[] = {"input", "output", "policy", "budget", "complexity"};
  for (const HelpTopic& topic : help_topics()) {
    const auto text = topic_text(topic.name);
    ASSERT_TRUE(text) << topic.name;
    expect_fits(*text, topic.is_settings ? 200 : 60, topic.name);
    if (!topic.is_settings) {
      EXPECT_GE(std::ranges::count(*text, '\n'), 20) << topic.name;
    }
    EXPECT_EQ(verb_of(app_, topic.name), nullptr) << topic.name << " is a verb too";
  }
  EXPECT_EQ(help_topics().size(),
            topic_files().size() + std::size(groups) + registry().stages.size() + registry().backends.size());
  for (const char* group : groups)
    EXPECT_TRUE(topic_text(group)->starts_with(std::string(group) + ": settings of")) << group;
  EXPECT_NE(topic_text("input")->find("  may_be_empty "), std::string::npos);
  EXPECT_NE(topic_text("classify")->find("keywords"), std::string::npos);
  EXPECT_NE(topic_text("money")->find("calendar month"), std::string::npos);
  EXPECT_NE(topic_text("logs")->find("  --log-level LEVEL "), std::string::npos);
  EXPECT_NE(topic_text("reports")->find("  --junit FILE "), std::string::npos);
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
