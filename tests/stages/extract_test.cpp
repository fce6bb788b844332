#include "stages/extract.h"

#include <gtest/gtest.h>

#include "stages/stages.h"

namespace docket::stages {
namespace {

const nlohmann::json no_record = nlohmann::json::object();

TEST(ExtractStage, AsksTheWorkersForTheFileAtOnce) {
  const ExtractLimits limits{std::chrono::seconds(5), std::chrono::seconds(9), 1 << 30, 1 << 20, 32};
  ExtractOptions options{{"sesame", "open"}, limits};
  options.form = {TextForm::Tables::markdown, TextForm::RepeatedLines::once};
  const auto stage = make_extract(options);
  Document document;
  document.file = "/inbox/a.pdf";
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  const auto requests = stage->advance(document, {0, {}, no_record, {}, progress}, result);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(requests->front().backend, extraction_workers);
  const auto& question = std::get<ExtractQuestion>(requests->front().question);
  EXPECT_EQ(question.file, "/inbox/a.pdf");
  EXPECT_EQ(question.passwords, (std::vector<std::string>{"sesame", "open"}));
  EXPECT_EQ(question.limits, limits);
  EXPECT_EQ(question.form, options.form);
}

TEST(ExtractStage, TheAnswerFillsTheDocument) {
  const auto stage = make_extract({});
  Document document;
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  Reply reply;
  const auto text = std::make_shared<const Text>(Text{{{595, 842, "hello\n", {}}}});
  reply.answer = Answer{{{"pages", 1}, {"grade", "poor"}}, text};
  reply.file = FileFacts{"abc", 12, "application/pdf"};
  const auto more = stage->advance(document, {1, {&reply, 1}, no_record, {}, progress}, result);
  ASSERT_TRUE(more);
  EXPECT_TRUE(more->empty());
  EXPECT_EQ(document.text, text);
  EXPECT_EQ(document.sha256, "abc");
  EXPECT_EQ(document.bytes, 12);
  EXPECT_EQ(document.media_type, "application/pdf");
  EXPECT_EQ(result.output, (nlohmann::json{{"pages", 1}, {"grade", "poor"}, {"tables", 0}}));
}

TEST(ExtractStage, WhatDocketDoesNotReadAnotherReaderIsAsked) {
  ExtractOptions options;
  options.fallback = "tika";
  const auto stage = make_extract(std::move(options));
  Document document;
  document.file = "/inbox/a.dwg";
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  Reply unsupported;
  unsupported.answer = Error{ErrorClass::unsupported, "is a drawing"};
  unsupported.file = FileFacts{"abc", 12, "image/vnd.dwg"};
  const auto asked = stage->advance(document, {1, {&unsupported, 1}, no_record, {}, progress}, result);
  ASSERT_TRUE(asked);
  ASSERT_EQ(asked->size(), 1U);
  EXPECT_EQ(asked->front().backend, "tika");
  EXPECT_EQ(std::get<ExtractQuestion>(asked->front().question).file, "/inbox/a.dwg");

  Reply neither;
  neither.answer = Error{ErrorClass::unsupported, "Tika does not read it either"};
  const auto failed = stage->advance(document, {2, {&neither, 1}, no_record, {}, progress}, result);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), (Error{ErrorClass::unsupported, "is a drawing; Tika does not read it either"}));

  Reply read;
  read.answer = Answer{{{"pages", 1}}, std::make_shared<const Text>(Text{{{0, 0, "words\n", {}}}})};
  const auto done = stage->advance(document, {2, {&read, 1}, no_record, {}, progress}, result);
  ASSERT_TRUE(done && done->empty());
  EXPECT_EQ(document.media_type, "image/vnd.dwg");
  EXPECT_EQ(document.text->pages.front().text, "words\n");
}

TEST(ExtractStage, AMemberIsAskedForByItsNames) {
  ExtractOptions options;
  options.member_limits = {.depth = 2};
  options.attachments = Attachments::always;
  const auto stage = make_extract(std::move(options));
  Document document;
  document.file = "/inbox/a.zip";
  document.inside = {"a.zip/b.eml", {"b.eml", "c.pdf"}, "abc"};
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  const auto requests = stage->advance(document, {0, {}, no_record, {}, progress}, result);
  const auto& question = std::get<ExtractQuestion>(requests->front().question);
  EXPECT_EQ(question.file, "/inbox/a.zip");
  EXPECT_EQ(question.members, (std::vector<std::string>{"b.eml", "c.pdf"}));
  EXPECT_EQ(question.member_limits.depth, 2);
  EXPECT_EQ(question.attachments, Attachments::always);
}

TEST(ExtractStage, AContainerHasNoText) {
  const auto stage = make_extract({});
  Document document;
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  Reply reply;
  reply.answer = Answer{{{"container", true}, {"pages", 0}}, std::make_shared<const Text>()};
  ASSERT_TRUE(stage->advance(document, {1, {&reply, 1}, no_record, {}, progress}, result));
  EXPECT_EQ(document.text, nullptr);
  EXPECT_EQ(result.output, (nlohmann::json{{"container", true}, {"pages", 0}}));
}

TEST(ExtractStage, AFileThatCannotBeReadKeepsItsIdentity) {
  const auto stage = make_extract({});
  Document document;
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  Reply reply;
  reply.answer = Error{ErrorClass::encrypted, "needs a password"};
  reply.file = FileFacts{"abc", 12, "application/pdf"};
  const auto more = stage->advance(document, {1, {&reply, 1}, no_record, {}, progress}, result);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error(), (Error{ErrorClass::encrypted, "needs a password"}));
  EXPECT_EQ(document.sha256, "abc");
  EXPECT_TRUE(result.output.is_null());
}

TEST(ExtractStage, StandsInTheTable) {
  const auto found = std::ranges::find(all(), "extract", &StageType::name);
  ASSERT_NE(found, all().end());
  const StageReads reads = found->reads({});
  EXPECT_TRUE(reads.file);
  EXPECT_FALSE(reads.text || reads.record);
  EXPECT_TRUE(found->provides_text);
}

}  // namespace
}  // namespace docket::stages
