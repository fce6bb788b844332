#include "pipeline/run/run_writer.h"

#include "pipeline/record.h"
#include "pipeline/run/calls.h"
#include "pipeline/run/results.h"
#include "pipeline/run/routing.h"
#include "pipeline/support/utf8.h"

namespace docket {

namespace {

/// It went away between the look at its folder and the look at it. The next run will not name it.
bool is_gone(const Document& document) {
  const StageResult* const failed = failed_stage(document);
  std::error_code ignored;
  return failed != nullptr && failed->error->error_class == ErrorClass::unreadable &&
         std::filesystem::symlink_status(document.file, ignored).type() ==
             std::filesystem::file_type::not_found;
}

}  // namespace

RunWriter::RunWriter(const Pipeline& pipeline, const InputOptions& input, const Output& output,
                     RunLedger& ledger, Options options)
    : pipeline_(pipeline),
      output_(output),
      ledger_(ledger),
      options_(options),
      links_(input),
      routing_(output, routing_file),
      report_(pipeline) {}

void RunWriter::fail(const Error& error) {
  if (!error_) error_ = error;
}

void RunWriter::add(Document& document) {
  if (!error_) error_ = ledger_.ledger().failure();
  if (!error_ && outcome(document) != Outcome::cancelled && !is_gone(document)) write(document);
  report_.add(document);
  for_each_decision(document, pipeline_.stages, pipeline_.complexity,
                    [this](std::string_view line) { routing_.add(line); });
}

void RunWriter::write(Document& document) {
  if (stays_as_it_is(document)) return ledger_.seen(document, options_.whole_input);
  const Result<bool> kept = keep_record(document);
  if (!kept) return fail(kept.error());
  if (*kept) return;
  WrittenFiles written = written_files(document.history ? &document.history->document : nullptr);
  nlohmann::ordered_json now = record(document, pipeline_.stages, pipeline_.complexity);
  const auto failed = write_files(document, now, written);
  if (failed && failed->for_all) return fail(failed->error);
  if (failed) {
    document.unwritten = {failed->error.error_class, excerpt(failed->error.message, std::string::npos)};
    const Result<std::string> known = ledger_.record_to_keep(document);
    if (!known) return fail(known.error());
    if (!known->empty()) return ledger_.ended(document, options_.whole_input, {}, written);
    now = record(document, pipeline_.stages, pipeline_.complexity);
  }
  ledger_.ended(document, options_.whole_input, to_line(now), written);
}

std::optional<Output::Unwritten> RunWriter::write_files(const Document& document,
                                                        const nlohmann::ordered_json& record,
                                                        WrittenFiles& written) {
  if (auto strays = links_.check(output_.folder() / output_name(document.path)))
    return Output::Unwritten{std::move(*strays)};
  const DocumentFiles files = document_files(to_pretty(record), document.text, pipeline_.writes_words);
  return docket::write_files(output_, document, files,
                             options_.keep_mtime ? SameContent::leave : SameContent::write, written);
}

/// True if what is known of the document says it all, and its files are there.
bool RunWriter::stays_as_it_is(const Document& document) {
  return ledger_.is_as_before(document) &&
         restore_files(output_, ledger_.ledger(), pipeline_, *document.history).has_value();
}

/// True if the files of an earlier success stay, which the failure of this run must not replace.
Result<bool> RunWriter::keep_record(const Document& document) {
  const Result<std::string> kept = ledger_.record_to_keep(document);
  if (!kept) return kept.error();
  if (kept->empty()) return false;
  WrittenFiles written = restore_files(output_, ledger_.ledger(), pipeline_, *document.history)
                             .value_or(written_files(&document.history->document));
  std::error_code gone;
  const auto bytes =
      std::filesystem::file_size(output_.folder() / (output_name(document.path) += record_ending), gone);
  if (gone) return false;
  if (written.record != not_written) written.record = static_cast<std::int64_t>(bytes);
  ledger_.ended(document, options_.whole_input, {}, written);
  return true;
}

void RunWriter::finish() {
  if (!error_) error_ = ledger_.ledger().flush();
  if (error_) return;
  const Result<std::int64_t> bytes = ledger_.ledger().results_bytes();
  if (!bytes) return fail(bytes.error());
  std::error_code missing;
  const auto size = std::filesystem::file_size(output_.folder() / results_file, missing);
  if (!missing && static_cast<std::int64_t>(size) == *bytes) return;
  auto reading = ledger_.ledger().read();
  if (!reading) return fail(reading.error());
  const Result<std::int64_t> written = write_results(output_, **reading);
  if (!written) return fail(written.error());
  ledger_.ledger().results_written(*written);
}

void RunWriter::finish_logs() {
  if (const auto written = routing_.finish(); !written) fail(written.error());
  if (const auto failed = ledger_.ledger().flush()) fail(*failed);
  auto reading = ledger_.ledger().read();
  if (!reading) return fail(reading.error());
  const Result<std::int64_t> written = write_calls(output_, **reading, ledger_.ledger().run(),
                                                   [this](const CallOfRun& call) { report_.add_call(call); });
  if (!written) fail(written.error());
}

std::optional<Error> RunWriter::write_report(const nlohmann::ordered_json& report) const {
  if (auto failed = output_.write(report_file, to_pretty(report))) return failed->error;
  return std::nullopt;
}

}  // namespace docket
