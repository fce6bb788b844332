#include "worker/text/encoding.h"

#include <gtest/gtest.h>
#include <iconv.h>

#include <array>

#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

std::string encoded(std::string_view utf8, const char* encoding) {
  const iconv_t converter = iconv_open(encoding, "UTF-8");
  std::string out(utf8.size() * 4 + 16, '\0');
  char *in = const_cast<char*>(utf8.data()), *to = out.data();
  std::size_t left = utf8.size(), room = out.size();
  EXPECT_NE(iconv(converter, &in, &left, &to, &room), static_cast<std::size_t>(-1)) << encoding;
  iconv(converter, nullptr, nullptr, &to, &room);
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

constexpr std::string_view german =
    "Sehr geehrte Damen und Herren, für die Lieferung der Möbel über Köln erhalten Sie die Rechnung. Größe "
    "und "
    "Menge prüfen Sie bitte möglichst früh; die Überweisung fällt natürlich später an. Mit schönen Grüßen.\n";
constexpr std::string_view russian =
    "Настоящий договор заключён между поставщиком и покупателем. Поставщик обязуется передать товар, а "
    "покупатель обязуется принять и оплатить его в порядке и сроки, установленные договором.\n";
constexpr std::string_view japanese =
    "この契約は、売主と買主の間で締結される。売主は商品を引き渡し、買主は代金を支払うものとする。期日は"
    "別紙に定めるとおりとし、変更する場合は書面によるものとする。\n";
constexpr std::string_view polish =
    "Umowa została zawarta między sprzedawcą a kupującym. Sprzedawca zobowiązuje się dostarczyć towar, a "
    "kupujący zapłacić należność w ciągu czternastu dni. Wszelkie zmiany wymagają formy pisemnej, pod "
    "rygorem "
    "nieważności.\n";

struct Sample {
  std::string_view text;
  std::vector<const char*> encodings;
};

TEST(Encoding, CommonEncodingsAreRecognised) {
  const Sample samples[] = {
      {german,
       {"UTF-8", "ISO-8859-1", "WINDOWS-1252", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16"}},
      {russian, {"UTF-8", "WINDOWS-1251", "KOI8-R", "ISO-8859-5", "UTF-16LE", "UTF-32BE"}},
      {japanese, {"UTF-8", "SHIFT_JIS", "EUC-JP", "ISO-2022-JP", "UTF-16BE"}},
      {polish, {"ISO-8859-2", "WINDOWS-1250"}},
  };
  for (const Sample& sample : samples) {
    for (const char* encoding : sample.encodings) {
      const auto text = decode_text(encoded(sample.text, encoding));
      ASSERT_TRUE(text) << encoding;
      EXPECT_EQ(text->utf8, sample.text) << encoding;
    }
  }
}

TEST(Encoding, AMarkDecides) {
  EXPECT_EQ(decode_text("\xEF\xBB\xBF"
                        "a")
                ->utf8,
            "a");
  EXPECT_EQ(decode_text(std::string_view("\xFF\xFE"
                                         "a\0",
                                         4))
                ->utf8,
            "a");
  EXPECT_EQ(decode_text(std::string_view("\xFE\xFF"
                                         "\0a",
                                         4))
                ->encoding,
            "UTF-16BE");
  EXPECT_EQ(decode_text(std::string_view("\xFF\xFE\0\0"
                                         "a\0\0\0",
                                         8))
                ->encoding,
            "UTF-32LE");
}

TEST(Encoding, WhatAnXmlHeadSaysCounts) {
  const std::string xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><total>5 \xA4</total>";
  EXPECT_NE(decode_text(xml)->utf8.find("5 €"), std::string::npos);
}

TEST(Encoding, AnEuroSignOfWindowsIsNoControl) { EXPECT_EQ(decode_text("5 \x80 netto")->utf8, "5 € netto"); }

TEST(Encoding, GarbageIsNoText) {
  std::string garbage;
  std::uint32_t state = 1;
  for (int i = 0; i < 4096; ++i) {
    state = state * 1664525 + 1013904223;
    garbage += static_cast<char>(state >> 24);
  }
  EXPECT_FALSE(decode_text(garbage));
  EXPECT_FALSE(decode_text(std::string(100, '\0')));
  EXPECT_FALSE(
      decode_text(std::string_view("\x7F"
                                   "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3E\0\1\0\0\0",
                                   24)));
}

TEST(Encoding, AFewStrayBytesDoNotMakeItGarbage) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "A line of a log file.\n";
  text[500] = '\0';
  text[501] = '\x01';
  EXPECT_TRUE(decode_text(text));
}

TEST(Encoding, WhatTheDetectorTakesForUtf8BecomesValid) {
  const auto text = decode_text(
      "a;$;)\"c \"\"d\"\"grc \"\"d\"\"gr\xC3\x83\xC2\xBC\xC3\x83\xC5\xB8"
      "e, \xC3=\"\n;2;3\xC3\x83\xC2\xBC\xC3\x83\xC5\xB8"
      "e, UTF-16BE;3\n");
  ASSERT_TRUE(text);
  EXPECT_TRUE(is_utf8(text->utf8)) << text->encoding;
}

TEST(Encoding, TextsOfDosAndOldMacsAreKnownByTheirWords) {
  const Sample samples[] = {
      {german, {"CP850", "MACINTOSH"}},
      {russian, {"CP866", "IBM855", "MAC-CYRILLIC"}},
      {polish, {"CP852"}},
      {"Avtalet har ingåtts mellan säljaren och köparen, även när året är slut.\n", {"CP850"}},
      {"Цей договір укладено між постачальником і покупцем, її ціна є відома.\n", {"KOI8-U"}}};
  for (const Sample& sample : samples) {
    for (const char* encoding : sample.encodings) {
      const auto text = decode_text(encoded(sample.text, encoding));
      ASSERT_TRUE(text) << encoding;
      EXPECT_EQ(text->utf8, sample.text) << encoding;
    }
  }
}

TEST(Encoding, ShortTextsAreWindows) {
  for (const std::string_view text : {"Estimado señor:", "Größe", "Stück à 5", "Déjà vu"})
    EXPECT_EQ(decode_text(encoded(text, "WINDOWS-1252"))->utf8, text);
  EXPECT_EQ(decode_text(encoded("and–or, 10–20, d’été", "WINDOWS-1252"))->utf8, "and–or, 10–20, d’été");
}

TEST(Encoding, Utf7IsKnownByItsPluses) {
  EXPECT_EQ(decode_text("Gr+APYA3w-e und M+APY-bel")->utf8, "Größe und Möbel");
  for (const char* plain : {"+49 30 1234-5 and +49 30 99-1", "C++ and A+B-C", "a +ABC- b +ABC- c", "1+1=2-0"})
    EXPECT_EQ(decode_text(plain)->utf8, plain);
}

}  // namespace
}  // namespace docket::worker
