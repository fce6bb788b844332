#include "pipeline/reading/codes.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

template <class Find>
std::vector<std::string> values(Find find, std::string_view text) {
  std::vector<std::string> all;
  for (const CodeFound& found : find(text, 0, static_cast<std::uint32_t>(text.size())))
    all.push_back(found.value);
  return all;
}

using Values = std::vector<std::string>;

TEST(RulesCodes, FindsIbansByTheirCheckDigits) {
  EXPECT_EQ(values(find_ibans, "IBAN: DE89 3704 0044 0532 0130 00, BIC"), (Values{"DE89370400440532013000"}));
  EXPECT_EQ(values(find_ibans, "CH9300762011623852957"), (Values{"CH9300762011623852957"}));
  EXPECT_TRUE(values(find_ibans, "DE88 3704 0044 0532 0130 00").empty());
  EXPECT_TRUE(values(find_ibans, "XDE89370400440532013000").empty());
  EXPECT_TRUE(values(find_ibans, "DE89 3704 0044").empty());
}

TEST(RulesCodes, FindsVatIdsOfEachCountrysForm) {
  EXPECT_EQ(values(find_vat_ids, "USt-IdNr.: DE 136 695 976"), (Values{"DE136695976"}));
  EXPECT_EQ(values(find_vat_ids, "FR 604 219 388 61 und ATU12345678"),
            (Values{"FR60421938861", "ATU12345678"}));
  EXPECT_EQ(values(find_vat_ids, "NL810433941B01"), (Values{"NL810433941B01"}));
  EXPECT_EQ(values(find_vat_ids, "CHE-218.334.907 MWST"), (Values{"CHE218334907MWST"}));
  EXPECT_TRUE(values(find_vat_ids, "DE 12345 Berlin").empty());
  EXPECT_TRUE(values(find_vat_ids, "DE-12345-6789").empty());
  EXPECT_TRUE(values(find_vat_ids, "BE68 5390 0754 7034").empty());
}

TEST(RulesCodes, ReadsTheDashesAndDigitsOfEveryScript) {
  EXPECT_EQ(values(find_ibans, "IBAN: ＤＥ８９\u00A03704\u202F0044 0532 0130 00"),
            (Values{"DE89370400440532013000"}));
  EXPECT_EQ(values(find_vat_ids, "CHE\u2011218.334.907 MWST"), (Values{"CHE218334907MWST"}));
  EXPECT_EQ(values(find_emails, "Mail: info@oakmere\u2010pumps.example, x"),
            (Values{"info@oakmere-pumps.example"}));
  const std::string_view text = "é USt\u2011Id: DE\u00A0136 695 976";
  const CodeFound found = find_vat_ids(text, 0, static_cast<std::uint32_t>(text.size())).at(0);
  EXPECT_EQ(text.substr(found.begin, found.end - found.begin), "DE\u00A0136 695 976");
}

TEST(RulesCodes, KnowsTheCheckDigitsOfSomeCountries) {
  const auto checks = [](std::string_view text) {
    return find_vat_ids(text, 0, static_cast<std::uint32_t>(text.size())).at(0).check_digits;
  };
  EXPECT_TRUE(checks("DE136695976"));
  EXPECT_FALSE(checks("DE136695975"));
  EXPECT_TRUE(checks("BE0403170701"));
  EXPECT_TRUE(checks("IT00743110157"));
  EXPECT_TRUE(checks("FR83404833048"));
}

TEST(RulesCodes, FindsAddressesOfTheNet) {
  EXPECT_EQ(values(find_emails, "Mail: max.muster@example.org. Oder a@b"),
            (Values{"max.muster@example.org"}));
  EXPECT_EQ(values(find_urls, "siehe www.example.org/a, oder https://example.org/b?c=1)."),
            (Values{"www.example.org/a", "https://example.org/b?c=1"}));
}

}  // namespace
}  // namespace docket
