#include "stages/text_facts.h"

#include <gtest/gtest.h>

namespace docket::stages {
namespace {

Text text_of(std::initializer_list<const char*> pages) {
  Text text;
  for (const char* page : pages)
    text.pages.push_back({0, 0, page, {}});
  return text;
}

TEST(TextFacts, ATableIsThreeLinesOfThreeColumns) {
  EXPECT_EQ(count_tables(text_of({"Item   Number   Price\nShelf   2   10.00\nBoard   1   20.00\n"})), 1);
  EXPECT_EQ(count_tables(text_of({"Item   Number   Price\nShelf   2   10.00\n"})), 0) << "two lines";
  EXPECT_EQ(count_tables(text_of({"Total   10\nTax   2\nSum   12\nDue   12\n"})), 0) << "two columns";
  EXPECT_EQ(count_tables(
                text_of({"Words of a text. They are\nno table, however many\nlines of them there are.\n"})),
            0);
  EXPECT_EQ(count_tables(text_of({""})), 0);
}

TEST(TextFacts, ALineBetweenTwoRowsDoesNotEndATable) {
  EXPECT_EQ(count_tables(text_of({"a   b   c\nd   e   f\nmore of it\ng   h   i\nj   k   l\n"})), 1);
  EXPECT_EQ(count_tables(text_of({"a   b   c\nd   e   f\nmore\nof it\ng   h   i\n"})), 0);
}

TEST(TextFacts, TablesAreCountedPageByPage) {
  const char* table = "a   b   c\nd   e   f\ng   h   i\n\n\nText.\n\na  b  c  d\ne  f  g  h\ni  j  k  l\r\n";
  EXPECT_EQ(count_tables(text_of({table, "Text.", table})), 4);
}

TEST(TextFacts, CommonWordsTellTheLanguage) {
  struct Row {
    const char* language;
    const char* text;
  };
  for (const Row& row :
       {Row{"en",
            "The parties to this agreement are bound by the terms which shall be set out in the annex, and "
            "with "
            "the consent of the other party they may be changed."},
        {"de",
         "Der Vertrag und die Anlagen sind von den Parteien zu unterzeichnen. Das ist nicht auf dem "
         "Deckblatt, "
         "sondern mit der Anlage für einen Monat gültig, und wird zur Akte genommen."},
        {"fr",
         "Le présent contrat est conclu pour une durée d'un an par les parties, et les annexes du contrat "
         "sont "
         "dans le dossier avec une copie sur papier."},
        {"es",
         "El contrato es válido por un año para las partes, y los anexos están en la carpeta con una copia "
         "del "
         "documento, como se indica al final de la página que sigue."},
        {"it",
         "Il contratto è valido per un anno e gli allegati sono nel fascicolo con una copia del documento, "
         "non "
         "della bozza, come si legge alla fine delle pagine dei termini."},
        {"nl",
         "Het contract en de bijlagen zijn van de partijen, en dat wordt niet op een ander blad gezet door "
         "een "
         "van hen, voor het met de bijlage naar het kantoor gaat."},
        {"ja", "この契約書は、甲と乙の間で締結されたものであり、以下の条項に従うものとする。"},
        {"zh", "本合同由甲乙双方签订，自签字之日起生效，有效期一年。"},
        {"el", "Η παρούσα σύμβαση ισχύει για ένα έτος από την υπογραφή της."}})
    EXPECT_EQ(language_of(text_of({row.text})), row.language) << row.text;
}

TEST(TextFacts, WhatIsNotClearHasNoLanguage) {
  EXPECT_EQ(language_of(text_of({""})), "");
  EXPECT_EQ(language_of(text_of({"Invoice 2024-117   119.00 EUR\nShelf   2   59.50\n"})), "")
      << "too few words";
  const std::string english = "the and of this which with shall be by from are is ";
  const std::string german = "und der das ist nicht mit von auf dem den wird sind ";
  EXPECT_EQ(language_of(text_of({english.c_str(), german.c_str()})), "") << "two languages";
}

}  // namespace
}  // namespace docket::stages
