#include "pipeline/ledger/up_to_date.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using What = Rebuild::What;
using Which = RebuildOptions::Which;

LedgerDocument done_document() {
  LedgerDocument document;
  document.path = "a";
  document.sha256 = "s";
  document.pipeline_digest = "p";
  document.outcome = Outcome::done;
  document.settled = true;
  document.stamp = {1, 2, 3, 4};
  document.record_bytes = 10;
  return document;
}

const DocumentNow unchanged{"s", {"p"}};

TEST(Rebuild, ByWhatIsKnown) {
  const struct {
    const char* title;
    void (*change)(LedgerDocument& before, DocumentNow& now, RebuildOptions& options);
    What what;
    const char* why;
  } rows[] = {
      {"nothing changed", [](auto&, auto&, auto&) {}, What::up_to_date, ""},
      {"new content", [](auto&, DocumentNow& now, auto&) { now.sha256 = "t"; }, What::run,
       "its content changed"},
      {"new plan", [](auto&, DocumentNow& now, auto&) { now.pipeline_digests = {"q"}; }, What::run,
       "the pipeline changed"},
      {"run with the part of the plan that is asked for",
       [](auto&, DocumentNow& now, auto&) {
         now.pipeline_digests = {"q", "p"};
       },
       What::up_to_date, ""},
      {"run with the whole plan, of which a part is asked for",
       [](auto&, DocumentNow& now, auto&) {
         now.pipeline_digests = {"p", "q"};
       },
       What::up_to_date, ""},
      {"all", [](auto&, auto&, RebuildOptions& options) { options.which = Which::everything; }, What::run,
       "asked for by --always-make"},
      {"only failed, but done", [](auto&, auto&, RebuildOptions& options) { options.which = Which::failed; },
       What::not_asked, ""},
      {"cancelled", [](LedgerDocument& before, auto&, auto&) { before.outcome = Outcome::cancelled; },
       What::run, "was not finished"},
      {"held for good", [](LedgerDocument& before, auto&, auto&) { before.outcome = Outcome::held; },
       What::up_to_date, ""},
      {"held for now",
       [](LedgerDocument& before, auto&, auto&) {
         before.outcome = Outcome::held;
         before.settled = false;
         before.held = "budget";
       },
       What::run, "was held: budget"},
  };
  for (const auto& row : rows) {
    LedgerDocument before = done_document();
    DocumentNow now = unchanged;
    RebuildOptions options;
    row.change(before, now, options);
    const Rebuild rebuild = decide(&before, now, options);
    EXPECT_EQ(rebuild.what, row.what) << row.title;
    EXPECT_EQ(rebuild.why, row.why) << row.title;
  }
}

TEST(Rebuild, OfAFailedDocument) {
  LedgerDocument before = done_document();
  before.outcome = Outcome::failed;
  before.error = Error{ErrorClass::content, "no JSON"};
  const RebuildOptions needed, failed{Which::failed, false}, retry{Which::needed, true};
  EXPECT_EQ(decide(&before, unchanged, needed).why, "failed before: no JSON");
  EXPECT_EQ(decide(&before, unchanged, failed).what, What::run);
  before.parked = true;
  EXPECT_EQ(decide(&before, unchanged, needed).what, What::parked);
  EXPECT_EQ(decide(&before, unchanged, failed).what, What::parked);
  EXPECT_EQ(decide(&before, unchanged, retry).why, "was parked: no JSON");
  EXPECT_EQ(decide(&before, {"new", {"p"}}, needed).why, "its content changed");
  EXPECT_EQ(decide(&before, {"s", {"new"}}, needed).why, "the pipeline changed");
  EXPECT_EQ(decide(nullptr, unchanged, needed).why, "new document");
  EXPECT_EQ(decide(nullptr, unchanged, failed).what, What::not_asked);
}

TEST(Rebuild, AGlanceIsEnoughOnlyWhenAllIsTheSame) {
  const FileStamp stamp{1, 2, 3, 4};
  LedgerGlance glance;
  glance.stamp = stamp;
  glance.outcome = Outcome::done;
  glance.same_pipeline = glance.settled = true;
  glance.record_bytes = 10;
  EXPECT_TRUE(up_to_date(glance, stamp, 10));
  EXPECT_FALSE(up_to_date(glance, {1, 2, 3, 5}, 10));
  EXPECT_FALSE(up_to_date(glance, stamp, 11));
  EXPECT_FALSE(up_to_date(glance, stamp, std::nullopt));
  for (const auto change :
       {+[](LedgerGlance& g) { g.same_pipeline = false; }, +[](LedgerGlance& g) { g.settled = false; },
        +[](LedgerGlance& g) { g.outcome = Outcome::failed; }}) {
    LedgerGlance changed = glance;
    change(changed);
    EXPECT_FALSE(up_to_date(changed, stamp, 10));
  }
  glance.stamp = {1, -1, -1, -1};  // It was changing while it was read.
  EXPECT_FALSE(up_to_date(glance, glance.stamp, 10));
}

