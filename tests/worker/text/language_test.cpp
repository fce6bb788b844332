#include "worker/text/language.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace docket::worker {
namespace {

Text text_of(std::initializer_list<std::string> pages) {
  Text text;
  for (const std::string& page : pages)
    text.pages.push_back({0, 0, page, {}});
  return text;
}

const std::string english_text =
    "The supplier shall deliver the goods within thirty days after it has received the written order.\n";
const std::string german_text =
    "Der Lieferant liefert die Ware innerhalb von dreißig Tagen, nachdem er die Bestellung erhalten hat.\n";

TEST(Language, OfShortBillsAndLetters) {
  struct Row {
    const char* language;
    const char* text;
  };
  for (const Row& row : {
           Row{"de",
               "Rechnung Nr. 2024-117\nMenge  Bezeichnung  Einzelpreis  Gesamt\nGesamtbetrag  119,00 EUR\n"},
           {"fr",
            "FACTURE\nDésignation  Quantité  Prix unitaire  Montant\nConditions de paiement: 30 jours\n"},
           {"it", "FATTURA n. 45\nDescrizione  Quantità  Prezzo\nScadenza 30 giorni data fattura\n"},
           {"es", "FACTURA\nDescripción  Cantidad  Precio  Importe\nTotal a pagar 121,00 EUR Vencimiento\n"},
           {"nl", "FACTUUR\nOmschrijving  Aantal  Prijs  Bedrag\nTotaal te betalen 121,00 EUR\n"},
           {"pl",
            "FAKTURA VAT\nSprzedawca Nabywca\nIlość  Nazwa towaru  Cena netto  Termin płatności 14 dni\n"},
           {"ru", "Счет на оплату № 15 от 5 марта 2024 г. Поставщик ООО Ромашка. Итого 1200 руб.\n"},
           {"ja", "この契約書は、甲と乙の間で締結されたものであり、以下の条項に従うものとする。"},
           {"zh", "本合同由甲乙双方签订，自签字之日起生效，有效期一年。"},
           {"el", "Η παρούσα σύμβαση ισχύει για ένα έτος από την υπογραφή της."},
           {"he", "הסכם זה נערך ונחתם בין הצדדים ביום זה והוא יהיה בתוקף למשך שנה אחת."},
           {"en", "Dear Sirs, please find attached the agreement. Yours sincerely.\n"},
       })
    EXPECT_EQ(language_of(text_of({row.text})), row.language) << row.text;
}

TEST(Language, WhatIsNotClearHasNone) {
  EXPECT_EQ(language_of(text_of({})), "");
  EXPECT_EQ(language_of(text_of({""})), "");
  EXPECT_EQ(language_of(text_of({"foreword\n"})), "") << "a word";
  EXPECT_EQ(language_of(text_of({"AB-1234 XX-9981 17.50\nZZ-4411 QP-1200 18.20\n"})), "") << "codes";
  EXPECT_EQ(language_of(text_of({"1,234.00  2,345.00  19%\n"})), "") << "numbers";
  EXPECT_EQ(language_of(text_of({"Wkh wrwdo lv gxh zlwklq wkluwb gdbv diwhu uhfhlsw ri wklv lqyrlfh\n"})),
            "");
  EXPECT_EQ(language_of(text_of({english_text, german_text})), "") << "two languages";
}

TEST(Language, LooksAtAllOfALongDocument) {
  Text text = text_of({english_text});
  for (int i = 0; i < 500; ++i)
    text.pages.push_back({0, 0, german_text + german_text + german_text, {}});
  EXPECT_EQ(language_of(text), "de");
  std::string long_page;
  while (long_page.size() < 100'000)
    long_page += "ä" + german_text;
  EXPECT_EQ(language_of(text_of({long_page})), "de");
}

}  // namespace
}  // namespace docket::worker
