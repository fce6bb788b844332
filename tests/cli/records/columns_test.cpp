#include "cli/records/columns.h"

#include <gtest/gtest.h>

#include "cli/terminal/csv.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

const ordered_json record = ordered_json::parse(R"({
  "status": "done",
  "extract": {"pages": 2, "a.b": {"c": 1}},
  "structured_extract": {
    "fields": {"total": 119.5, "items": [{"n": 1}, {"n": 2}], "net.sum": 7},
    "details": {"total": {"confidence": 0.9, "accepted": true, "evidence": {"quote": "119,50"}}}}})");

TEST(RecordColumns, AreDottedNamesWithoutEvidence) {
  std::vector<std::string> names;
  flatten(record, [&](const std::string& name, const ordered_json&) { names.push_back(name); });
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "status", "extract.pages", "extract.a.b.c", "structured_extract.fields.total",
                "structured_extract.details.total.confidence", "structured_extract.details.total.accepted",
                "structured_extract.fields.items", "structured_extract.fields.net.sum"}));
  for (const std::string& name : names)
    EXPECT_NE(value_at(record, name), nullptr) << name;
}

TEST(RecordColumns, LeadToWhatIsNoColumnToo) {
  const auto text = [](std::string_view name) {
    const ordered_json* value = value_at(record, name);
    return value == nullptr ? "nothing" : cell_of(*value);
  };
  EXPECT_EQ(text("structured_extract.details.total.evidence.quote"), "119,50");
  EXPECT_EQ(text("structured_extract.fields.items.1.n"), "2");
  EXPECT_EQ(text("structured_extract.fields.items"), R"({"n":1}; {"n":2})");
  EXPECT_EQ(text("structured_extract.fields.net.sum"), "7");
  for (const char* name : {"", ".", "status.", "status.x", "extract.", "structured_extract.fields.items.2",
                           "structured_extract.fields.items.x", "extract..pages", "a.b.c.d.e"})
    EXPECT_EQ(text(name), "nothing") << name;
}

TEST(Csv, IsSafeForSpreadsheets) {
  EXPECT_EQ(csv_row({"a", "b,c", "d\"e"}), "a,\"b,c\",\"d\"\"e\"\r\n");
  EXPECT_EQ(csv_row({"=1+1", "+x", "-x", "@x", "-12.5", "+3"}), "'=1+1,'+x,'-x,'@x,-12.5,+3\r\n");
  EXPECT_EQ(csv_row({"", ""}), ",\r\n");
  EXPECT_EQ(csv_row({""}), "\"\"\r\n");
}

}  // namespace
}  // namespace docket
