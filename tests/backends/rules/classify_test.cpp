#include "backends/rules/classify.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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
  EXPECT_LT(rest["confidence"], 0.5) << "nothing speaks for it";
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

constexpr std::string_view payslip =
    "PAYSLIP\n\nEmployee: A. Lowe   Employer: Norvik Ltd\nPay period: May 2025   Tax code 1257L\nBasic "
    "salary  "
    "2,400.00\nNational Insurance  140.00\nGross pay  2,400.00\nDeductions  420.00\nNet pay  1,980.00\n";

TEST(RulesClassify, AKindThatNobodyNamedIsEvidenceForTheRest) {
  const json answer = classified(common, payslip);
  EXPECT_EQ(answer["label"], "other");
  EXPECT_GT(answer["confidence"], 0.85) << answer;
  EXPECT_EQ(answer["scores"]["other"], answer["confidence"]);
}

TEST(RulesClassify, ALabelThatCannotBeRuledOutLeavesTheRestOpen) {
  for (const Label& own : {Label{"wages", "what somebody earns", {}}, Label{"wages", "", {"net pay"}}}) {
    const json answer = classified({own, {"invoice", "", {}}, {"other", "", {}}}, payslip);
    EXPECT_TRUE(answer["label"] != "other" || answer["confidence"] < 0.5) << answer;
  }
  const json answer = classified({{"recipe", "", {"ingredients"}}, {"other", "", {}}}, payslip);
  EXPECT_EQ(answer["label"], "other");
  EXPECT_GT(answer["confidence"], 0.85) << answer;
}

TEST(RulesClassify, KeywordsOfTheRestAreEvidenceForIt) {
  const std::vector<Label> labels = {{"invoice", "", {}},
                                     {"other", "", {"hatha", "breathing exercise", "sun salutation"}}};
  const json answer =
      classified(labels,
                 "Sun salutation\nBegin with a breathing exercise. In hatha the sun salutation comes "
                 "first; repeat the breathing exercise after each round and rest for a while on "
                 "the mat before you go on with the rest of the morning.");
  EXPECT_EQ(answer["label"], "other");
  EXPECT_GT(answer["confidence"], 0.85) << answer;
}

TEST(RulesClassify, NothingIsSureOfWhatItCannotRead) {
  const std::vector<std::string_view> texts = {
      "El ayuntamiento aprobó ayer el presupuesto para el próximo año; las obras empezarán en marzo y los "
      "vecinos "
      "serán informados a tiempo, según dijo el alcalde en la plaza del pueblo.",
      "xq zlorp venti gra mul fenquist obbel tarn wex plim soo hagger nint quol brem stap lurg dessin farb "
      "weltz "
      "oon pittle crag monfers yelp drusk halbin teeg",
      "Town of Aldmere, form 7\nName: ________________\nStreet: ________________\nReceipt no.: _______\nPaid "
      "in "
      "cash: ____\nInvoice: _________\nDate and signature: ____________ of the person who asks for the "
      "permit to "
      "keep a dog within the walls of the town"};
  for (const std::string_view text : texts)
    EXPECT_LT(classified(common, text)["confidence"], 0.85) << text;
}

constexpr std::string_view letter =
    "Moss & Son\n3 Mill Row, Kendal\n\n9 June 2025\n\nDear Mr Tallis,\n\nit was good to meet you at the "
    "fair, and "
    "we will gladly show you the new looms when you are here again in autumn.\n\nYours sincerely,\nIda "
    "Moss\n";

TEST(RulesClassify, ALetterIsKnownByItsForm) {
  const std::vector<Label> with_letter = {{"invoice", "", {"invoice"}},
                                          {"letter", "", {"dear", "sincerely"}}};
  for (const std::string_view text :
       {letter,
        std::string_view(
            "Sehr geehrte Frau Lindner,\n\nhaben Sie Dank für Ihren Besuch in der vergangenen Woche; wir "
            "freuen uns auf den Sommer und auf ein Wiedersehen am See.\n\nMit freundlichen Grüßen\nK. Vogt"),
        std::string_view(
            "Madame, Monsieur,\n\nnous vous remercions de votre visite et serons heureux de vous revoir "
            "au printemps dans notre jardin.\n\nVeuillez agréer, Madame, nos salutations "
            "distinguées.\nA. Morel")}) {
    const json named = classified(with_letter, text);
    EXPECT_EQ(named["label"], "letter");
    EXPECT_GT(named["confidence"], 0.85) << named;
    const json rest = classified(common, text);
    EXPECT_EQ(rest["label"], "other");
    EXPECT_GT(rest["confidence"], 0.85) << rest;
  }
}

