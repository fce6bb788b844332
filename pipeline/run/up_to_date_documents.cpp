#include "pipeline/run/up_to_date_documents.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "pipeline/run/document_files.h"

namespace docket {

UpToDateDocuments::UpToDateDocuments(const Pipeline& pipeline, const RunOptions& options,
                                     const Output& output, RunLedger& ledger, RunListener& listener,
                                     Warnings& warnings, Depfile* depfile)
    : pipeline_(pipeline),
      options_(options),
      output_(output),
      ledger_(ledger),
      listener_(listener),
      depfile_(depfile),
      warnings_(warnings) {}

void UpToDateDocuments::input_problem(const std::string& problem) {
  problems_.push_back(problem);
  listener_.input_problem(problem);
}

void UpToDateDocuments::left_out(const std::string& file) {
  ++left_out_;
  listener_.left_out(file);
}

void UpToDateDocuments::input_note(const std::string& note) { warnings_.add("input: " + note); }

void UpToDateDocuments::up_to_date(const Input& input, DocumentSource::Ended ended) {
  ++(ended.outcome != Outcome::held ? done_ : ended.is_acknowledged ? acknowledged_ : held_);
  if (const auto known = verdicts_.find(ended.verdicts); known != verdicts_.end())
    ++known->second;
  else if (!ended.verdicts.empty())
    verdicts_.emplace(ended.verdicts, 1);
  listener_.spared(input.path, Rebuild::What::up_to_date, ended.verdicts);
}

void UpToDateDocuments::parked(std::size_t number, const LedgerDocument& document) {
  parked_.emplace_back(number, document);
  listener_.spared(document.path, Rebuild::What::parked, "");
}

void UpToDateDocuments::seen(const std::string& path, const FileStamp& stamp, bool in_input) {
  ledger_.ledger().document_seen(path, stamp, in_input);
}

bool UpToDateDocuments::restore(const LedgerHistory& history) {
  return restore_files(output_, ledger_.ledger(), pipeline_, history).has_value();
}

void UpToDateDocuments::record_looks_old(const std::string& record) {
  // make compares times: a record that is up to date must not look older than what it was made from.
  if (!options_.keep_mtime) utimensat(AT_FDCWD, record.c_str(), nullptr, 0);
}

void UpToDateDocuments::named(const Input& input, const std::string& record) {
  if (depfile_ != nullptr) depfile_->add(record, input.file);
}

void UpToDateDocuments::add_to(Report& report) const {
  for (std::int64_t i = 0; i < done_; ++i)
    report.add_up_to_date(Outcome::done, Standing::known);
  for (std::int64_t i = 0; i < held_; ++i)
    report.add_up_to_date(Outcome::held, Standing::known);
  for (std::int64_t i = 0; i < acknowledged_; ++i)
    report.add_up_to_date(Outcome::held, Standing::acknowledged);
  for (const auto& [verdicts, documents] : verdicts_)
    report.add_verdicts(nlohmann::json::parse(verdicts, nullptr, false), documents);
  for (const auto& [number, document] : parked_)
    report.add_parked(number, document);
  for (const std::string& problem : problems_)
    report.add_input_problem(problem);
  report.set_left_out(left_out_);
}

}  // namespace docket
