#include "cli/options/pipeline_file.h"

#include <gtest/gtest.h>

#include "cli/diagnostic_json.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

TEST(PipelineFile, WhatWasProbablyMeant) {
  TempDir dir;
  dir.write("pipeline.yaml", "version: 1\n");
  const auto mistake = [&](const std::string& name) {
    return mistake_in_pipeline_file(dir.path() / name).value_or("");
  };
  const std::string meant = "did you mean '" + (dir.path() / "pipeline.yaml").string() + "'?";
  EXPECT_EQ(mistake("pipeline.yaml"), "");
  EXPECT_EQ(mistake("pipeline.yml"), "no such file, " + meant);
  EXPECT_EQ(mistake("pipelnie.yaml"), "no such file, " + meant);
  EXPECT_EQ(mistake("something-else"), "");
  EXPECT_EQ(mistake("."),
            "this is a folder, did you mean '" + (dir.path() / "./pipeline.yaml").string() + "'?");
  dir.write("a.pdf", "%PDF-1.4\n");
  EXPECT_EQ(mistake("a.pdf"), "this is a PDF; the pipeline comes first: docket run pipeline.yaml " +
                                  (dir.path() / "a.pdf").string());
  dir.write("MM.yaml", "MM: 1\n");  // A picture may begin so, and a text too.
  EXPECT_EQ(mistake("MM.yaml"), "");
  const auto document = [&](const std::string& name, const std::string& content) {
    return likely_document(dir.write(name, content)).has_value();
  };
  EXPECT_TRUE(document("a.txt", "Dear Sir"));
  EXPECT_FALSE(document("a.yaml", "Dear Sir"));
  EXPECT_FALSE(document("pipeline.json", "{\"version\": 1, \"stages\": 7}"));
}

TEST(DiagnosticJson, IsTakenApart) {
  const auto json = to_json(diagnostic_from_line(
      "a:b.yaml:3:5: stages.classify.acept: unknown setting, did you mean 'accept'?", "a:b.yaml"));
  EXPECT_EQ(json["file"], "a:b.yaml");
  EXPECT_EQ(json["line"], 3);
  EXPECT_EQ(json["column"], 5);
  EXPECT_EQ(json["field"], "stages.classify.acept");
  EXPECT_EQ(json["suggestion"], "accept");
  const auto whole = to_json(Diagnostic{"p.yaml", 0, 0, "no such file"});
  EXPECT_TRUE(whole["line"].is_null());
  EXPECT_TRUE(whole["field"].is_null());
  EXPECT_TRUE(whole["suggestion"].is_null());
  EXPECT_EQ(diagnostic_from_line("--set a=b: wrong", "p.yaml").message, "--set a=b: wrong");
}

}  // namespace
}  // namespace docket
