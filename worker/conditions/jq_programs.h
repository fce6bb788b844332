#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backends/extraction/condition_wire.h"

namespace docket::worker {

/// jq expressions, compiled together as one program: jq compiles all its own functions anew for each. The
/// only file that knows libjq, which dies of what it cannot do; see condition_server.h.
class JqPrograms {
 public:
  /// Per expression (without comments, and with balanced brackets) what jq finds wrong with it, in
  /// `problems`; the others can be run.
  JqPrograms(const std::vector<std::string>& expressions, std::vector<std::string>& problems);
  ~JqPrograms();
  JqPrograms(const JqPrograms&) = delete;
  JqPrograms& operator=(const JqPrograms&) = delete;

  /// What they are asked about next, as JSON.
  void set_value(const std::string& json);
  Verdict run(std::size_t expression, Quantifier quantifier);

 private:
  struct Interpreter;
  std::unique_ptr<Interpreter> interpreter_;  ///< Null: there is nothing to run.
};

}  // namespace docket::worker
