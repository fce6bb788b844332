#include "worker/formats/number_format.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

struct ShownNumber {
  double value;
  std::string_view format, shown;
};

TEST(NumberFormat, NumbersAreExact) {
  for (const ShownNumber& c : std::initializer_list<ShownNumber>{
           {1234.5, "", "1234.5"},
           {1234.5, "General", "1234.5"},
           {0.1 + 0.2, "General", "0.3"},
           {1234.5, "#,##0.00", "1234.50"},
           {1.005, "0.00", "1.01"},
           {84.03361344537815, "0.00", "84.03"},
           {999.995, "0.00", "1000.00"},
           {0.004, "0.00", "0.00"},
           {-0.004, "0.00", "0.00"},
           {-1234.5, "#,##0.00;(#,##0.00)", "-1234.50"},
           {-5, "0.00;[Red]0.00", "-5.00"},
           {1234.5, "#,##0.00 [$€-407]", "1234.50 €"},
           {1234.5, "\"USD\" #,##0.00_);[Red]\\(\"USD\" #,##0.00\\)", "USD 1234.50"},
           {-2, "_-* #,##0.00\\ \"€\"_-;\\-* #,##0.00\\ \"€\"_-", "-2.00 €"},
           {0.195, "0.0%", "19.5%"},
           {1500000, "0.0,,\" M\"", "1.5 M"},
           {42, "00000", "00042"},
           {2125551234, "(###) ###-####", "(212) 555-1234"},
           {12345, "[<=99999]00000;00000\\-0000", "12345"},
           {123456789, "[<=99999]00000;00000\\-0000", "12345-6789"},
           {1.5, "0.##", "1.5"},
           {2, "0.##", "2"},
           {0, "0;-0;\"none\"", "none"},
           {5, ";;;", ""},
           {0.5, "# ?/?", "0.5"},
           {12000, "0.00E+00", "12000"},
           {1e15, "0", "1000000000000000"},
           {1e20, "General", "100000000000000000000"}})
    EXPECT_EQ(formatted_number(c.value, c.format, false), c.shown) << c.value << " " << c.format;
}

TEST(NumberFormat, DatesAreIso) {
  for (const ShownNumber& c :
       std::initializer_list<ShownNumber>{{45351, "dd.mm.yyyy", "2024-02-29"},
                                          {45351.75, "m/d/yy h:mm", "2024-02-29 18:00"},
                                          {0.5, "h:mm AM/PM", "12:00"},
                                          {1.5, "[h]:mm:ss", "36:00:00"},
                                          {45351.999999999, "yyyy-mm-dd hh:mm:ss", "2024-03-01 00:00:00"},
                                          {61, "d mmm yyyy", "1900-03-01"},
                                          {1, "d mmm yyyy", "1900-01-01"},
                                          {45351, "[$-407]d. mmmm yyyy;@", "2024-02-29"},
                                          {45351, "mmmm yyyy", "2024-02-29"}})
    EXPECT_EQ(formatted_number(c.value, c.format, false), c.shown) << c.value << " " << c.format;
  EXPECT_EQ(formatted_number(43889, "d.m.yy", true), "2024-02-29");
  EXPECT_EQ(formatted_number(-1, "d.m.yy", false), "-1");
}

TEST(NumberFormat, TextHasASectionToo) {
  EXPECT_EQ(formatted_text("12", "0;-0;0;@\" kg\""), "12 kg");
  EXPECT_EQ(formatted_text("12", "@"), "12");
  EXPECT_EQ(formatted_text("12", "0.00"), "12");
}

TEST(NumberFormat, AnythingIsAFormat) {
  for (const char* format :
       {"[", "\"", "\\", "_", "*", "[$", "[>", ";;;;;;", "@@@", "0.0.0.0", "#?#,,,", "E+", "[h", "////"})
    formatted_number(-123.456, format, false);
}

}  // namespace
}  // namespace docket::worker
