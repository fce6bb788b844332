#include "pipeline/ledger/acknowledgement.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

LedgerDocument failed(ErrorClass error_class, const std::string& sha256 = "1") {
  LedgerDocument document;
  document.outcome = Outcome::failed;
  document.error = Error{error_class, "why"};
  document.sha256 = sha256;
  return document;
}

LedgerDocument held(const std::string& why) {
  LedgerDocument document;
  document.outcome = Outcome::held;
  document.held = why;
  document.sha256 = "1";
  return document;
}

LedgerDocument acknowledged(LedgerDocument document) {
  document.ack_of = attention_of(document);
  document.acknowledged = "2026-11-01T12:00:00Z";
  document.ack_reason = "looked at";
  return document;
}

TEST(Acknowledgement, HoldsUntilTheDocumentEndsAnotherWay) {
  LedgerDocument done;
  done.outcome = Outcome::done;
  done.sha256 = "1";
  const struct {
    const char* what;
    LedgerDocument before, now;
    bool acknowledged;
  } rows[] = {
      {"fails again", failed(ErrorClass::content), failed(ErrorClass::content), true},
      {"is held again", held("no cloud backend"), held("no cloud backend"), true},
      {"another content", failed(ErrorClass::content), failed(ErrorClass::content, "2"), false},
      {"another class", failed(ErrorClass::content), failed(ErrorClass::crash), false},
      {"a limit that had no name of its own", failed(ErrorClass::limit), failed(ErrorClass::memory), true},
      {"a limit that is none", failed(ErrorClass::limit), failed(ErrorClass::damaged), false},
      {"another limit", failed(ErrorClass::timeout), failed(ErrorClass::memory), false},
      {"held for another reason", held("no cloud backend"), held("budget"), false},
      {"succeeds", failed(ErrorClass::content), done, false},
      {"a server that is down is another matter", failed(ErrorClass::content),
       failed(ErrorClass::unavailable), false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    LedgerDocument now = row.now;
    const LedgerDocument before = acknowledged(row.before);
    keep_acknowledgement(now, &before);
    EXPECT_EQ(is_acknowledged(now), row.acknowledged);
  }
}

TEST(Acknowledgement, OutlastsFailuresThatAreNotTheDocumentsDoing) {
  const LedgerDocument before = acknowledged(failed(ErrorClass::content));
  for (const LedgerDocument& between :
       {failed(ErrorClass::unavailable), failed(ErrorClass::unreadable, ""), failed(ErrorClass::output)}) {
    LedgerDocument away = between, again = failed(ErrorClass::content);
    keep_acknowledgement(away, &before);
    EXPECT_FALSE(is_acknowledged(away));
    away.sha256 = "1";
    keep_acknowledgement(again, &away);
    EXPECT_TRUE(is_acknowledged(again));
  }
}

TEST(Standing, TellsWhatIsNewFromWhatIsKnown) {
  const LedgerDocument before = failed(ErrorClass::content);
  EXPECT_EQ(standing_of(before, nullptr), Standing::fresh);
  EXPECT_EQ(standing_of(failed(ErrorClass::content), &before), Standing::known);
  EXPECT_EQ(standing_of(failed(ErrorClass::crash), &before), Standing::known) << "it failed before";
  EXPECT_EQ(standing_of(failed(ErrorClass::content, "2"), &before), Standing::fresh);
  EXPECT_EQ(standing_of(held("budget"), &before), Standing::fresh);
  const LedgerDocument seen = acknowledged(before);
  EXPECT_EQ(standing_of(failed(ErrorClass::content), &seen), Standing::acknowledged);
  EXPECT_EQ(standing_of(failed(ErrorClass::crash), &seen), Standing::known);
}

}  // namespace
}  // namespace docket
