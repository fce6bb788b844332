// escalate with `prompt`: a question of the user's own.
#include <gtest/gtest.h>

#include "pipeline/json/schema.h"
#include "tests/escalation.h"

namespace docket {
namespace {

using nlohmann::json;

const std::vector<std::string> contract_pages = {"1 Parties: Ash and Oak", "2 Term: five years",
                                                 "3 Penalty: SECRET"};
const json sure = {{"classify", {{"label", "letter"}, {"accepted", true}}},
                   {"structured_extract", fields_output({{"total", 5, 0.5, 2, "five"},
                                                         {"net", 1, 0.9, 3, "3"},
                                                         {"number", nullptr},
                                                         {"currency", nullptr}})}};

/// A template in a file, and the options that name it.
class Asked {
 public:
  explicit Asked(const std::string& more = "",
                 const std::string& words = "Which clauses of this {{classify.label}} are odd?")
      : options_("backend: far\nprompt: '" + dir_.write("p.mustache", words).string() + "'\n" + more) {}
  Escalation about(const std::vector<std::string>& pages) const { return {options_, pages, sure, {"odd"}}; }

 private:
  TempDir dir_;
  const std::string options_;
};

Reply too_long() {
  Reply reply{Error{ErrorClass::too_long, "the prompt is too long"}};
  reply.excess = Excess{300, 200};
  return reply;
}

TEST(Analysis, AnswersInWordsThatAreItsOwnMember) {
  Escalation work = Asked().about(contract_pages);
  EXPECT_TRUE(work.prompt().task.starts_with("Which clauses of this letter are odd?"));
  EXPECT_NE(work.prompt().task.find("\"text\""), std::string::npos);
  EXPECT_EQ(work.requests().at(0).sent.what, "document");
  work.turn({answered({{"text", "The third."}})});
  EXPECT_EQ(work.result().output, (json{{"text", "The third."}}));
  EXPECT_FALSE(work.result().replaces);
}

TEST(Analysis, AnswersBySchema) {
  Escalation work =
      Asked("schema: {type: object, properties: {clauses: {type: array, items: {type: string}}}}")
          .about(contract_pages);
  EXPECT_EQ(work.prompt().task, "Which clauses of this letter are odd?");
  EXPECT_TRUE(work.prompt().schema->document()["properties"].contains("clauses"));
  work.turn({answered({{"clauses", {"3"}}})});
  EXPECT_EQ(work.result().output, (json{{"answer", {{"clauses", {"3"}}}}}));
}

TEST(Analysis, RefusesASchemaOfWhatIsNoObject) {
  EXPECT_THROW(Asked("schema: {type: array}").about(contract_pages), std::invalid_argument);
}

TEST(Analysis, OfALongDocumentPutsTheAnswersAboutItsPartsTogether) {
  Escalation work = Asked().about(contract_pages);
  work.turn({too_long()});
  ASSERT_EQ(work.requests().size(), 3U);
  EXPECT_EQ(work.requests().at(1).sent.pages, std::vector<int>{2});
  work.turn({answered({{"text", "first answer"}}), answered({{"text", "second answer"}}),
             answered({{"text", "third answer"}})});
  ASSERT_EQ(work.requests().size(), 1U);
  EXPECT_EQ(work.requests().at(0).sent.what, "summary") << "of the document's words nothing goes up again";
  EXPECT_EQ(work.shown().find("SECRET"), std::string::npos);
  for (const char* part : {"first answer", "second answer", "third answer", "Which clauses"})
    EXPECT_NE(work.shown().find(part), std::string::npos) << part;
  work.turn({answered({{"text", "all of it"}})});
  EXPECT_EQ(work.result().output, (json{{"text", "all of it"}}));
}

TEST(Analysis, AnswersThatDoNotFitTogetherAreAnErrorThatSaysWhatToDo) {
  Escalation work = Asked().about({"a", "b"});
  work.turn({too_long()}).turn({answered({{"text", "x"}}), answered({{"text", "y"}})});
  work.turn({too_long()}).turn({answered({{"text", "x"}}), answered({{"text", "y"}})});
  ASSERT_TRUE(work.failure());
  EXPECT_EQ(work.failure()->error_class, ErrorClass::too_long);
  EXPECT_NE(work.failure()->message.find("send: pages"), std::string::npos);
}

TEST(Analysis, MayBeShownWhatIsDoubtfulAlone) {
  const Escalation pages = Asked("send: pages").about(contract_pages);
  EXPECT_EQ(pages.shown().find("SECRET"), std::string::npos);
  EXPECT_EQ(pages.requests().at(0).sent.pages, std::vector<int>{2});
  const Escalation fields = Asked("send: fields").about(contract_pages);
  EXPECT_EQ(fields.requests().at(0).sent.fields, std::vector<std::string>{"total"});
}

}  // namespace
}  // namespace docket
