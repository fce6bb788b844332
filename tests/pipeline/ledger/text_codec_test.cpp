#include "pipeline/ledger/text_codec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pipeline/support/digest.h"

namespace docket {
namespace {

Text sample() {
  Text text;
  text.pages.push_back({595.28f, 841.89f, "Total  119,00\nThanks", {}});
  text.pages[0].words = {{{50.5f, 100.25f, 80.125f, 112}, 0, 5},
                         {{302.1f, 100.25f, 340, 112}, 7, 6},
                         {{50.5f, -3.5f, 99, 1e30f}, 14, 6}};
  text.pages.push_back({});
  text.pages.push_back({0, 0, "plain", {}});
  return text;
}

TEST(TextCodec, ReadsBackWhatItWrote) {
  Text seen = sample();
  seen.pages[0].confidence = {96, 0, 100};
  Text german = seen;
  german.language = "de";
  for (const Text& text : {Text{}, sample(), seen, german}) {
    const std::shared_ptr<const Text> back = decode_text(encode_text(text));
    ASSERT_NE(back, nullptr);
    EXPECT_EQ(*back, text);
  }
}

TEST(TextCodec, ReadsAndWritesInPiecesOfAnySize) {
  Text longer = sample();
  for (int i = 0; i < 50; ++i)
    longer.pages.push_back(longer.pages[static_cast<std::size_t>(i) % 3]);
  longer.language = "fr";
  for (const Text& text : {Text{}, sample(), longer}) {
    const std::string bytes = encode_text(text);
    EXPECT_EQ(text_digest(text), short_digest(bytes));
    for (const std::size_t size : {1, 2, 7, 64, 100'000}) {
      TextDecoder decoder;
      for (std::size_t at = 0; at < bytes.size(); at += size)
        decoder.add(std::string_view(bytes).substr(at, size));
      const std::shared_ptr<const Text> back = decoder.end();
      ASSERT_NE(back, nullptr) << size;
      EXPECT_EQ(*back, text);
    }
  }
}

TEST(TextCodec, RefusesEveryBeginningAndAnyTail) {
  const std::string bytes = encode_text(sample());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(decode_text(bytes.substr(0, length)), nullptr) << length;
  EXPECT_EQ(decode_text(bytes + "x"), nullptr);
}

TEST(TextCodec, SurvivesEveryChangedByte) {
  const std::string bytes = encode_text(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int byte : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(byte);
      const std::shared_ptr<const Text> text = decode_text(changed);
      if (!text) continue;
      for (const Page& page : text->pages)
        for (const Word& word : page.words)
          EXPECT_LE(std::size_t{word.offset} + word.length, page.text.size());
    }
  }
}

TEST(TextCodec, DoesNotBelieveHugeCounts) {
  EXPECT_EQ(decode_text("\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), nullptr);
  EXPECT_EQ(decode_text(std::string("\x01\x01", 2) + std::string(8, '\0') + "\xff\xff\xff\xff\x7f"), nullptr);
}

TEST(TextCodec, IsSmallWhereWordsShareALine) {
  Text text;
  text.pages.emplace_back();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    text.pages[0].text += "word ";
    const float left = static_cast<float>(i % 10) * 50.5f, top = static_cast<float>(i - i % 10) / 10 * 12.5f;
    text.pages[0].words.push_back({{left, top, left + 40.25f, top + 10}, i * 5, 4});
  }
  EXPECT_LT(encode_text(text).size(), 5000u + 1000 * 13);
}

}  // namespace
}  // namespace docket
