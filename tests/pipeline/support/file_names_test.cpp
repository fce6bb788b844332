#include "pipeline/support/file_names.h"

#include <gtest/gtest.h>

#include "tests/temp_dir.h"

namespace docket {
namespace {

TEST(FileNames, TellASimilarName) {
  const TempDir dir;
  for (const char* name : {"in/a.pdf", "in/twice.json", "pipeline.yaml", "inbox.d/x"})
    dir.write(name, "x");
  for (const auto& [typed, similar] : {std::pair("in/a.pfd", ", did you mean 'a.pdf'?"),
                                       {"inn/a.pdf", ", did you mean 'in'?"},
                                       {"pipelin.yaml", ", did you mean 'pipeline.yaml'?"},
                                       {"pipeline.yml", ", did you mean 'pipeline.yaml'?"},
                                       {"in/../Pipeline.yaml", ", did you mean 'pipeline.yaml'?"},
                                       {"in/invoice.json", ""},
                                       {"in/b.pdf", ""},
                                       {"elsewhere/a.pdf", ""},
                                       {"in/a.pdf", ""}})
    EXPECT_EQ(similar_name(dir.path() / typed), similar) << typed;
}

}  // namespace
}  // namespace docket
