#include "cli/report/evidence.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using nlohmann::json;

const json record = json::parse(R"({
  "docket": 1, "status": "done", "document": {"path": "a.pdf"},
  "classify": {"label": "invoice", "accepted": true, "confidence": 0.9, "evidence": {"page": 1, "quote": "INVOICE", "box": [10, 5, 60, 15]}},
  "structured_extract": {
    "fields": {"total": 119.0, "vat": null, "lines": [{"text": "Shelves"}, {"text": "Nails"}]},
    "details": {
      "total": {"accepted": false, "confidence": 0.531, "evidence": {"page": 2, "quote": "119.00", "box": [1.5, 700, 40, 710]}},
      "vat": {"problem": "not found"},
      "lines": {"accepted": true, "rows": [
        {"index": 0, "accepted": true, "confidence": 1, "evidence": {"page": 2, "quote": "Shelves", "box": [1, 300, 50, 310]}},
        {"index": 7, "accepted": true, "confidence": 1, "evidence": {"page": 2, "quote": "?", "box": [1, 400, 50, 410]}}]}}}})");

TEST(EvidenceIn, places_of_a_record_page_by_page_from_the_top) {
  const std::vector<SeenEvidence> pages = evidence_in(record, "a.pdf");
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[0].page, 1);
  ASSERT_EQ(pages[0].boxes.size(), 1U);
  EXPECT_EQ(pages[0].boxes[0].field, "classify");
  EXPECT_EQ(pages[0].boxes[0].value, "invoice");
  ASSERT_EQ(pages[1].boxes.size(), 3U);
  EXPECT_EQ(pages[1].boxes[0].field, "lines 1");
  EXPECT_EQ(pages[1].boxes[0].value, R"({"text":"Shelves"})");
  EXPECT_EQ(pages[1].boxes[1].value, "null");  // The list has no such row.
  EXPECT_EQ(pages[1].boxes[2].field, "total");
  EXPECT_EQ(pages[1].boxes[2].note, "confidence 0.53, not accepted");
  EXPECT_FALSE(pages[1].boxes[2].is_accepted);
  EXPECT_EQ(pages[1].boxes[2].left, 1.5);
}

TEST(EvidenceIn, nothing_of_what_is_no_record) {
  EXPECT_TRUE(evidence_in(json(), "a").empty());
  EXPECT_TRUE(evidence_in(json::parse("[1]"), "a").empty());
  for (const char* evidence :
       {R"({"page": 1})", R"({"box": [1, 2, 3, 4]})", R"({"page": "1", "box": [1, 2, 3, 4]})",
        R"({"page": 1, "box": [1, 2, 3]})", R"({"page": 1, "box": [1, 2, 3, "4"]})", "7"}) {
    const json odd = {{"stage", {{"details", {{"total", {{"evidence", json::parse(evidence)}}}}}}}};
    EXPECT_TRUE(evidence_in(odd, "a").empty()) << evidence;
  }
}

}  // namespace
}  // namespace docket
