#include "backends/calls/health_check.h"

#include <gtest/gtest.h>

#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;
using Documents = std::vector<std::string>;

Reply refusal(std::string message = "nein", ErrorClass guess = ErrorClass::rejected) {
  Reply reply = bad_reply(guess, std::move(message));
  reply.unproven = true;
  return reply;
}

class HealthCheck : public testing::Test {
 protected:
  CallOutcome& ask(const std::string& document, std::size_t bytes = 10) {
    Request request = prompt_request(document);
    request.asked_by.stage = "classify";
    std::get<Prompt>(request.question).document = {{PromptPart::Kind::text, std::string(bytes, 'x')}};
    CallOutcome& outcome = outcomes_.emplace_back();
    checked_->submit(std::move(request), outcome.done());
    return outcome;
  }
  /// After an answer that was bad.
  CallOutcome& ask_again(const std::string& document) {
    Request request = prompt_request(document);
    std::get<Prompt>(request.question).diagnostic = "no JSON";
    CallOutcome& outcome = outcomes_.emplace_back();
    checked_->submit(std::move(request), outcome.done());
    return outcome;
  }
  const Prompt& sent(const std::string& document = "") const {
    return std::get<Prompt>(calls_.request(document).question);
  }
  /// The first request, which is docket's own question and shows no document.
  bool is_own_question() const {
    return sent().document.empty() && sent().schema == nullptr && sent().left_out == all_left_out &&
           sent().most_output_tokens < 100;
  }
  /// The first request is docket's own, too, but wants an object, as calls do.
  bool is_own_question_in_form() const {
    return sent().document.empty() && sent().schema != nullptr && sent().left_out == 0 &&
           sent().most_output_tokens <= 100;
  }

  FakeTimer timer_;
  HeldCalls calls_;
  std::deque<CallOutcome> outcomes_;
  std::vector<std::string> warnings_;
  std::unique_ptr<Backend> checked_ =
      make_health_check(std::make_unique<HeldBackend>(calls_),
                        {.warn = [this](const std::string& text) { warnings_.push_back(text); }}, timer_);
};

TEST_F(HealthCheck, AServerThatRefusesASmallQuestionTooIsUnavailable) {
  for (const ErrorClass guess : {ErrorClass::rejected, ErrorClass::transient, ErrorClass::too_long}) {
    checked_ = make_health_check(std::make_unique<HeldBackend>(calls_), {}, timer_);
    const int before = calls_.seen();
    const CallOutcome& first = ask("a");
    calls_.answer(refusal("Kontingent erschöpft", guess));
    ASSERT_TRUE(is_own_question());
    EXPECT_FALSE(first.reply);
    calls_.answer(refusal());
    EXPECT_EQ(first.error().error_class, ErrorClass::unavailable);
    EXPECT_NE(first.error().message.find("Kontingent erschöpft"), std::string::npos);
    EXPECT_EQ(first.reply->spent.total().calls, 2) << "the small question is counted";
    EXPECT_EQ(ask("b").error().error_class, ErrorClass::unavailable);
    EXPECT_EQ(calls_.seen() - before, 2);
  }
}

TEST_F(HealthCheck, OneQuestionIsAskedForAllAndOthersWait) {
  ask("a"), ask("b");
  calls_.answer("a", refusal());
  calls_.answer("b", refusal("another"));
  ask("c");
  EXPECT_EQ(calls_.waiting(), Documents{"a"});
  EXPECT_TRUE(is_own_question()) << "for the one that was in doubt first: it pays";
  EXPECT_EQ(calls_.request().asked_by.stage, "classify");
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting(), (Documents{"a", "b", "c"}));
}

TEST_F(HealthCheck, WhereTheQuestionMayNotBePaidForTheDocumentIsHeldInTheBudgetsWords) {
  const CallOutcome& outcome = ask("a");
  calls_.answer(refusal());
  calls_.answer({.answer = Error{ErrorClass::withheld, "budget: the run's limit is reached", "$1 of $1"}});
  EXPECT_EQ(outcome.error(),
            (Error{ErrorClass::withheld, "budget: the run's limit is reached", "nein; $1 of $1"}));
}

TEST_F(HealthCheck, AMistakeOfTheServerIsAskedAgainAsItWas) {
  const CallOutcome& outcome = ask("a");
  calls_.answer(refusal());
  calls_.answer(good_reply());
  EXPECT_EQ(sent("a").left_out, 0);
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome.reply->answer);
  EXPECT_EQ(outcome.reply->spent.total().calls, 3);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(HealthCheck, ASettingWithoutANameIsLeftOutForTheRestOfTheRun) {
  for (const int needed : {1, 2, 3, 4}) {
    warnings_.clear();
    checked_ =
        make_health_check(std::make_unique<HeldBackend>(calls_),
                          {.warn = [this](const std::string& text) { warnings_.push_back(text); }}, timer_);
    const CallOutcome& outcome = ask("a");
    calls_.answer(refusal("not so"));
    calls_.answer(good_reply());
    while (sent("a").left_out < needed)
      calls_.answer(refusal("not so"));
    calls_.answer(good_reply());
    EXPECT_TRUE(outcome.reply->answer);
    ask("b"), ask("c");
    EXPECT_EQ(sent("b").left_out, needed);
    calls_.answer("b", good_reply());
    calls_.answer("c", good_reply());
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_TRUE(warnings_[0].starts_with("not so; ")) << warnings_[0];
  }
}

