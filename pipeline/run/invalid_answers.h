#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "pipeline/ledger/tables.h"

namespace docket {

/// Of each backend: how many of its answers were none (no JSON, against the schema, empty, cut off), and what
/// came of it.
class InvalidAnswers {
 public:
  /// What a document failed with in this run, before all calls: perhaps that a backend was left alone whose
  /// answers were bad.
  void add_failure(const std::string& document, const std::string& message);
  /// All calls of a document follow one another.
  void add(const CallOfRun& call);
  /// docs/report.schema.json: `invalid_answers`.
  nlohmann::ordered_json of(const std::string& backend) const;

 private:
  struct Sums {
    std::int64_t answers = 0, invalid = 0;
    std::int64_t documents = 0, failed = 0;  ///< With invalid ones.
    std::string example, failed_example;     ///< The first of each.
    std::string document, failed_document;   ///< The last that is counted.
    std::set<std::string> left_alone;        ///< Failed since the backend was left alone.
  };
  std::map<std::string, Sums> backends_;
};

}  // namespace docket
