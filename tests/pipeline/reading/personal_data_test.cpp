#include "pipeline/reading/personal_data.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace docket {
namespace {

/// `email me@x.de | phone 089 123456`
std::string values_in(std::string_view text) {
  std::string all;
  for (const PersonalValue& value : find_personal_data(text))
    all += (all.empty() ? "" : " | ") + std::string(name(value.kind)) + " " +
           std::string(text.substr(value.begin, value.end - value.begin));
  return all;
}

struct WithValues {
  const char* text;
  const char* found;
};

void expect_values(const std::vector<WithValues>& rows) {
  for (const WithValues& row : rows)
    EXPECT_EQ(values_in(row.text), row.found) << row.text;
}

TEST(PersonalData, FindsMailAddresses) {
  expect_values({
      {"Write to jane.doe+x@mail.example.org.", "email jane.doe+x@mail.example.org"},
      {"<JANE@EXAMPLE.COM>", "email JANE@EXAMPLE.COM"},
      {"jürgen@müller.de, x", "email jürgen@müller.de"},
      {"почта: иван@пример.рф", "email иван@пример.рф"},
      {"邮箱zhang.wei@mail.example联系", "email zhang.wei@mail.example"},
      {"a@b, @you, x@localhost", ""},
      {"jane.doe@\nexample.com and", "email jane.doe@\nexample.com"},
      {"jane.doe@example.\n  com and", "email jane.doe@example.\n  com"},
      {"jane.doe@exam-\nple.com and", "email jane.doe@exam-\nple.com"},
      {"jane.\ndoe@example.com", "email jane.\ndoe@example.com"},
      {"please ask\ndoe@example.com", "email doe@example.com"},
      {"me@home.example.\nThen", "email me@home.example"},
      {"me (at) home (dot) example x", "email me (at) home (dot) example"},
      {"me[at]home.example", "email me[at]home.example"},
      {"me at home dot example", "email me at home dot example"},
      {"look at example.org now", ""},
      {"me＠home．example", "email me＠home．example"},
  });
}

TEST(PersonalData, FindsAccountNumbers) {
  expect_values({
      {"IBAN DE89 3704 0044 0532 0130 00 BIC", "iban DE89 3704 0044 0532 0130 00"},
      {"IBANDE89370400440532013000", "iban DE89370400440532013000"},
      {"de89-3704-0044-0532-0130-00", "iban de89-3704-0044-0532-0130-00"},
      {"DE89 3704 0044\n0532 0130 00", "iban DE89 3704 0044\n0532 0130 00"},
      {"GB29 NWBK 6016 1331 9268 19", "iban GB29 NWBK 6016 1331 9268 19"},
      {"KZ86125KZT5004100100", "iban KZ86125KZT5004100100"},
      {"DE٨٩ ٣٧٠٤ ٠٠٤٤ ٠٥٣٢ ٠١٣٠ ٠٠", "iban DE٨٩ ٣٧٠٤ ٠٠٤٤ ٠٥٣٢ ٠١٣٠ ٠٠"},
      {"ＤＥ８９３７０４００４４０５３２０１３０００", "iban ＤＥ８９３７０４００４４０５３２０１３０００"},
      {"Bankverbindung:IBANDE89370400440532013000BICCOBADEFF", "iban DE89370400440532013000"},
      {"nGB29 NWBK 6016 1331 9268 19", "iban GB29 NWBK 6016 1331 9268 19"},
      {"DE89 3704 0044\n\n0532 0130 00", "iban DE89 3704 0044\n\n0532 0130 00"},
      {"DE89    3704    0044:0532\f0130 00", "iban DE89    3704    0044:0532\f0130 00"},
      {"DE88 3704 0044 0532 0130 00", ""},
      {"de88-3704-0044\n0532-0130-00", ""},
      {"NL92 ABNA 0417 1643 00 and", ""},
      {"AT62 1904 3002 3457 3201", ""},
      {"DE88 3704 0044 0532 0130 00, Tel 0044 20 7946 0018", "phone 0044 20 7946 0018"},
      {"DE88 call 0044 20 7946 0018", "phone 0044 20 7946 0018"},
      {"DE12 and 3704 pieces", ""},
  });
}

TEST(PersonalData, FindsCards) {
  expect_values({
      {"Visa 4111 1111 1111 1111, ok", "card 4111 1111 1111 1111"},
      {"5500-0000-0000-0004", "card 5500-0000-0000-0004"},
      {"378282246310005", "card 378282246310005"},
      {"4111 1111\n1111 1111", "card 4111 1111\n1111 1111"},
      {"４１１１１１１１１１１１１１１１", "card ４１１１１１１１１１１１１１１１"},
      {"no4111111111111111x", "card 4111111111111111"},
      {"4111 1111\n\n1111    1111", "card 4111 1111\n\n1111    1111"},
      {"4.11\n\n11.11\n\n11.11\n\n11.11\n\n11.1", ""},
      {"4111 1111 1111 1112", ""},
      {"4000 0566 5566 5557", ""},
      {"5200 0044 0532 0131", ""},
      {"EAN 9783161484100", ""},
  });
}

TEST(PersonalData, FindsNationalIds) {
  expect_values({
      {"Steuer-ID 86 095 742 719.", "national_id 86 095 742 719"},
      {"SSN 536-90-4399", "national_id 536-90-4399"},
      {"social security 536904399", "national_id 536904399"},
      {"NIR 2 55 08 14 168 025 38", "national_id 2 55 08 14 168 025 38"},
      {"C.F. RSSMRA85T10A562S", "national_id RSSMRA85T10A562S"},
      {"DNI 12345678Z, NIE X-1234567-L", "national_id 12345678Z | national_id X-1234567-L"},
      {"AHV 756.9217.0769.85", "national_id 756.9217.0769.85"},
      {"NINO AB 12 34 56 C", "national_id AB 12 34 56 C"},
      {"PESEL 44051401359", "national_id 44051401359"},
      {"85.07.30-033 28", "national_id 85.07.30-033 28"},
      {"HETU 131052-308T", "national_id 131052-308T"},
      {"CPF 111.444.777-35", "national_id 111.444.777-35"},
      {"BSN 111222333", "national_id 111222333"},
      {"65 170839 J 003", "national_id 65 170839 J 003"},
      {"RV-Nr. 15070649C103", "national_id 15070649C103"},
      {"65 170839 J 008", ""},
      {"12345678A", ""},
      {"order 111222333", ""},
      {"756.9217.0769.84", ""},
  });
}

TEST(PersonalData, FindsTelephoneNumbers) {
  expect_values({
      {"+49 (0)89 1234-567 x", "phone 49 (0)89 1234-567"},
      {"Tel.: 089/123456", "phone 089/123456"},
      {"call +1 212 555 0123", "phone 1 212 555 0123"},
      {"(212) 555-0123", "phone 212) 555-0123"},
      {"06 12 34 56 78", "phone 06 12 34 56 78"},
      {"0041 44 668 18 00", "phone 0041 44 668 18 00"},
      {"Tel. 0049 8912 3456 7890", "phone 0049 8912 3456 7890"},
      {"8001 0443 1234 56", "phone 0443 1234 56"},
      {"Teléfono: 912 345 678", "phone 912 345 678"},
      {"Mobil 01701234567", "phone 01701234567"},
      {"٠٨٩ ١٢٣٤٥٦٧", "phone ٠٨٩ ١٢٣٤٥٦٧"},
      {"Tel +49 89\n1234567", "phone 49 89\n1234567"},
      {"Tel 089 12345678\n05.03.2024", "phone 089 12345678"},
      {"The contract ends on 2025-12-31. 0049 170.214.685.77", "phone 0049 170.214.685.77"},
      {"Your order has left! 0041 44 668 18 00", "phone 0041 44 668 18 00"},
      {"Rechnung vom 05.03.2024; 089/1234567", "phone 089/1234567"},
  });
}

TEST(PersonalData, FindsTelephoneNumbersInColumnsAndLinks) {
  expect_values({
      {"+44 20 7946 0018 4111-1111-1111-1111", "phone 44 20 7946 0018 | card 4111-1111-1111-1111"},
      {"Tel. 089 123456 DE89370400440532013000", "phone 089 123456 | iban DE89370400440532013000"},
      {"Tel:+442079460018Card, +44 20 7946 0019ext5", "phone 442079460018 | phone 44 20 7946 0019"},
      {"Tel.      0157      12345678      17", "phone 0157      12345678"},
      {"+49\n157\n12345678", "phone 49\n157\n12345678"},
      {"https://wa.me/4915712345678?text=x", "phone 4915712345678"},
      {"+12      100,00      200,00", ""},
  });
}

TEST(PersonalData, LeavesAmountsDatesAndOtherNumbers) {
  for (const char* text : {"Total 1.234,56 EUR",
                           "12 345 678,90",
                           "$1,234,567.00",
                           "05.03.2024",
                           "2024-03-05 12:30",
                           "03/05/2024",
                           "05 03 2024",
                           "Invoice 2024-000123",
                           "Rechnungsnummer 0123456789",
                           "Kunde 0123-4567-89",
                           "PO 4500012345",
                           "00012345",
                           "HRB 123456",
                           "1234567890123",
                           "12.5 %",
                           "Seite 1 von 3",
                           "ISBN 0-306-40615-2",
                           "10 × 12.50 = 125.00",
                           "v1.2.3.4",
                           "+12 345 678 EUR",
                           "Ref. 0123456789",
                           "Kundennr. 0123-456789",
                           "Invoice No. 0123 456789"})
    EXPECT_EQ(values_in(text), "") << text;
}

TEST(PersonalData, FindsWhatIsLetterSpaced) {
  expect_values({
      {"D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0", "iban D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"},
      {"K o n t o  d  e  8  9  3  7  0  4  0  0  4  4  0  5  3  2  0  1  3  0  0  0 bei",
       "iban d  e  8  9  3  7  0  4  0  0  4  4  0  5  3  2  0  1  3  0  0  0"},
      {"G|B|2|9|N|W|B|K|6|0|1|6|1|3|3|1|9|2|6|8|1|9", "iban G|B|2|9|N|W|B|K|6|0|1|6|1|3|3|1|9|2|6|8|1|9"},
      {"V i s a   4 1 1 1   1 1 1 1   1 1 1 1   1 1 1 1", "card 4 1 1 1   1 1 1 1   1 1 1 1   1 1 1 1"},
      {"S S N   1 2 3 - 4 5 - 6 7 8 9", "national_id 1 2 3 - 4 5 - 6 7 8 9"},
      {"M a i l :   j a n e . d @ a c m e . c o m   a n d", "email j a n e . d @ a c m e . c o m"},
      {"ü\u2009b\u2009@\u2009a\u2009c\u2009m\u2009e\u2009.\u2009d\u2009e",
       "email ü\u2009b\u2009@\u2009a\u2009c\u2009m\u2009e\u2009.\u2009d\u2009e"},
      {"T e l .   0 8 9   1 2 3 4 5 6", "phone 0 8 9   1 2 3 4 5 6"},
      {"+ 4 9   8 9   0 1 2 3 4 5 6 7", "phone 4 9   8 9   0 1 2 3 4 5 6 7"},
      {"R e c h n u n g   2 0 2 4 1 2 3 4 5", ""},
      {"A B 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6", ""},
      {"jane . doe@acme . com or me@acme. com", "email jane . doe@acme . com | email me@acme. com"},
      {"Mail me@acme.com. then", "email me@acme.com"},
  });
}

TEST(PersonalData, ReadsAddressesThatAreInPieces) {
  EXPECT_EQ(plain_address("me (at) home (dot) example"), "me@home.example");
  EXPECT_EQ(plain_address("jane.\ndoe@example.com"), "jane.doe@example.com");
  EXPECT_EQ(plain_address("me at home dot example"), "me@home.example");
}

}  // namespace
}  // namespace docket
