#include "cli/run_writer.h"

#include <algorithm>
#include <cstdio>

#include "pipeline/record.h"

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

}  // namespace

RunWriter::RunWriter(const Plan& plan, const Output& output)
    : plan_(plan), output_(output), results_(output), report_(plan) {}

void RunWriter::add(const Document& document) {
  report_.add(document);
  if (error_ || outcome(document) == Outcome::cancelled) return;
  error_ = write_files(document);
}

std::optional<Error> RunWriter::write_files(const Document& document) {
  const std::string name = output_name(document.path);
  if (document.text) {
    if (auto error = output_.write(name + std::string(text_ending), text_file(*document.text))) return error;
    if (has_words(*document.text)) {
      if (auto error = output_.write(name + std::string(words_ending), words_file(*document.text)))
        return error;
    }
  }
  const nlohmann::ordered_json record = docket::record(document, plan_.stages);
  if (auto error = output_.write(name + std::string(record_ending), to_pretty(record))) return error;
  return results_.add(document.number, to_line(record));
}

void RunWriter::finish() {
  if (!error_) error_ = results_.finish();
}

std::optional<Error> RunWriter::write_report(const nlohmann::ordered_json& report,
                                             const std::string& second_file) const {
  const std::string content = to_pretty(report);
  std::optional<Error> error = output_.write("report.json", content);
  if (second_file == "-") {
    std::fputs(content.c_str(), stdout);
  } else if (!second_file.empty()) {
    if (auto second = write_file(second_file, content)) error = second;
  }
  return error;
}

Usage RunWriter::usage_of(const Document& document) {
  Usage usage;
  for (const StageResult& result : document.stages)
    usage += result.spent.total();
  return usage;
}

}  // namespace docket
