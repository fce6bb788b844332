#include "cli/report/flow_picture.h"

#include <gtest/gtest.h>

#include <regex>

namespace docket {
namespace {

using nlohmann::ordered_json;

ordered_json stage(const char* id, int in, int skipped, int failed, int held, int cancelled) {
  return {{"id", id},
          {"in", in},
          {"done", in - skipped - failed - held - cancelled},
          {"skipped", skipped},
          {"failed", failed},
          {"held", held},
          {"cancelled", cancelled}};
}

/// 1000 documents: 750 up to date, 10 parked, 240 at work.
ordered_json night() {
  ordered_json report;
  report["documents"] = {{"in", 1000}, {"done", 135},       {"failed", 35},
                         {"held", 60}, {"up_to_date", 750}, {"cancelled", 20}};
  report["up_to_date"] = {{"done", 700}, {"held", 50}};
  report["stages"] = {stage("extract", 240, 0, 20, 0, 5), stage("classify", 215, 0, 5, 0, 15),
                      stage("escalate", 195, 130, 0, 60, 0)};
  report["tiers"] =
      ordered_json::array({{{"stage", "classify"}, {"tier", "<rules>"}, {"answers", 9}, {"share", 0.9}},
                           {{"stage", "classify"}, {"tier", "cloud"}, {"answers", 1}, {"share", 0.1}}});
  return report;
}

/// Documents that the titles of bands count on the way to an end.
int ending(const std::string& svg, const std::string& end) {
  const std::regex title("<title>(\\d+) documents? " + end + "(?: after [a-z]+)?</title></path>");
  int all = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), title), none; at != none; ++at)
    all += std::stoi((*at)[1]);
  return all;
}

TEST(FlowPicture, has_every_document_once) {
  const std::string svg = flow_picture(night());
  EXPECT_EQ(ending(svg, "done"), 135);
  EXPECT_EQ(ending(svg, "held"), 60);
  EXPECT_EQ(ending(svg, "failed"), 35);
  EXPECT_EQ(ending(svg, "stopped"), 20);
  EXPECT_EQ(ending(svg, "up to date"), 750);
  EXPECT_NE(svg.find(">240 documents from input to extract<"), std::string::npos);
  EXPECT_NE(svg.find("1000 documents in the input; 240 reached extract; 215 reached classify"),
            std::string::npos);
}

TEST(FlowPicture, names_are_escaped) {
  const std::string svg = flow_picture(night());
  EXPECT_EQ(svg.find("<rules>"), std::string::npos);
  EXPECT_NE(svg.find("&lt;rules&gt; 90 %"), std::string::npos);
}

TEST(FlowPicture, sizes_are_numbers_that_fit) {
  ordered_json report = night();
  report["stages"].push_back(
      stage("again", 5000, 0, 0, 0, 0));  // More than came: of stages that stand side by side.
  const std::string svg = flow_picture(report);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf\""), std::string::npos);
  EXPECT_EQ(svg.find("height=\"-"), std::string::npos);
}

TEST(FlowPicture, nothing_of_nothing) {
  ordered_json report = night();
  report["documents"]["in"] = 0;
  EXPECT_EQ(flow_picture(report), "");
}

}  // namespace
}  // namespace docket
