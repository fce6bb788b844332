#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket {

/// What a run would do with one document.
struct NextRun {
  enum class What { up_to_date, parked, works, gone, unknown };
  struct Stage {
    std::string id;
    bool fails = false;  ///< Else it runs.
    std::string why;
  };
  What what = What::unknown;
  std::string why;            ///< It works on it, or cannot tell.
  std::vector<Stage> stages;  ///< That would run or fail.
};

/// `path`: of the document; `outermost`: of the one that is the file which it is, or is in. Asks no model.
NextRun next_run(Pipeline pipeline, const std::string& path, const std::string& outermost);

/// For people: `now: up to date`, and a line for each stage. Empty: nothing is known. `is_forgotten`: by
/// `clean --missing`, where the file is gone.
std::string words_of(const NextRun& next, bool is_forgotten);
nlohmann::ordered_json to_json(const NextRun& next);

}  // namespace docket
