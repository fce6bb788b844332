#include "backends/extraction/wire.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace docket {
namespace {

Text some_text() {
  Text text;
  text.pages.push_back({595, 842, "Größe  12,50 €\n", {{{1, 2, 3, 4}, 0, 7}, {{5.5F, 2, 9, 4}, 9, 5}}});
  text.pages.push_back({0, 0, "", {}});
  return text;
}

Result<Answer> answer_with(const Text& text) {
  return Answer{{{"pages", 2}, {"grade", "good"}}, std::make_shared<const Text>(text)};
}

bool arrives(const Page& page) { return decode_page(encode(page)).has_value(); }

TEST(ExtractWire, AnAnswerArrivesAsItWasSent) {
  Text pages;
  for (const Page& page : some_text().pages) {
    EXPECT_EQ(encode(page).size(), encoded_size(page));
    auto arrived = decode_page(encode(page));
    ASSERT_TRUE(arrived);
    pages.pages.push_back(std::move(*arrived));
  }
  const auto arrived = decode_answer(encode(answer_with(some_text())), std::move(pages));
  ASSERT_TRUE(arrived);
  EXPECT_EQ(*arrived->text, some_text());
  EXPECT_EQ(arrived->value, (nlohmann::json{{"pages", 2}, {"grade", "good"}}));
}

TEST(ExtractWire, AnErrorArrivesAsItWasSent) {
  const Error error{ErrorClass::encrypted, "needs a password"};
  const auto arrived = decode_answer(encode(Result<Answer>(error)), {});
  ASSERT_FALSE(arrived);
  EXPECT_EQ(arrived.error(), error);
}

TEST(ExtractWire, OrdersAndFactsArriveAsTheyWereSent) {
  ExtractOrder sent{{"sesam\xFF", "", "2"}, 4711};
  sent.form = {TextForm::Tables::markdown, TextForm::RepeatedLines::once};
  const auto order = decode_order(encode(sent));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->passwords, (std::vector<std::string>{"sesam\xFF", "", "2"}));
  EXPECT_EQ(order->output_limit, 4711U);
  EXPECT_EQ(order->form, sent.form);
  ExtractOrder member{{}, 1};
  member.members = {"x/inner.zip", "a.pdf"};
  member.member_limits = {.depth = 2, .count = 3, .total = 4, .ratio = 5};
  member.attachments = Attachments::never;
  const auto inner = decode_order(encode(member));
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->members, member.members);
  EXPECT_EQ(inner->member_limits, member.member_limits);
  EXPECT_EQ(inner->attachments, Attachments::never);
  const auto facts = decode_facts(encode(FileFacts{"abc", 12, "text/plain"}));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->sha256, "abc");
  EXPECT_EQ(facts->bytes, 12);
  EXPECT_EQ(facts->media_type, "text/plain");
}

TEST(ExtractWire, APageThatIsToBeSeenArrivesAsItWasSent) {
  ExtractOrder sent;
  sent.page = SeenPage{SeenPage::Wanted::picture, 17, {"eng", "deu"}};
  const auto order = decode_order(encode(sent));
  ASSERT_TRUE(order && order->page);
  EXPECT_EQ(order->page->wanted, SeenPage::Wanted::picture);
  EXPECT_EQ(order->page->number, 17);
  EXPECT_EQ(order->page->languages, (std::vector<std::string>{"eng", "deu"}));
}

TEST(ExtractWire, APictureArrivesAsItWasSent) {
  Answer answer{nlohmann::json::object(), std::make_shared<const Text>()};
  answer.image = std::make_shared<const Image>(Image{"image/png", std::string("\0PNG", 4), 3, 2});
  const auto arrived = decode_answer(encode(Result<Answer>(answer)), {});
  ASSERT_TRUE(arrived && arrived->image);
  EXPECT_EQ(arrived->image->bytes, std::string("\0PNG", 4));
  EXPECT_EQ(arrived->image->width, 3);
}

TEST(ExtractWire, APageHasAConfidenceForEachWordOrNone) {
  Page page = some_text().pages.front();
  page.confidence = {96, 0};
  const auto arrived = decode_page(encode(page));
  ASSERT_TRUE(arrived);
  EXPECT_EQ(*arrived, page);
  for (const std::vector<std::uint8_t>& wrong : {std::vector<std::uint8_t>{96}, {96, 101}, {1, 2, 3}}) {
    page.confidence = wrong;
    EXPECT_FALSE(arrives(page));
  }
}

