#include <gtest/gtest.h>

#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;

const std::string options =
    "backends: [rules, second]\n"
    "accept: 0.8\n"
    "labels: { invoice: { description: a bill, keywords: [Rechnung, facture] }, other: }\n";

Reply label(const json& name, double confidence) {
  return {
      Answer{{{"label", name}, {"confidence", confidence}, {"scores", {{"invoice", confidence}}}}, nullptr},
      {}};
}

/// What the stage asked, and how it ended.
struct Outcomes {
  std::vector<std::string> asked;
  StageResult result;
  std::optional<Error> error;
};

/// Runs the stage with one reply per tier.
Outcomes classify(const std::vector<Reply>& replies) {
  const StageHarness harness("classify", options);
  Document document;
  document.text = std::make_shared<Text>();
  Outcomes outcomes;
  const json record;
  std::unique_ptr<StageProgress> progress;
  for (int number = 0; number <= static_cast<int>(replies.size()); ++number) {
    const std::span<const Reply> last =
        number == 0 ? std::span<const Reply>() : std::span(&replies[static_cast<std::size_t>(number - 1)], 1);
    const auto requests =
        harness.stage().advance(document, Turn{number, last, record, {}, progress}, outcomes.result);
    if (!requests) {
      outcomes.error = requests.error();
      break;
    }
    if (requests->empty()) break;
    const Request& request = requests.value()[0];
    outcomes.asked.push_back(request.backend);
    const auto& question = std::get<ClassifyQuestion>(request.question);
    EXPECT_EQ(question.text, document.text);
    EXPECT_EQ(question.labels->size(), 2u);
    EXPECT_EQ(question.labels->front().keywords, (std::vector<std::string>{"Rechnung", "facture"}));
  }
  return outcomes;
}

TEST(Classify, TakesTheFirstTierThatIsSure) {
  const Outcomes outcomes = classify({label("invoice", 0.8)});
  EXPECT_EQ(outcomes.asked, std::vector<std::string>{"rules"});
  EXPECT_EQ(outcomes.result.output["label"], "invoice");
  EXPECT_EQ(outcomes.result.output["tier"], "rules");
  EXPECT_EQ(outcomes.result.output["accepted"], true);
}

TEST(Classify, AsksTheNextTierWhenOneIsNotSure) {
  const Outcomes outcomes = classify({label("invoice", 0.79), label("other", 0.9)});
  EXPECT_EQ(outcomes.asked, (std::vector<std::string>{"rules", "second"}));
  EXPECT_EQ(outcomes.result.output["label"], "other");
  EXPECT_EQ(outcomes.result.output["tier"], "second");
}

TEST(Classify, AnUnknownLabelIsNeverAccepted) {
  const Outcomes outcomes = classify({label(nullptr, 0.9), label(nullptr, 1.0)});
  EXPECT_EQ(outcomes.asked.size(), 2u);
  EXPECT_EQ(outcomes.result.output["accepted"], false);
}

TEST(Classify, FailsWithTheErrorOfItsTier) {
  const Outcomes outcomes = classify({{Error{ErrorClass::unavailable, "down"}, {}}});
  EXPECT_EQ(outcomes.error, (Error{ErrorClass::unavailable, "down"}));
}

/// What `check` says of these keywords of `invoice`, one after the other.
std::vector<std::string> warnings(const std::string& keywords, const std::string& backends = "rules") {
  const StageHarness harness("classify", "backends: [" + backends + "]\nlabels: { invoice: { keywords: [" +
                                             keywords + "] }, letter: { keywords: [herring, Dear Sir] } }\n");
  return harness.warnings();
}

TEST(Classify, WarnsOfKeywordsThatSayLittle) {
  for (const char* fine : {"invoice", "\"From:\"", "due date", "\"§ 5\"", "24/7", "C++"})
    EXPECT_EQ(warnings(fine).size(), 0U) << fine;
  const std::pair<const char*, const char*> poor[] = {
      {"date", "keyword 'date' of label invoice is a common word and says little"},
      {"\"No.\"", "keyword 'No.' of label invoice is a common word"},
      {"from", "keyword 'from' of label invoice is a common word"},
      {"\"€\"", "keyword '€' of label invoice is nothing but marks"},
      {"\"...\"", "keyword '...' of label invoice is nothing but marks"},
      {"\"\\u200B\"", "is never found"},
      {"Herring", "keyword 'herring' of label letter is one of label invoice too"}};
  for (const auto& [keyword, words] : poor) {
    const std::vector<std::string> said = warnings(keyword);
    ASSERT_EQ(said.size(), 1U) << keyword;
    EXPECT_NE(said[0].find(words), std::string::npos) << said[0];
  }
  EXPECT_EQ(warnings("date, from, total").size(), 3U);
  EXPECT_TRUE(warnings("date", "model").empty()) << "models read the descriptions";
}

TEST(Classify, NeedsTwoLabels) {
  EXPECT_THROW(StageHarness("classify", "backends: rules\nlabels: { one: }"), std::invalid_argument);
}

}  // namespace
}  // namespace docket