TEST(RulesClassify, ALetterMayBeAboutSomething) {
  for (const char* sum : {"412.50", "€ 400", "400 pounds", "vierhundert Euro"}) {
    const std::string bill = "Dear Mr Tallis,\n\nfor the work on your roof in May please send us " +
                             std::string(sum) +
                             " before the end of the month, as we agreed when we met at the house.\n\nYours "
                             "sincerely,\nIda Moss\n";
    EXPECT_LT(classified(common, bill)["confidence"], 0.5) << sum;
  }
  const std::vector<Label> labels = {{"letter", "", {}}, {"complaint", "", {"complain", "broken", "refund"}}};
  const json answer =
      classified(labels,
                 "Dear Sir,\n\nI write to complain of the loom, which came broken, and ask for a refund "
                 "before the end of the month.\n\nYours faithfully,\nIda Moss\n");
  EXPECT_EQ(answer["label"], "complaint") << answer;
  const json invoiced =
      classified(common, "Dear Mr Tallis,\n\n" + std::string(invoice) + "\nKind regards\nIda Moss");
  EXPECT_EQ(invoiced["label"], "invoice");
  EXPECT_GT(invoiced["confidence"], 0.85) << invoiced;
}

TEST(RulesClassify, ALongerTermHidesNoKeyword) {
  for (const char* own : {"post", "other"}) {
    const json answer =
        classified({{"invoice", "", {}}, {own, "", {"dear", "yours sincerely", "looms"}}}, letter);
    EXPECT_EQ(answer["label"], own) << answer;
  }
  const json answer = classified({{"invoice", "", {}}, {"other", "", {"simmer", "ladle", "pinch", "broth"}}},
                                 "Broth\nSimmer the bones, add a pinch of salt, serve with a ladle.");
  EXPECT_EQ(answer["label"], "other");
  EXPECT_GT(answer["confidence"], 0.85) << answer << " few words, but the user's";
}

TEST(RulesClassify, ADocumentOfTwoKindsIsSurelyOfNeither) {
  for (const auto& [first, second] :
       {std::pair(invoice, contract), {contract, invoice}, {invoice, payslip}, {contract, payslip}}) {
    const json answer = classified(common, std::string(first) + "\n\n" + std::string(second));
    EXPECT_LE(answer["confidence"], 0.5) << answer;
  }
}

TEST(RulesClassify, AKeywordCountsWithItsMarks) {
  const std::vector<Label> labels = {{"message", "", {"From:", "To:", "Re:", "P.O.", "C++"}},
                                     {"essay", "", {"chapter"}}};
  const std::string_view plain =
      "From the hill to the mill it is a mile; what re-opens in May is the road. The po valley, c, and the "
      "way "
      "from there to the coast are told of in many books, and so are the people.";
  EXPECT_TRUE(classified(labels, plain)["label"].is_null());
  const std::string_view marked =
      "From: the hill\nTo: the mill\nRe: P. O. box\nThe people of the valley, who write in C++, are told of "
      "in "
      "many books, and so are the people of the coast and of the hill behind it, in every year.";
  EXPECT_EQ(classified(labels, marked)["label"], "message");
}

TEST(RulesClassify, ACommonKeywordSaysLittle) {
  const std::string_view text =
      "The date of the page is on the page. The total of the pages and the name of the street, the number "
      "and "
      "the city are on the page from which the total was taken, with the date and the page of the date.";
  const std::vector<Label> labels = {{"slip", "", {"date", "total", "page", "from", "the"}},
                                     {"essay", "", {"chapter"}}};
  EXPECT_TRUE(classified(labels, text)["label"].is_null());
  const std::vector<Label> shared = {{"slip", "", {"herring", "shared word"}},
                                     {"essay", "", {"chapter", "Shared Word"}}};
  const json scores = classified(shared, "shared word " + std::string(text))["scores"];
  EXPECT_EQ(scores["slip"], scores["essay"]);
}

TEST(RulesClassify, WhatStandsFarFromATermOnItsLineDoesNotMatter) {
  const std::string many(400, 'x');  // Letters that are no term.
  const auto scores = [&](const std::string& before, const std::string& behind) {
    return classified(common, before + " invoice " + behind)["scores"];
  };
  const json long_line = scores(many, many);
  EXPECT_EQ(scores(many + many, many), long_line);
  EXPECT_EQ(scores(many, many + "______"), long_line);
  EXPECT_NE(scores("", ""), long_line);
}

TEST(RulesClassify, ScoresAreProbabilities) {
  for (const std::string_view text : {invoice, contract, receipt}) {
    double sum = 0;
    const json answer = classified(common, text);
    for (const json& score : answer["scores"])
      sum += score.get<double>();
    EXPECT_LE(sum, 1.0005);
    EXPECT_GT(sum, 0.99) << "the rest of it is that of none";
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