TEST(ExtractWire, ReadySaysTheVersionAndWhatTheKernelRefused) {
  EXPECT_EQ(decode_ready(encode(Ready{"3"})).version, "3");
  EXPECT_EQ(decode_ready(encode(Ready{"3"})).refused, "");
  EXPECT_EQ(decode_ready(encode(Ready{"3", "seccomp"})).refused, "seccomp");
  EXPECT_EQ(decode_ready("3\n\xFF").version, "");
}

TEST(ExtractWire, APageTooManyOrTooFewIsNoticed) {
  for (const std::size_t pages : {0, 1, 3}) {
    Text text = some_text();
    text.pages.resize(pages);
    const auto arrived = decode_answer(encode(answer_with(some_text())), std::move(text));
    ASSERT_FALSE(arrived) << pages;
    EXPECT_EQ(arrived.error().error_class, ErrorClass::crash);
  }
}

TEST(ExtractWire, EveryCutIsNoticed) {
  const std::string answer = encode(answer_with(some_text()));
  for (std::size_t length = 0; length < answer.size(); ++length)
    EXPECT_FALSE(decode_answer(std::string_view(answer).substr(0, length), some_text())) << length;
  EXPECT_FALSE(decode_answer(answer + "x", some_text()));
  const std::string page = encode(some_text().pages.front());
  for (std::size_t length = 0; length < page.size(); ++length) {
    const auto arrived = decode_page(page.substr(0, length));
    ASSERT_FALSE(arrived) << length;
    EXPECT_EQ(arrived.error().error_class, ErrorClass::crash);
  }
  EXPECT_FALSE(decode_page(page + "x"));
}

TEST(ExtractWire, ALengthBeyondTheEndAllocatesNothing) {
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  for (const std::string& bytes : {encode(answer_with(some_text())), encode(some_text().pages.front())}) {
    for (std::size_t at = 0; at + sizeof huge <= bytes.size(); ++at) {
      std::string forged = bytes;
      std::memcpy(forged.data() + at, &huge, sizeof huge);
      static_cast<void>(decode_answer(forged, some_text()).has_value());  // Returns, and soon.
      static_cast<void>(decode_page(forged).has_value());
    }
  }
}

TEST(ExtractWire, TextThatIsNoUtf8IsRefused) {
  for (const char* bad : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
    EXPECT_FALSE(arrives({0, 0, bad, {}})) << bad;
}

TEST(ExtractWire, WordsOutsideTheirPageAreRefused) {
  EXPECT_TRUE(arrives({9, 9, "abc", {{{}, 1, 2}}}));
  EXPECT_FALSE(arrives({9, 9, "abc", {{{}, 4, 0}}}));
  EXPECT_FALSE(arrives({9, 9, "abc", {{{}, 1, 3}}}));
  EXPECT_FALSE(arrives({9, 9, "abc", {{{}, 1, 0xFFFFFFFF}}}));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(arrives({nan, 9, "abc", {}}));
  EXPECT_FALSE(arrives({9, 9, "abc", {{{1, 2, nan, 4}, 0, 1}}}));
}

TEST(ExtractWire, AValueThatIsNestedTooDeepIsRefused) {
  nlohmann::json deep = nlohmann::json::object();
  for (int i = 0; i < 30; ++i)
    deep = {{"in", deep}};
  EXPECT_FALSE(decode_answer(encode(Answer{deep, std::make_shared<const Text>()}), {}));
  EXPECT_FALSE(decode_answer(encode(Answer{"no object", std::make_shared<const Text>()}), {}));
}

TEST(ExtractWire, AValueOfTooManyPartsIsRefused) {
  const auto arrives = [](nlohmann::json list) {
    const Answer answer{{{"embedded_files", std::move(list)}}, std::make_shared<const Text>()};
    return decode_answer(encode(answer), {}).has_value();
  };
  const nlohmann::json member = {{"name", "a.pdf"}, {"bytes", 7}, {"sha256", std::string(64, 'a')}};
  EXPECT_TRUE(arrives(nlohmann::json::array_t(10'000, member)));
  EXPECT_FALSE(arrives(nlohmann::json::array_t(1'000'000, nlohmann::json::array())));
}

TEST(ExtractWire, AWorkerCannotEndTheRun) {
  for (const ErrorClass forbidden : {ErrorClass::config, ErrorClass::unavailable, ErrorClass::output}) {
    const auto arrived = decode_answer(encode(Result<Answer>(Error{forbidden, "stop everything"})), {});
    ASSERT_FALSE(arrived);
    EXPECT_EQ(arrived.error().error_class, ErrorClass::crash);
  }
}

}  // namespace
}  // namespace docket
