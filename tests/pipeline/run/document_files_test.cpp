#include "pipeline/run/document_files.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace docket {
namespace {

std::string all_of(const Pieces& pieces) {
  std::string all;
  pieces([&](std::string_view piece) {
    all += piece;
    return true;
  });
  return all;
}

DocumentFiles files_of(Text text, bool writes_words = true) {
  return document_files("{}", std::make_shared<const Text>(std::move(text)), writes_words);
}

TEST(DocumentFiles, PagesEndWithAFormFeed) {
  EXPECT_EQ(all_of(files_of({{{0, 0, "one\n", {}}, {}, {0, 0, "three", {}}}}).text), "one\n\f\fthree\f");
  EXPECT_EQ(all_of(files_of({}).text), "");
  EXPECT_FALSE(document_files("{}", nullptr, true).text);
}

TEST(DocumentFiles, WordsHaveOneDecimal) {
  const Text text{{{595.276F,
                    841.89F,
                    "Total 9",
                    {{{56.66F, 71.25F, 98.44F, 82.05F}, 0, 5}, {{-3.04F, -0.04F, 100, 1e6F}, 6, 1}}},
                   {612, 792, "", {}}}};
  EXPECT_EQ(all_of(files_of(text).words),
            R"({"docket":1,"pages":[{"width":595.3,"height":841.9,"words":[[56.7,71.3,98.4,82.1,0,5],)"
            R"([-3.0,0.0,100.0,1000000.0,6,1]]},{"width":612.0,"height":792.0,"words":[]}]})"
            "\n");
}

TEST(DocumentFiles, WordsAreJsonWhateverTheirBoxes) {
  const float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
  const Text text{
      {{most, least, "a", {{{most, -most, least, 1e15F}, 0, 1}, {{1e14F, -1e16F, 0.05F, -0.05F}, 0, 1}}}}};
  const auto words = nlohmann::json::parse(all_of(files_of(text).words));
  EXPECT_EQ(words["pages"][0]["width"].get<float>(), most);
  EXPECT_EQ(words["pages"][0]["words"][0], (nlohmann::json{most, -most, 0.0, 1e15F, 0, 1}));
  EXPECT_EQ(words["pages"][0]["words"][1], (nlohmann::json{1e14F, -1e16F, 0.1, -0.1, 0, 1}));
}

TEST(DocumentFiles, NoFileOfWordsThatNobodyWantsOrHas) {
  const Text words{{{1, 1, "a", {{{}, 0, 1}}}}}, plain{{{0, 0, "a", {}}}};
  EXPECT_TRUE(files_of(words).words);
  EXPECT_FALSE(files_of(words, false).words);
  EXPECT_TRUE(files_of(words, false).has_words);
  EXPECT_FALSE(files_of(plain).words);
  EXPECT_FALSE(files_of(plain).has_words);
}

}  // namespace
}  // namespace docket
