#include "worker/text/letters.h"

#include <gtest/gtest.h>

#include <string>

namespace docket::worker {
namespace {

bool are_exchanged(std::string text) {
  Text whole;
  whole.pages.push_back({0, 0, std::move(text), {}});
  return are_letters_exchanged(whole);
}

const std::string plain_english =
    "There are two parties to this agreement, and they have agreed on all terms as set out below with effect "
    "from the date of signature; both accept the obligations in full and without reservation of any kind.\n";

/// Each small letter as the one that `to` has in its place.
std::string exchanged(std::string text, std::string_view to) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = to[static_cast<std::size_t>(c - 'a')];
  return text;
}

TEST(Letters, AreExchangedIfTheyMakeWordsOfNoLanguage) {
  EXPECT_FALSE(are_exchanged(plain_english));
  EXPECT_TRUE(are_exchanged(exchanged(plain_english, "nopqrstuvwxyzabcdefghijklm")));
  EXPECT_TRUE(are_exchanged(exchanged(plain_english, "bcdefghijklmnopqrstuvwxyza")));
  EXPECT_TRUE(are_exchanged(exchanged(plain_english, "qjxzkvbwymphfgdcusnlrtaeio")));
}

TEST(Letters, OfOtherLanguagesAreNotExchanged) {
  for (const char* text :
       {"Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni "
        "rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Każdy człowiek posiada",
        "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu "
        "järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä. Jokainen",
        "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau. Fe'u cynysgaeddir â rheswm a "
        "chydwybod, a dylai pawb ymddwyn y naill at y llall mewn ysbryd cymodlon. Y mae gan bawb hawl",
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve "
        "birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. Herkes, ırk, renk, cinsiyet",
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền. Mọi con người đều được "
        "tạo hoá ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình bằng hữu.",
        "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui "
        "ipsorum lingua Celtae, nostra Galli appellantur. Hi omnes lingua, institutis, legibus differunt."})
    EXPECT_FALSE(are_exchanged(text)) << text;
}

TEST(Letters, OfCodesAndRedactionsSayNothing) {
  const auto often = [](const std::string& text) {
    std::string out;
    for (int i = 0; i < 12; ++i)
      out += text;
    return out;
  };
  EXPECT_FALSE(are_exchanged(plain_english + often("XXXXXXXX XXX XXXXXXXXXXXX\nxxxxxx Zzzzzzz\n")));
  EXPECT_FALSE(are_exchanged(often("ab cd ef fe dc ba\ndeadbeef cafe babe\n00 1f e3 9a\n")));
  EXPECT_FALSE(are_exchanged(often("QXZ-KLM ABX-KWQ\nVBNM-Q JKLH-GFWZ\n")));
  EXPECT_FALSE(are_exchanged(often("QXZKLM BVRTPQ ZZKWXJ KLHGFQ WEZXCV BNMKJP\n")));
  EXPECT_FALSE(are_exchanged(often("INVOICE NUMBER SHIP TO QUANTITY UNIT PRICE AMOUNT SUBTOTAL VAT\n")));
  EXPECT_FALSE(are_exchanged(often("1,385.20 EUR 12 pcs 4711-XK 19 %\n")));
}

}  // namespace
}  // namespace docket::worker
