#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/pipeline.h"
#include "pipeline/run/document_files.h"
#include "pipeline/run/lines_file.h"
#include "pipeline/run/output.h"
#include "pipeline/run/own_files.h"
#include "pipeline/run/report.h"
#include "pipeline/run/run_ledger.h"

namespace docket {

/// The exit of a run: writes each document's files, tells the ledger, and adds it to the report.
/// Not for two threads at once. A file that cannot be written fails its document (class `output`). The first
/// error that every other document would have too is kept, and nothing more is written after it: a disk that
/// is full is full for the next document too.
class RunWriter {
 public:
  struct Options {
    bool whole_input = false;  ///< The run's documents are the whole input.
    bool keep_mtime = false;   ///< A file that would stay the same is not written.
  };
  RunWriter(const Pipeline& pipeline, const InputOptions& input, const Output& output, RunLedger& ledger,
            Options options);

  /// A cancelled document leaves no files: what an earlier run wrote stays. So it is with one whose file is
  /// gone, and with the record of a success that a failure must not replace. Sets `unwritten`.
  void add(Document& document);
  void finish();  ///< Puts results.jsonl in its place, unless it has all records already.
  /// Puts routing.jsonl and calls.jsonl in their places, of what there is, and adds the calls to the report.
  void finish_logs();
  std::optional<Error> write_report(const nlohmann::ordered_json& report) const;

  Report& report() { return report_; }
  const Report& report() const { return report_; }
  void fail(const Error& error);  ///< Nothing is written from here on.
  const std::optional<Error>& error() const { return error_; }

 private:
  void write(Document& document);
  std::optional<Output::Unwritten> write_files(const Document& document, const nlohmann::ordered_json& record,
                                               WrittenFiles& written);
  bool stays_as_it_is(const Document& document);
  Result<bool> keep_record(const Document& document);

  const Pipeline& pipeline_;
  const Output& output_;
  RunLedger& ledger_;
  const Options options_;
  LinksIntoInput links_;
  LinesFile routing_;
  Report report_;
  std::optional<Error> error_;
};

}  // namespace docket
