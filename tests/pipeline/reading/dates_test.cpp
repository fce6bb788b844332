#include "pipeline/reading/dates.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

std::vector<DateFound> dates(std::string_view text) {
  const Folded folded = fold(text);
  DateOrder order;
  return find_dates(text, folded, 0, folded.tokens.size(), order);
}

std::string first(std::string_view text) {
  const std::vector<DateFound> found = dates(text);
  return found.empty() ? "" : found[0].iso;
}

TEST(RulesDates, ReadsNumbers) {
  EXPECT_EQ(first("am 05.03.2024 um"), "2024-03-05");
  EXPECT_EQ(first("5. 3. 2024"), "2024-03-05");
  EXPECT_EQ(first("2024-03-05"), "2024-03-05");
  EXPECT_EQ(first("2024/3/5"), "2024-03-05");
  EXPECT_EQ(first("2024-03-05T10:00:00Z"), "2024-03-05");
  EXPECT_EQ(first("31.12.99"), "1999-12-31");
  EXPECT_EQ(first("01.05.14-31.05.14"), "2014-05-01");
}

TEST(RulesDates, ReadsNamesOfMonths) {
  for (const char* text :
       {"5. März 2024", "5. Maerz 2024", "5 mars 2024", "March 5, 2024", "Mar 5th, 2024", "5th of March 2024",
        "05-Mar-2024", "5 maart 2024", "5 de marzo de 2024", "March 5 , 2024"}) {
    EXPECT_EQ(first(text), "2024-03-05") << text;
  }
  EXPECT_EQ(first("1er janvier 2024"), "2024-01-01");
  EXPECT_EQ(first("31 août 2023"), "2023-08-31");
  EXPECT_EQ(first("1 déc. 23"), "2023-12-01");
}

TEST(RulesDates, KeepsBothReadingsWhereDayAndMonthMayBeSwapped) {
  const DateFound both = dates("03/04/2024")[0];
  EXPECT_EQ(both.iso, "2024-04-03");
  EXPECT_EQ(both.month_first, "2024-03-04");
  EXPECT_EQ(dates("03.04.2024")[0].month_first, "");
  EXPECT_EQ(dates("25/04/2024")[0].month_first, "");
  EXPECT_EQ(dates("04/25/2024")[0].iso, "2024-04-25");
  EXPECT_EQ(dates("04/04/2024")[0].month_first, "");
}

TEST(RulesDates, CountsWhatTheDocumentShowsOfTheOrder) {
  const std::string_view text = "04/25/2024, 12/31/2024 and 25/04/2024";
  const Folded folded = fold(text);
  DateOrder order;
  EXPECT_EQ(find_dates(text, folded, 0, folded.tokens.size(), order).size(), 3U);
  EXPECT_EQ(order.month_first, 2);
  EXPECT_EQ(order.day_first, 1);
}

TEST(RulesDates, RefusesWhatIsNone) {
  for (const char* text :
       {"30.02.2024", "29.02.2023", "12.13.2024", "1.2.3.4", "192.168.10.12", "01 71 17 61 67", "12-34-5678",
        "0/0/2024", "May 2024", "5 apples 2024", "99/99/9999", "X05.03.2024Y"}) {
    EXPECT_EQ(first(text), "") << text;
  }
}

}  // namespace
}  // namespace docket
