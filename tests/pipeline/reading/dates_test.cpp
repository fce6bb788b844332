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
  for (const char* text :
       {"5. března 2024", "5. marca 2024", "2024. március 5.", "5 martie 2024", "5° marzo 2024",
        "5. maaliskuuta 2024", "5 Mart 2024", "5 березня 2024", "5 Μαρτίου 2024"}) {
    EXPECT_EQ(first(text), "2024-03-05") << text;
  }
  EXPECT_EQ(first("1° di aprile 2021"), "2021-04-01");
  EXPECT_EQ(first("1er janvier 2024"), "2024-01-01");
  EXPECT_EQ(first("31 août 2023"), "2023-08-31");
  EXPECT_EQ(first("1 déc. 23"), "2023-12-01");
}

TEST(RulesDates, ReadsTheDigitsAndDashesOfEveryScript) {
  for (const char* text :
       {"２０２４－０３－０５", "2024\u201103\u201105", "2024\u00AD03\u00AD05", "05\u201303\u20132024",
        "٢٠٢٤/٠٣/٠٥", "۲۰۲۴/۰۳/۰۵", "०५.०३.२०२४", "5\u2011Mar\u20112024", "5\u00A0mars\u202F2024"})
    EXPECT_EQ(first(text), "2024-03-05") << text;
  EXPECT_EQ(first("7\u20113\u20114\u20112024"), "");
}

TEST(RulesDates, ReadsDatesInWords) {
  for (const char* text : {"this 5th day of May, 2006",
                           "the fifth day of May 2006",
                           "this 5th day of the month of May, A.D. 2006",
                           "May the 5th, 2006",
                           "May fifth, 2006",
                           "the fifth of May, two thousand and six",
                           "on this fifth (5th) day of May in the year 2006",
                           "the 5th day of May in the year of our Lord 2006",
                           "am fünften Mai 2006",
                           "am 5. Tag des Monats Mai 2006",
                           "den fünften Mai zweitausendsechs",
                           "ce 5ème jour de mai 2006",
                           "fait le cinq mai deux mille six",
                           "le 5 du mois de mai de l'an 2006",
                           "a los cinco días del mes de mayo de 2006",
                           "el cinco de mayo de dos mil seis",
                           "il cinque maggio duemilasei",
                           "addì 5 del mese di maggio 2006",
                           "op de vijfde mei tweeduizend zes",
                           "aos cinco dias do mês de maio de 2006",
                           "cinco de maio de dois mil e seis",
                           "2006 May 5",
                           "5 мая 2006",
                           "5 maja 2006",
                           "ngày 5 tháng 5 năm 2006"})
    EXPECT_EQ(first(text), "2006-05-05") << text;
  EXPECT_EQ(first("the twenty-first day of March, nineteen hundred and ninety-nine"), "1999-03-21");
  EXPECT_EQ(first("thirty-first of October nineteen ninety-nine"), "1999-10-31");
  EXPECT_EQ(first("am einunddreißigsten Oktober neunzehnhundertneunundneunzig"), "1999-10-31");
  EXPECT_EQ(first("le premier mars deux mille dix"), "2010-03-01");
  EXPECT_EQ(first("le trente et un octobre mil neuf cent quatre-vingt-dix-neuf"), "1999-10-31");
  EXPECT_EQ(first("treinta y uno de octubre de mil novecientos noventa y nueve"), "1999-10-31");
  EXPECT_EQ(first("ventuno ottobre duemilaventiquattro"), "2024-10-21");
}

TEST(RulesDates, ReadsTheDatesOfEastAsia) {
  for (const char* text :
       {"2024年3月14日", "２０２４年３月１４日", "発行日：2024年 3月 14日", "二〇二四年三月十四日",
        "令和6年3月14日", "民國113年3月14日", "2024년 3월 14일", "2024. 3. 14."})
    EXPECT_EQ(first(text), "2024-03-14") << text;
  const std::string_view text = "日付 2024年3月14日まで";
  EXPECT_EQ(text.substr(dates(text)[0].begin, dates(text)[0].end - dates(text)[0].begin), "2024年3月14日");
}

TEST(RulesDates, WordsOfOtherThingsAreNoDays) {
  for (const char* text : {"Payment due May 2024", "the second March 2024 invoice",
                           "may second thoughts 2024", "five May 2006", "this day of May, 2006",
                           "the 5th day of the week, 2006", "seven of May and 2006", "32nd day of May, 2006"})
    EXPECT_EQ(first(text), "") << text;
}

TEST(RulesDates, WhatIsMeantSettlesTheOrder) {
  DateFound date = dates("03/04/2024")[0];
  settle(date, DayMonth::unknown);
  EXPECT_EQ(date.month_first, "2024-03-04");
  settle(date, DayMonth::month_first);
  EXPECT_EQ(date.iso, "2024-03-04");
  EXPECT_EQ(date.month_first, "");
  DateFound other = dates("03/04/2024")[0];
  settle(other, DayMonth::day_first);
  EXPECT_EQ(other.iso, "2024-04-03");
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