TEST_F(HealthCheck, ADocumentIsRejectedOnlyWhileOthersAreAnswered) {
  ask("good");
  calls_.answer(good_reply());
  const CallOutcome& bad = ask("bad");
  calls_.answer(refusal());
  calls_.answer(good_reply());
  calls_.answer(refusal());
  EXPECT_EQ(bad.error().error_class, ErrorClass::rejected);
  EXPECT_FALSE(bad.reply->unproven);
}

TEST_F(HealthCheck, KnownWordsAreDoubtedWhereNothingElseIsAnswered) {
  const auto refuse = [&](const std::string& name) -> const CallOutcome& {
    const CallOutcome& bad = ask(name);
    calls_.answer(name, refusal("refused, request req-" + std::to_string(name.back()) + "f"));
    return bad;
  };
  ask("good");
  calls_.answer(good_reply());
  const CallOutcome& first = refuse("bad0");
  ASSERT_TRUE(is_own_question());
  calls_.answer(good_reply());
  calls_.answer(refusal("refused, request req-7"));
  EXPECT_EQ(first.error().error_class, ErrorClass::rejected);

  const CallOutcome& second = refuse("bad1");
  ask("another");
  calls_.answer("another", good_reply());
  calls_.answer("bad1", refusal("refused, request req-8"));
  EXPECT_EQ(second.error().error_class, ErrorClass::rejected) << "others are answered";

  const CallOutcome& third = refuse("bad2");
  EXPECT_EQ(calls_.waiting(), Documents{"bad2"}) << "it is asked again first";
  calls_.answer(refusal("refused, request req-9"));
  ASSERT_TRUE(is_own_question()) << "the account may have been closed meanwhile";
  calls_.answer(refusal());
  EXPECT_EQ(third.error().error_class, ErrorClass::unavailable);
}

TEST_F(HealthCheck, WordsOfAnAccountAreBelievedOfAServerThatHasAnsweredNothing) {
  const CallOutcome& early = ask("a");
  calls_.answer(refusal("credits used up", ErrorClass::unavailable));
  EXPECT_EQ(early.error().error_class, ErrorClass::unavailable);
  EXPECT_EQ(ask("b").error().message, "credits used up");
  EXPECT_EQ(calls_.seen(), 1);

  checked_ = make_health_check(std::make_unique<HeldBackend>(calls_), {}, timer_);
  ask("good");
  calls_.answer(good_reply());
  const CallOutcome& later = ask("a");
  calls_.answer(refusal("credits used up", ErrorClass::unavailable));
  ASSERT_TRUE(is_own_question());
  calls_.answer(good_reply());
  calls_.answer(refusal("credits used up", ErrorClass::unavailable));
  EXPECT_EQ(later.error().error_class, ErrorClass::rejected);
}

TEST_F(HealthCheck, WordsThatStandInTheDocumentAreNotBelieved) {
  for (const char* text : {"Dear Sir, your account has reached its limit. Yours",
                           "YOUR ACCOUNT HAS\nREACHED it", "(your account: has reached)"}) {
    checked_ = make_health_check(std::make_unique<HeldBackend>(calls_), {}, timer_);
    Request request = prompt_request("a");
    std::get<Prompt>(request.question).document = {{PromptPart::Kind::text, text}};
    checked_->submit(std::move(request), outcomes_.emplace_back().done());
    calls_.answer(refusal("400: Your account has reached its limit", ErrorClass::unavailable));
    EXPECT_TRUE(is_own_question()) << text;
    calls_.answer(refusal());
  }
}

// Bad answers.

Reply word(const char* text) {
  Reply reply = good_reply();
  reply.answer = Answer{.value = text};
  return reply;
}

TEST_F(HealthCheck, ABadAnswerIsTheDocumentsFaultIfOthersGetGoodOnes) {
  ask_again("a");
  ask("b");
  calls_.answer("b", good_reply());
  calls_.answer("a", bad_reply(ErrorClass::content));
  EXPECT_EQ(outcomes_[0].error().error_class, ErrorClass::content);
  EXPECT_FALSE(outcomes_[0].reply->unproven);
  EXPECT_EQ(calls_.seen(), 2);
}

