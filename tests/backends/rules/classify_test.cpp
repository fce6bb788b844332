#include "backends/rules/classify.h"

#include <gtest/gtest.h>

#include "tests/rules_text.h"

namespace docket::rules {
namespace {

using nlohmann::json;

const std::vector<Label> common = {
    {"invoice", "a bill from a supplier", {}}, {"contract", "", {}}, {"receipt", "", {}}, {"other", "", {}}};

json classified(const std::vector<Label>& labels, std::string_view text) {
  return classify(*read_labels(labels), *plain_text(text));
}

constexpr std::string_view invoice =
    "RECHNUNG\n\nRechnungsnummer  471102\nRechnungsdatum  5.6.2024\n\nPos  Menge  Einzelpreis  Gesamtpreis\n"
    "1  3  10,00  30,00\nNettobetrag  30,00\nzzgl. 19 % MwSt  5,70\nRechnungsbetrag  35,70\nzahlbar bis "
    "20.6.2024\nIBAN DE89\n";
constexpr std::string_view contract =
    "SERVICES AGREEMENT\n\nThis Agreement is made and entered into by and between Alpha Ltd and Beta Ltd "
    "(the Parties).\n"
    "WHEREAS the parties wish to set out their obligations, the parties hereto agree:\n1. Term and "
    "Termination\n"
    "This Agreement shall be governed by the laws of England. IN WITNESS WHEREOF the parties have signed.\n";
constexpr std::string_view receipt =
    "CORNER SHOP\n12 High Street\n\n25/12/2018 8:13\nCASHIER: 4\nTEA  2.00\nBREAD  3.00\nBUTTER  4.00\nTOTAL "
    " 9.00\nCASH  10.00\n"
    "CHANGE  1.00\nTHANK YOU\nPLEASE COME AGAIN\n";

TEST(RulesClassify, KnowsCommonKindsByTheirNamesAlone) {
  for (const auto& [text, label] :
       {std::pair(invoice, "invoice"), {contract, "contract"}, {receipt, "receipt"}}) {
    const json answer = classified(common, text);
    EXPECT_EQ(answer["label"], label);
    EXPECT_GT(answer["confidence"], 0.85) << answer;
  }
  EXPECT_EQ(classified({{"Rechnung", "", {}}, {"Vertrag", "", {}}}, invoice)["label"], "Rechnung");
}

TEST(RulesClassify, TakesTheUsersOwnLabels) {
  const std::vector<Label> own = {
      {"safety_sheet", "", {"safety data sheet", "hazard statements"}},
      {"menu", "what a restaurant offers", {"starters", "main courses", "desserts"}}};
  const json answer = classified(own,
                                 "SAFETY DATA SHEET\nSection 2: hazard statements\nHazard statements of the "
                                 "product, and how to wash one's hands "
                                 "after work, with soap and plenty of water, and where to ask for help.");
  EXPECT_EQ(answer["label"], "safety_sheet");
  EXPECT_GT(answer["confidence"], 0.85);
  EXPECT_EQ(answer["scores"].size(), 2U);
}

TEST(RulesClassify, KnowsWhenItDoesNotKnow) {
  const std::string_view poem =
      "The woods are lovely in the evening, and the road goes on between the stones; nobody is there to "
      "count "
      "the hours, and the river says what it has always said, quietly, to whoever cares to stay and listen.";
  const json rest = classified(common, poem);
  EXPECT_EQ(rest["label"], "other");
  EXPECT_GT(rest["confidence"], 0.85);
  const json no_rest = classified({{"invoice", "", {}}, {"contract", "", {}}}, poem);
  EXPECT_TRUE(no_rest["label"].is_null());
  EXPECT_EQ(no_rest["confidence"], 0.0);
  for (const char* little : {"", " \n", "Rechnung", "\f\f"}) {
    EXPECT_LT(classified(common, little)["confidence"], 0.85) << little;
  }
  EXPECT_TRUE(classify(*read_labels(common), Text{})["label"].is_null());
}

TEST(RulesClassify, OtherKindsOfDocumentsAreNoneOfTheLabels) {
  const json answer = classified(common,
                                 "LIEFERSCHEIN\nLieferschein Nr. 17\nLieferdatum 3.4.2024\nMenge  Artikel\n5 "
                                 " Schrauben\n2 Packstücke, Bruttogewicht 12 kg\n"
                                 "Spediteur: Nordwind\nWare erhalten: ____ empfangen durch: ____\nWir bitten "
                                 "um Prüfung der Ware bei der Annahme.");
  EXPECT_EQ(answer["label"], "other");
}

TEST(RulesClassify, ScoresAreProbabilities) {
  for (const std::string_view text : {invoice, contract, receipt}) {
    double sum = 0;
    const json answer = classified(common, text);
    for (const json& score : answer["scores"])
      sum += score.get<double>();
    EXPECT_NEAR(sum, 1, 0.001);
  }
}

TEST(RulesClassify, AnyLabelsGiveAnAnswer) {
  EXPECT_TRUE(classified({}, invoice)["label"].is_null());
  EXPECT_EQ(
      classified({{"", "", {"", "..."}}, {"\xff", "\xff\xfe", {"\xff"}}, {"other", "", {}}, {"misc", "", {}}},
                 invoice)["label"],
      "other");
}

}  // namespace
}  // namespace docket::rules
