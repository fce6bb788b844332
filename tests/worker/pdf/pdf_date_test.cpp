#include "worker/pdf/pdf_date.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

TEST(PdfDate, AsFarAsItGoes) {
  EXPECT_EQ(iso_date("D:20180311101500+01'00'"), "2018-03-11T10:15:00+01:00");
  EXPECT_EQ(iso_date("D:20180311101500-05'30"), "2018-03-11T10:15:00-05:30");
  EXPECT_EQ(iso_date("D:20180311101500Z00'00'"), "2018-03-11T10:15:00Z");
  EXPECT_EQ(iso_date("20180311"), "2018-03-11");
  EXPECT_EQ(iso_date("D:2018"), "2018");
  EXPECT_EQ(iso_date("D:2018031110"), "2018-03-11T10:00");
  EXPECT_EQ(iso_date("D:20180311101500"), "2018-03-11T10:15:00");
}

TEST(PdfDate, WhatIsNoDateIsNone) {
  for (const char* none :
       {"", "D:", "yesterday", "D:20181311", "D:20180300", "D:2018031125", "Mon Mar 11 2018"}) {
    EXPECT_EQ(iso_date(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace docket::worker
