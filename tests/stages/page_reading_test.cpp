#include "stages/page_reading.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace docket::stages {
namespace {

using Wanted = SeenPage::Wanted;

std::vector<UnreadPage> pages(int count) {
  std::vector<UnreadPage> all;
  for (int number = 1; number <= count; ++number)
    all.push_back({number, UnreadPage::Why::no_text});
  return all;
}

OcrOptions eyes(bool compare = false) {
  OcrOptions options{.mode = OcrOptions::Mode::automatic, .languages = {"eng"}};
  options.backend = "eyes";
  options.compare = compare;
  options.task = "Copy.";
  return options;
}

Reply of_words(const std::string& words) {
  Page page{100, 100, words, {{{}, 0, static_cast<std::uint32_t>(words.size())}}, {90}};
  Reply reply;
  reply.answer =
      Answer{{{"grade", "good"}, {"confidence", 90}}, std::make_shared<const Text>(Text{{std::move(page)}})};
  return reply;
}

Reply no_answer(ErrorClass error, const std::string& message = "is broken") {
  Reply reply;
  reply.answer = Error{error, message};
  return reply;
}

/// Answers what is asked, each kind in its way, and counts.
struct World {
  Reply read = of_words("words of OCR"), seen = {Answer{"words that are seen"}};
  Reply picture = drawn();
  std::map<std::string, int> asked = {};
  std::size_t most_at_a_time = 0;

  static Reply drawn() {
    Answer answer;
    answer.image = std::make_shared<const Image>(Image{"image/png", "png", 10, 10});
    return {std::move(answer)};
  }

  Reply answer(const Request& request) {
    if (const auto* question = std::get_if<ExtractQuestion>(&request.question)) {
      EXPECT_EQ(request.backend, extraction_workers);
      const bool is_picture = question->page->wanted == Wanted::picture;
      ++asked[is_picture ? "picture" : "words"];
      return is_picture ? picture : read;
    }
    const auto& prompt = std::get<Prompt>(request.question);
    EXPECT_EQ(request.backend, "eyes");
    EXPECT_EQ(prompt.document.front().image->bytes, "png");
    EXPECT_EQ(prompt.task, "Copy.");
    EXPECT_EQ(request.sent.what, "pages");
    EXPECT_EQ(request.sent.pages.size(), 1U);
    ++asked["seen"];
    return seen;
  }