TEST(Files, ThatDocketHasWrittenAreLookedFor) {
  const struct {
    const char* title;
    std::int64_t record;
    std::optional<std::int64_t> text, words;  ///< As they were written.
    FilesNow now;
    const char* lost;
  } rows[] = {
      {"all are there", 10, 20, 30, {10, 20, 30}, ""},
      {"no record", 10, 20, not_written, {std::nullopt, 20, {}}, "its record is missing"},
      {"another record", 10, 20, not_written, {11, 20, {}}, "its record was changed by another program"},
      {"no text", 10, 20, not_written, {10, {}, {}}, "its text is missing"},
      {"a text that was cut", 10, 20, 30, {10, 0, 30}, "its text was changed by another program"},
      {"no word boxes", 10, 20, 30, {10, 20, {}}, "its file of word boxes is missing"},
      {"a text that is not docket's", 10, not_written, not_written, {10, 99, {}}, ""},
      {"an older docket's row does not say", 10, {}, {}, {10, {}, {}}, ""},
      {"a record that could not be written", not_written, 20, not_written, {99, 20, {}}, ""},
  };
  for (const auto& row : rows) {
    LedgerDocument before = done_document();
    before.record_bytes = row.record;
    before.text_bytes = row.text;
    before.words_bytes = row.words;
    EXPECT_EQ(lost_file(before, row.now), row.lost) << row.title;
  }
}

/// The document after it failed once more.
LedgerDocument failed_again(const LedgerDocument* before, ErrorClass error_class) {
  LedgerDocument now = done_document();
  now.outcome = Outcome::failed;
  now.error = Error{error_class, ""};
  count_attempt(now, before);
  return now;
}

TEST(Attempts, ParkAfterThreeWithTheSameInputs) {
  LedgerDocument document = failed_again(nullptr, ErrorClass::content);
  EXPECT_EQ(document.attempts, 1);
  EXPECT_FALSE(document.parked || document.settled);
  document = failed_again(&document, ErrorClass::transport);  // The server's doing.
  document = failed_again(&document, ErrorClass::timeout);
  EXPECT_FALSE(document.parked);
  document = failed_again(&document, ErrorClass::crash);
  EXPECT_EQ(document.attempts, 3);
  EXPECT_TRUE(document.parked && document.settled);

  document.pipeline_digest = "other";
  document = failed_again(&document, ErrorClass::content);
  EXPECT_EQ(document.attempts, 1);
  document.sha256 = "other";
  document = failed_again(&document, ErrorClass::content);
  EXPECT_EQ(document.attempts, 1);
}

TEST(Attempts, WhatWouldFailAgainParksAtOnceAndWhatIsNotItsDoingDoesNotCount) {
  for (const ErrorClass error_class : {ErrorClass::unsupported, ErrorClass::encrypted, ErrorClass::empty,
                                       ErrorClass::damaged, ErrorClass::too_long})
    EXPECT_TRUE(failed_again(nullptr, error_class).parked) << name(error_class);
  for (const ErrorClass error_class :
       {ErrorClass::unavailable, ErrorClass::unreachable, ErrorClass::transport, ErrorClass::transient,
        ErrorClass::unreadable, ErrorClass::output, ErrorClass::cancelled}) {
    LedgerDocument document = failed_again(nullptr, error_class);
    for (int i = 0; i < 5; ++i)
      document = failed_again(&document, error_class);
    EXPECT_EQ(document.attempts, 0) << name(error_class);
    EXPECT_FALSE(document.parked || document.settled) << name(error_class);
  }
}

TEST(Attempts, ASuccessClearsThem) {
  LedgerDocument before = failed_again(nullptr, ErrorClass::content);
  LedgerDocument now = done_document();
  count_attempt(now, &before);
  EXPECT_EQ(now.attempts, 0);
  EXPECT_TRUE(now.settled);
  const LedgerDocument failed = failed_again(&now, ErrorClass::content);
  EXPECT_EQ(failed.attempts, 1);
}

}  // namespace
}  // namespace docket
