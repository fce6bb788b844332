#pragma once
#include <optional>
#include <string>

#include "pipeline/output.h"
#include "pipeline/plan.h"
#include "pipeline/report.h"
#include "pipeline/results.h"

namespace docket {

/// The exit of a run: writes each document's files and its line of results.jsonl, and adds it to the report.
/// Not for two threads at once. The first error of writing is kept, and nothing more is written after it: a
/// disk that is full is full for the next document too.
class RunWriter {
 public:
  RunWriter(const Plan& plan, const Output& output);

  /// A cancelled document leaves no files: what an earlier run wrote stays.
  void add(const Document& document);
  void finish();  ///< Puts results.jsonl in its place.
  /// Writes report.json, and to `second_file` too unless that is empty; `-`: standard output.
  std::optional<Error> write_report(const nlohmann::ordered_json& report,
                                    const std::string& second_file) const;

  const Report& report() const { return report_; }
  const std::optional<Error>& error() const { return error_; }
  static Usage usage_of(const Document& document);

 private:
  std::optional<Error> write_files(const Document& document);

  const Plan& plan_;
  const Output& output_;
  Results results_;
  Report report_;
  std::optional<Error> error_;
};

}  // namespace docket
