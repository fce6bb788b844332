#include "backends/rules/labels.h"

#include <gtest/gtest.h>

#include "pipeline/reading/folded.h"

namespace docket::rules {
namespace {

std::vector<std::string> words(std::string_view text) {
  const Folded folded = fold(text);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < folded.tokens.size(); ++i)
    all.emplace_back(folded.token(i));
  return all;
}

std::string first_label(const LabelIndex& labels, std::string_view text) {
  const Folded folded = fold(text);
  std::vector<LabelMatch> matches;
  labels.find(folded, 0, folded.tokens.size(), matches);
  return matches.empty() ? "" : std::string(matches[0].label);
}

TEST(RulesText, FoldsCaseDiacriticsAndLigatures) {
  EXPECT_EQ(fold_letters("Größe ŒUVRE ﬁnal ÉCHÉANCE Żółć"), "grosseoeuvrefinalecheancezolc");
  EXPECT_EQ(fold_letters("N° de facture"), "nodefacture");
  EXPECT_EQ(fold_letters("20 °C"), "20c");
  EXPECT_EQ(fold_letters("ДОГОВОР"), fold_letters("договор"));
}

TEST(RulesText, FormsOfALetterAreOne) {
  EXPECT_EQ(fold_letters("Ｉｎｖｏｉｃｅ　Ｎｏ．１２"), "invoiceno12");
  EXPECT_EQ(fold_letters("Gro\u0308\u00dfe E\u0301che\u0301ance"), "grosseecheance");
  EXPECT_EQ(fold_letters("\u0438\u0306"), fold_letters("\u0439"));        // Cyrillic
  EXPECT_EQ(fold_letters("\u0915\u093c"), fold_letters("\u0958"));        // Devanagari
  EXPECT_EQ(fold_letters("\u304b\u3099"), fold_letters("\u304c"));        // Kana
  EXPECT_EQ(fold_letters("\u1112\u1161\u11ab"), fold_letters("\ud55c"));  // Hangul
  EXPECT_EQ(fold_letters("\uFEF3\uFEE4"), fold_letters("\u064A\u0645"));  // Arabic
  EXPECT_EQ(words("कि ١٢٣"), (std::vector<std::string>{"कि", "123"}));
  EXPECT_EQ(words("Rech\u00ADnung 2024\u00AD03"), (std::vector<std::string>{"rechnung", "2024", "03"}));
}

TEST(RulesText, KeepsWhereTokensStand) {
  const Folded folded = fold("Rechnungs-Nr. 4711a");
  ASSERT_EQ(words("Rechnungs-Nr. 4711a"), (std::vector<std::string>{"rechnungs", "nr", "4711", "a"}));
  EXPECT_EQ(folded.letters, "rechnungsnr4711a");
  EXPECT_EQ(folded.tokens[1].begin, 10U);
  EXPECT_EQ(folded.tokens[1].end, 12U);
  EXPECT_EQ(folded.tokens[2].fold_begin, 11U);
}

TEST(RulesText, SurvivesWhatIsNotUtf8) {
  EXPECT_EQ(words("ab\xff\xfe"
                  "cd\xc3"),
            (std::vector<std::string>{"ab", "cd"}));
  EXPECT_TRUE(fold("\xe2\x82").tokens.empty());
}

TEST(RulesText, SqueezesEveryKindOfBlank) { EXPECT_EQ(squeeze("  a \u00A0 b\t\nc  "), "a b c"); }

TEST(RulesLabels, FindsTheLongestAsWholeWords) {
  LabelIndex labels;
  labels.add("Rechnung", {0});
  labels.add("Rechnungsnr", {1});
  labels.add("Rechnung Nummer", {2});
  labels.build();
  EXPECT_EQ(first_label(labels, "Ihre RECHNUNG vom"), "Rechnung");
  EXPECT_EQ(first_label(labels, "Rechnungs-Nr.: 5"), "Rechnungsnr");
  EXPECT_EQ(first_label(labels, "rechnung nummer 5"), "Rechnung Nummer");
  EXPECT_EQ(first_label(labels, "Rechnungen"), "");
  EXPECT_EQ(first_label(labels, "Berechnung"), "");
}

TEST(RulesLabels, AStarFindsTheEndsOfCompounds) {
  LabelIndex labels;
  labels.add("*rechnung", {0});
  labels.build();
  EXPECT_EQ(first_label(labels, "Mietrechnung Nr. 5"), "*rechnung");
  EXPECT_EQ(first_label(labels, "Rechnung"), "*rechnung");
  EXPECT_EQ(first_label(labels, "Rechnungen"), "");
}

TEST(RulesLabels, OneLabelMayHaveSeveralOwners) {
  LabelIndex labels;
  labels.add("Amount due", {3, LabelUse::Kind::label, 0.5F});
  labels.add("amount-due", {4});
  labels.add("Amount due", {4});
  labels.build();
  const Folded folded = fold("Amount due");
  LabelMatch match;
  ASSERT_TRUE(labels.longest(folded, 0, 2, match));
  ASSERT_EQ(match.uses.size(), 2U);
  EXPECT_EQ(match.uses[0].owner, 4U);
  EXPECT_EQ(match.uses[1].owner, 3U);
}

}  // namespace
}  // namespace docket::rules