  std::vector<LookedAt> look(PageReading& reading) {
    std::vector<Reply> replies;
    for (std::vector<Request> requests = reading.next({}); !requests.empty();) {
      most_at_a_time = std::max(most_at_a_time, requests.size());
      replies.clear();
      for (const Request& request : requests)
        replies.push_back(answer(request));
      requests = reading.next(replies);
    }
    return reading.take();
  }
  std::vector<LookedAt> look(int count, const OcrOptions& options) {
    PageReading reading({"/in/a.pdf"}, pages(count), options);
    return look(reading);
  }
};

using Counts = std::map<std::string, int>;

std::string text_of(const LookedAt& page) { return page.answer->text->pages.front().text; }

TEST(PageReading, AQuestionIsAboutOnePageInTheLanguages) {
  OcrOptions options{.mode = OcrOptions::Mode::automatic, .languages = {"eng", "deu"}};
  PageReading reading({"/in/a.pdf", {"sesame"}}, {{7, UnreadPage::Why::no_text}}, options);
  const auto requests = reading.next({});
  ASSERT_EQ(requests.size(), 1U);
  const auto& question = std::get<ExtractQuestion>(requests[0].question);
  ASSERT_TRUE(question.page);
  EXPECT_EQ(question.page->number, 7);
  EXPECT_EQ(question.page->wanted, Wanted::words);
  EXPECT_EQ(question.page->languages, options.languages);
  EXPECT_EQ(question.passwords, std::vector<std::string>{"sesame"});
  EXPECT_EQ(question.limits.cpu_time, options.page_time);
}

TEST(PageReading, WithoutAModelAllPagesAreReadAtOnce) {
  World world;
  OcrOptions options = eyes();
  options.backend.clear();
  EXPECT_EQ(world.look(50, options).size(), 50U);
  EXPECT_EQ(world.asked, (Counts{{"words", 50}}));
  EXPECT_EQ(world.most_at_a_time, 50U);
}

TEST(PageReading, AModelIsShownAFewPagesAtATime) {
  World world;
  const auto looked = world.look(50, eyes());
  EXPECT_EQ(world.asked, (Counts{{"picture", 50}, {"seen", 50}}));
  EXPECT_LE(world.most_at_a_time, 8U);
  for (const LookedAt& page : looked) {
    EXPECT_EQ(text_of(page), "words that are seen\n");
    EXPECT_EQ(page.answer->by, "eyes");
    EXPECT_EQ(page.problem, "");
  }
}

TEST(PageReading, WhatTheModelCannotDoOcrDoes) {
  for (const ErrorClass error : {ErrorClass::rejected, ErrorClass::content, ErrorClass::transport,
                                 ErrorClass::withheld, ErrorClass::too_long}) {
    World world;
    world.seen = no_answer(error, "backend 'eyes': no");
    PageReading reading({"/in/a.pdf"}, pages(3), eyes());
    const auto looked = world.look(reading);
    EXPECT_EQ(world.asked, (Counts{{"picture", 3}, {"seen", 3}, {"words", 3}}));
    EXPECT_EQ(text_of(looked[2]), "words of OCR");
    EXPECT_EQ(looked[2].problem, "was read by OCR alone: backend 'eyes': no");
    EXPECT_FALSE(reading.no_server());
  }
}

TEST(PageReading, AServerThatIsNotThereIsNoFaultOfThePages) {
  for (const ErrorClass error : {ErrorClass::unavailable, ErrorClass::unreachable}) {
    World world;
    world.seen = no_answer(error, "backend 'eyes': no");
    PageReading reading({"/in/a.pdf"}, pages(3), eyes());
    world.look(reading);
    ASSERT_TRUE(reading.no_server());
    EXPECT_EQ(*reading.no_server(), (Error{error, "backend 'eyes': no"}));
    EXPECT_EQ(world.asked["words"], 0);
  }
}

TEST(PageReading, APageThatCannotBeDrawnIsReadByOcr) {
  World world;
  world.picture = no_answer(ErrorClass::memory, "is too large");
  EXPECT_EQ(world.look(1, eyes())[0].problem, "was read by OCR alone: 'eyes': is too large");
  EXPECT_EQ(world.asked, (Counts{{"picture", 1}, {"words", 1}}));
}

TEST(PageReading, WhereNeitherWorksThePageFails) {
  World world;
  world.seen = no_answer(ErrorClass::rejected, "no");
  world.read = no_answer(ErrorClass::timeout, "took too long");
  const auto looked = world.look(1, eyes());
  ASSERT_FALSE(looked[0].answer);
  EXPECT_EQ(looked[0].answer.error(),
            (Error{ErrorClass::rejected, "'eyes': no; and OCR says: took too long"}));
  OcrOptions without_data = eyes();
  without_data.languages.clear();
  EXPECT_EQ(world.look(1, without_data)[0].answer.error().message, "'eyes': no");
  world.seen = no_answer(ErrorClass::withheld, "policy: private");
  EXPECT_EQ(world.look(1, without_data)[0].answer.error(), (Error{ErrorClass::withheld, "policy: private"}))
      << "it is held in the words of all others";
}

TEST(PageReading, BothAreComparedWord) {
  World world;
  world.seen = {Answer{"words of COR"}};
  const auto looked = world.look(10, eyes(true));
  EXPECT_EQ(world.asked, (Counts{{"picture", 10}, {"seen", 10}, {"words", 10}}));
  EXPECT_EQ(text_of(looked[9]), "words of OCR");
  EXPECT_EQ(looked[9].answer->text->pages.front().confidence, std::vector<std::uint8_t>{40});
  EXPECT_NEAR(looked[9].agreement->share(), 0.667, 0.001);
  EXPECT_EQ(looked[9].answer->by, "");
}

TEST(PageReading, OfTwoReadingsOneMayBeAllThereIs) {
  World world;
  world.read = no_answer(ErrorClass::timeout, "took too long");
  LookedAt looked = world.look(1, eyes(true))[0];
  EXPECT_EQ(text_of(looked), "words that are seen\n");
  EXPECT_EQ(looked.problem, "was seen by 'eyes' alone: OCR says: took too long");
  world.read = of_words("w");
  looked = world.look(1, eyes(true))[0];
  EXPECT_EQ(looked.answer->by, "eyes") << "OCR saw next to nothing";
  EXPECT_TRUE(looked.agreement->in_doubt());
}

TEST(PageReading, AStoppedRunAsksNoMore) {
  World world;
  world.seen = no_answer(ErrorClass::cancelled);
  const auto looked = world.look(50, eyes());
  EXPECT_LE(world.asked["picture"], 8);
  EXPECT_EQ(world.asked["words"], 0);
  ASSERT_FALSE(looked[0].answer);
  EXPECT_EQ(looked[0].answer.error().error_class, ErrorClass::cancelled);
}

}  // namespace
}  // namespace docket::stages