TEST_F(HealthCheck, OrIfASmallQuestionGetsOne) {
  for (const char* answer : {"OK", "ok.", "The word is OK", R"({"answer": 1})"}) {
    const CallOutcome& bad = ask_again("a");
    calls_.answer(bad_reply(ErrorClass::content));
    ASSERT_TRUE(is_own_question());
    calls_.answer(word(answer));
    EXPECT_EQ(bad.error().error_class, ErrorClass::content);
    EXPECT_FALSE(bad.reply->unproven) << answer;
    EXPECT_EQ(bad.reply->spent.total().calls, 2);
  }
}

TEST_F(HealthCheck, OrIfOneThatWantsAnObjectGetsOne) {
  for (const Reply& verdict :
       {word("hello"), word("invoice"), word("!!!!!!!!"), bad_reply(ErrorClass::content)}) {
    const CallOutcome& bad = ask_again("a");
    calls_.answer(bad_reply(ErrorClass::content));
    ASSERT_TRUE(is_own_question());
    calls_.answer(verdict);
    ASSERT_FALSE(bad.reply);
    ASSERT_TRUE(is_own_question_in_form());
    calls_.answer(good_reply());
    EXPECT_EQ(bad.error().error_class, ErrorClass::content);
    EXPECT_FALSE(bad.reply->unproven);
    EXPECT_EQ(bad.reply->spent.total().calls, 3) << "both questions are counted";
  }
}

TEST_F(HealthCheck, ItIsAskedOnceForAllAndOthersGoOn) {
  ask_again("a");
  ask_again("b");
  ask("c");
  for (const char* document : {"a", "b"})
    calls_.answer(document, bad_reply(ErrorClass::content));
  calls_.answer("c", refusal());
  ask("d");
  EXPECT_EQ(calls_.waiting(), (Documents{"a"}));
  calls_.answer(word("hello"));
  ASSERT_EQ(calls_.waiting(), (Documents{"c", "d", "a"}));
  calls_.answer("c", good_reply());
  calls_.answer("d", good_reply());
  calls_.answer(good_reply());
  for (const int number : {0, 1}) {
    EXPECT_EQ(outcomes_[number].error().error_class, ErrorClass::content);
    EXPECT_FALSE(outcomes_[number].reply->unproven);
  }
  EXPECT_TRUE(calls_.waiting().empty());
}

TEST_F(HealthCheck, AfterAStopItIsNotAsked) {
  const CallOutcome& bad = ask_again("a");
  calls_.answer(bad_reply(ErrorClass::content));
  timer_.stop();
  calls_.answer(word("hello"));
  EXPECT_TRUE(bad.reply->unproven);
  EXPECT_TRUE(calls_.waiting().empty());
}

TEST_F(HealthCheck, ElseABadAnswerProvesNothing) {
  for (const Reply& verdict : {bad_reply(ErrorClass::content), bad_reply(ErrorClass::transient), refusal(),
                               bad_reply(ErrorClass::withheld)}) {
    const CallOutcome& bad = ask_again("a");
    calls_.answer(bad_reply(ErrorClass::content));
    calls_.answer(word("GGGGGGGG"));
    ASSERT_TRUE(is_own_question_in_form());
    calls_.answer(verdict);
    EXPECT_TRUE(bad.reply->unproven);
    const bool was_answered = verdict.answer.error().error_class == ErrorClass::content;
    EXPECT_EQ(bad.reply->makes_no_sense, was_answered) << "no answer is no bad one";
  }
  for (const ErrorClass verdict : {ErrorClass::transient, ErrorClass::transport, ErrorClass::withheld}) {
    const CallOutcome& bad = ask_again("a");
    calls_.answer(bad_reply(ErrorClass::content));
    ASSERT_TRUE(is_own_question());
    calls_.answer(bad_reply(verdict));
    EXPECT_EQ(bad.error().error_class, ErrorClass::content);
    EXPECT_TRUE(bad.reply->unproven);
  }
  const CallOutcome& first = ask("b");
  calls_.answer(bad_reply(ErrorClass::content));
  EXPECT_TRUE(first.reply->unproven) << "it will be asked about again";
  EXPECT_TRUE(calls_.waiting().empty());
}

TEST_F(HealthCheck, OtherWordsInBetweenAreDoubtedAnew) {
  const CallOutcome& outcome = ask("a");
  calls_.answer(refusal("one"));
  calls_.answer(good_reply());
  calls_.answer(refusal("two"));
  ASSERT_TRUE(is_own_question());
  calls_.answer(refusal("two"));
  EXPECT_EQ(outcome.error().error_class, ErrorClass::unavailable);
}

