#include "pipeline/support/file_mode.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(FileMode, AsChmodHasThem) {
  EXPECT_EQ(parse_file_mode("0640").mode, 0640u);
  EXPECT_EQ(parse_file_mode("640").mode, 0640u);
  EXPECT_EQ(parse_file_mode("0664").mode, 0664u);
  EXPECT_EQ(folder_mode(0640), 0750u);
  EXPECT_EQ(folder_mode(0664), 0775u);
}

TEST(FileMode, WhatIsNoMode) {
  for (const char* text : {"", "rw-r-----", "0x1a0", "416", "6400", "0o640", "1640", "-640", "0648", "64"})
    EXPECT_FALSE(parse_file_mode(text).mode) << text;
  EXPECT_NE(parse_file_mode("0440").mistake.find("itself"), std::string::npos);
  EXPECT_NE(parse_file_mode("0666").mistake.find("everybody"), std::string::npos);
  EXPECT_NE(parse_file_mode("0750").mistake.find("no programs"), std::string::npos);
}

}  // namespace
}  // namespace docket
