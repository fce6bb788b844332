#include "cli/options/mistakes.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/commands.h"

namespace docket {
namespace {

std::string mistake(std::vector<const char*> words) {
  words.insert(words.begin(), "docket");
  CLI::App app;
  int exit_code = 0;
  for (AddVerb* add : verbs())
    add(app, exit_code);
  app.require_subcommand(1);
  try {
    app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::ParseError&) {
    return mistake_in(app, static_cast<int>(words.size()), words.data());
  }
  return "it was parsed";
}

TEST(Mistakes, OfAVerb) {
  EXPECT_EQ(mistake({"rnu", "p.yaml"}), "unknown verb 'rnu', did you mean 'run'?");
  EXPECT_EQ(mistake({"STATSU", "p.yaml", "--json"}), "unknown verb 'STATSU', did you mean 'status'?");
  EXPECT_EQ(mistake({"explian", "p.yaml", "a.pdf"}), "unknown verb 'explian', did you mean 'explain'?");
  EXPECT_EQ(mistake({"version"}), "unknown verb 'version', did you mean '--version'?");
  EXPECT_EQ(mistake({"frobnicate"}), "unknown verb 'frobnicate'; `docket help` lists all verbs");
}

TEST(Mistakes, OfAVerbThatIsMissingOrInAnotherPlace) {
  EXPECT_EQ(mistake({"p.yaml"}), "'p.yaml' is no verb, did you mean: docket run p.yaml");
  EXPECT_EQ(mistake({"p.yml", "in", "-n"}), "'p.yml' is no verb, did you mean: docket run p.yml");
  EXPECT_EQ(mistake({"p.yaml", "status"}), "the verb comes first: docket status p.yaml");
  EXPECT_EQ(mistake({"--offline", "run", "p.yaml"}),
            "--offline: options come behind the verb: docket run --offline");
}

TEST(Mistakes, OfAnOption) {
  EXPECT_EQ(mistake({"run", "p.yaml", "--ofline"}), "run has no option --ofline, did you mean '--offline'?");
  EXPECT_EQ(mistake({"run", "p.yaml", "in", "--reprot=x.json"}),
            "run has no option --reprot, did you mean '--report'?");
  EXPECT_EQ(mistake({"report", "p.yaml", "--jsno"}), "report has no option --jsno, did you mean '--json'?");
  EXPECT_EQ(mistake({"run", "p.yaml", "-x"}), "run has no option -x");
  EXPECT_EQ(mistake({"status", "p.yaml", "in"}), "status: unexpected 'in'");
}

TEST(Mistakes, OtherOnesAreLeftToTheParser) {
  EXPECT_EQ(mistake({"run"}), "");
  EXPECT_EQ(mistake({}), "");
  EXPECT_EQ(mistake({"run", "p.yaml", "-j", "0"}), "");
}

}  // namespace
}  // namespace docket