TEST_F(HealthCheck, ALongTextMayBeTooLong) {
  const CallOutcome& first = ask("a", 20'000);
  calls_.answer(refusal());
  calls_.answer(good_reply());
  EXPECT_EQ(first.error().error_class, ErrorClass::too_long) << "before any settings are tried";
  ask("short", 5'000);
  calls_.answer(good_reply());
  const CallOutcome& second = ask("b", 10'000);
  calls_.answer(refusal());
  ASSERT_TRUE(is_own_question()) << "nothing was answered since";
  calls_.answer(good_reply());
  EXPECT_EQ(second.error().error_class, ErrorClass::too_long) << "the same words";
  const CallOutcome& shorter = ask("c", 4'500);
  calls_.answer(refusal());
  calls_.answer(refusal());
  ASSERT_TRUE(is_own_question());
  calls_.answer(good_reply());
  EXPECT_EQ(shorter.error().error_class, ErrorClass::rejected) << "a longer one was answered";
}

TEST_F(HealthCheck, FewerBytesMayBeMoreTokens) {
  for (const char* letter : {"\u5408", "\u0416", "\u3042"}) {
    checked_ = make_health_check(std::make_unique<HeldBackend>(calls_), {}, timer_);
    ask("ascii", 30'000);
    calls_.answer(good_reply());
    std::string text;
    while (text.size() < 25'000)
      text += letter;
    Request request = prompt_request("a");
    std::get<Prompt>(request.question).document = {{PromptPart::Kind::text, text}};
    CallOutcome& outcome = outcomes_.emplace_back();
    checked_->submit(std::move(request), outcome.done());
    calls_.answer(refusal());
    calls_.answer(good_reply());
    EXPECT_EQ(outcome.error().error_class, ErrorClass::too_long) << letter;
  }
}

TEST_F(HealthCheck, WordsOfLengthAreBelievedOfLongTextsOnly) {
  const CallOutcome& longer = ask("a", 20'000);
  calls_.answer(refusal("exceeds the context", ErrorClass::too_long));
  EXPECT_EQ(longer.error().error_class, ErrorClass::too_long);
  const CallOutcome& shorter = ask("b", 20);
  calls_.answer(refusal("exceeds the tokens of this month", ErrorClass::too_long));
  ASSERT_TRUE(is_own_question());
  calls_.answer(refusal());
  EXPECT_EQ(shorter.error().error_class, ErrorClass::unavailable);
}

TEST_F(HealthCheck, TroubleOfAServerThatHasJustAnsweredIsRetried) {
  ask("a");
  calls_.answer(good_reply());
  const CallOutcome& garbled = ask("b");
  calls_.answer(refusal("<html>", ErrorClass::transient));
  EXPECT_EQ(garbled.error().error_class, ErrorClass::transient);
  timer_.advance(2min);
  const CallOutcome& later = ask("c");
  calls_.answer(refusal("<html>", ErrorClass::transient));
  ASSERT_TRUE(is_own_question());
  calls_.answer(good_reply());
  EXPECT_EQ(later.error().error_class, ErrorClass::transient);
}

TEST_F(HealthCheck, WithoutAVerdictNobodyIsAtFault) {
  for (const ErrorClass trouble : {ErrorClass::transport, ErrorClass::transient, ErrorClass::unreachable,
                                   ErrorClass::withheld, ErrorClass::cancelled}) {
    const CallOutcome& outcome = ask("a");
    calls_.answer(refusal());
    calls_.answer(bad_reply(trouble, "trouble"));
    EXPECT_EQ(outcome.error().error_class, trouble);
    const Error error = outcome.error();
    EXPECT_NE((error.message + error.detail).find("nein"), std::string::npos);
  }
  ask("b");
  EXPECT_EQ(calls_.waiting(), Documents{"b"});
}

TEST_F(HealthCheck, AfterAStopNothingIsSent) {
  CallOutcome& first = ask("a");
  timer_.stop();
  calls_.answer(refusal());
  EXPECT_EQ(first.error().error_class, ErrorClass::cancelled);
  EXPECT_EQ(ask("b").error().error_class, ErrorClass::cancelled);
  EXPECT_EQ(calls_.seen(), 1);
}

TEST_F(HealthCheck, WhatIsClearIsPassedOn) {
  for (const ErrorClass error : {ErrorClass::rejected, ErrorClass::too_long, ErrorClass::content,
                                 ErrorClass::transient, ErrorClass::transport}) {
    const CallOutcome& outcome = ask("a");
    calls_.answer(bad_reply(error));
    EXPECT_EQ(outcome.error().error_class, error);
  }
  const CallOutcome& outcome = ask("a");
  ask("b");
  calls_.answer(bad_reply(ErrorClass::unavailable, "key refused"));
  EXPECT_EQ(outcome.error().message, "key refused");
  calls_.answer(good_reply());
  EXPECT_EQ(ask("c").error().message, "key refused") << "what waits behind a gate is not sent any more";
}

}  // namespace
}  // namespace docket::backends
