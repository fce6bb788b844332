#include "pipeline/run/run_writer.h"

#include <algorithm>

#include "pipeline/record.h"
#include "pipeline/run/results.h"

namespace docket {
namespace {

std::string text_file(const Text& text) {
  std::string content;
  for (const Page& page : text.pages)
    content += page.text + '\f';
  return content;
}

bool has_words(const Text& text) {
  return std::ranges::any_of(text.pages, [](const Page& page) { return !page.words.empty(); });
}

/// docs/formats.md says what stands where.
std::string words_file(const Text& text) {
  nlohmann::ordered_json pages = nlohmann::ordered_json::array();
  for (const Page& page : text.pages) {
    nlohmann::ordered_json words = nlohmann::ordered_json::array();
    for (const Word& word : page.words) {
      const Box& box = word.box;
      words.push_back({box.left, box.top, box.right, box.bottom, word.offset, word.length});
    }
    pages.push_back({{"width", page.width}, {"height", page.height}, {"words", std::move(words)}});
  }
  return to_line({{"docket", 1}, {"pages", std::move(pages)}}) + "\n";
}

/// It went away between the look at its folder and the look at it. The next run will not name it.
bool is_gone(const Document& document) {
  const StageResult* const failed = failed_stage(document);
  std::error_code ignored;
  return failed != nullptr && failed->error->error_class == ErrorClass::unreadable &&
         std::filesystem::symlink_status(document.file, ignored).type() ==
             std::filesystem::file_type::not_found;
}

}  // namespace

RunWriter::RunWriter(const Pipeline& pipeline, const Output& output, RunLedger& ledger, Options options)
    : pipeline_(pipeline), output_(output), ledger_(ledger), options_(options), report_(pipeline) {}

void RunWriter::fail(const Error& error) {
  if (!error_) error_ = error;
}

void RunWriter::add(const Document& document) {
  report_.add(document);
  if (!error_) error_ = ledger_.ledger().failure();
  if (error_ || outcome(document) == Outcome::cancelled || is_gone(document)) return;
  error_ = write_files(document);
}

std::optional<Error> RunWriter::write_files(const Document& document) {
  Result<std::string> kept = ledger_.record_to_keep(document);
  if (!kept) return kept.error();
  const std::string name = output_name(document.path);
  const std::string record_file = name + std::string(record_ending);
  if (!kept->empty()) {
    std::error_code gone;
    const auto bytes = std::filesystem::file_size(output_.folder() / record_file, gone);
    if (!gone) {
      ledger_.ended(document, options_.whole_input, {}, static_cast<std::int64_t>(bytes));
      return std::nullopt;
    }
  }
  if (auto error = write_text(document, name)) return error;
  const nlohmann::ordered_json record = docket::record(document, pipeline_.stages);
  const std::string content = to_pretty(record);
  if (auto error = put(record_file, content)) return error;
  ledger_.ended(document, options_.whole_input, to_line(record), static_cast<std::int64_t>(content.size()));
  return std::nullopt;
}

/// Text and word boxes; those of another content of the document go.
std::optional<Error> RunWriter::write_text(const Document& document, const std::string& name) const {
  const bool words = document.text && has_words(*document.text);
  if (document.text)
    if (auto error = put(name + std::string(text_ending), text_file(*document.text))) return error;
  if (words)
    if (auto error = put(name + std::string(words_ending), words_file(*document.text))) return error;
  if (!document.history) return std::nullopt;
  if (!document.text)
    if (auto error = output_.remove(name + std::string(text_ending))) return error;
  return words ? std::nullopt : output_.remove(name + std::string(words_ending));
}

std::optional<Error> RunWriter::put(const std::string& name, std::string_view content) const {
  if (options_.keep_mtime && output_.holds(name, content)) return std::nullopt;
  return output_.write(name, content);
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

std::optional<Error> RunWriter::write_report(const nlohmann::ordered_json& report) const {
  return output_.write("report.json", to_pretty(report));
}

}  // namespace docket
