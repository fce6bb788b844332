#include "pipeline/run/run_ledger.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

using State = StageResult::State;

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// How the document ended, without what depends on how it ended before.
LedgerDocument row_of(const Document& document, const Pipeline& pipeline) {
  LedgerDocument row;
  row.path = document.path;
  row.id = document_id(document);
  row.name = output_name(document.path);
  row.stamp = document.stamp;
  row.sha256 = document.sha256;
  row.media_type = document.media_type;
  row.outcome = outcome(document);
  for (const StageResult& result : document.stages)
    if (result.held && !row.held) row.held = result.held;
  if (const StageResult* failed = failed_stage(document))
    row.error_stage = pipeline.stages[static_cast<std::size_t>(failed - document.stages.data())].id;
  if (const Error* error = error_of(document)) row.error = *error;
  if (const nlohmann::json verdicts = verdicts_of(document, pipeline.stages); !verdicts.is_null())
    row.verdicts = to_line(verdicts);
  row.label = label_of(document, pipeline.stages);
  if (document.inside) {
    row.parent = document.inside->outer;
    row.listed = document.inside->sha256;
    row.place = document.inside->place;
  }
  return row;
}

/// What the stage that reads the file has found; null: it has not, or none does.
const nlohmann::json* found_in_file(const Document& document, const Pipeline& pipeline) {
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const bool is_done = document.stages[i].state == State::done || document.stages[i].state == State::held;
    if (pipeline.stages[i].type->provides_text && is_done) return &document.stages[i].output;
  }
  return nullptr;
}

/// As much of the row of a member as is known before it is read.
LedgerDocument listed_row(const Document& outer, Member member) {
  LedgerDocument row;
  row.path = member_path(outer.path, member.name);
  row.id = document_id(row.path);
  row.name = output_name(row.path);
  row.stamp = outer.stamp;
  row.stamp.size = member.bytes;
  row.record_bytes = not_written;
  row.text_bytes = not_written;
  row.words_bytes = not_written;
  row.parent = outer.path;
  row.listed = std::move(member.sha256);
  return row;
}

bool is_left_out(const StageResult& result) { return result.left_out && result.state == State::pending; }

/// The stage ended as it had before, with the same result.
bool is_as_before(const Document& document, std::size_t position, const LedgerStage& before) {
  const StageResult& now = document.stages[position];
  if (now.state != before.state) return false;
  return now.state == State::skipped || (was_known(document, position) && now.origin.key == before.key);
}

}  // namespace

Result<std::unique_ptr<RunLedger>> RunLedger::open(const Pipeline& pipeline, const RunOptions& options,
                                                   const ModelDigests& models) {
  auto ledger = Ledger::open(pipeline.output_dir, pipeline.output_mode);
  if (!ledger) return ledger.error();
  auto reading = (*ledger)->read();
  if (!reading) return reading.error();
  Result<ModelDigests> all = known_models(**reading, pipeline);
  if (!all) return all.error();
  for (const auto& [backend, model] : models)
    (*all)[backend] = model;
  return std::unique_ptr<RunLedger>(new RunLedger(pipeline, std::move(*ledger), options, std::move(*all)));
}

RunLedger::RunLedger(const Pipeline& pipeline, std::unique_ptr<Ledger> ledger, const RunOptions& options,
                     ModelDigests models)
    : pipeline_(pipeline),
      models_(std::move(models)),
      configurations_(configurations_of(pipeline, models_)),
      digests_(docket::pipeline_digests(pipeline, configurations_)),
      ledger_(std::move(ledger)),
      stages_(std::make_unique<LedgerStages>(
          *ledger_, pipeline.stages, configurations_,
          options.always_make() ? StageDecider::Use::this_run : StageDecider::Use::all,
          pipeline.complexity)) {}

std::optional<Error> RunLedger::begin(const Report::Run& run, const std::string& version) {
  LedgerRun row;
  row.name = run.id;
  row.pipeline = pipeline_.file.string();
  row.pipeline_name = pipeline_.name;
  row.pipeline_digest = digests_.part;
  row.version = version;
  row.host = host_name();
  row.pid = getpid();
  row.started = run.started;
  std::map<std::string, std::string> models;
  for (const auto& [backend, model] : models_)
    if (const BackendConfig* const named = pipeline_.backend(backend)) models[server_id(*named)] = model;
  return ledger_->begin_run(row, configurations_, models);
}

std::optional<Error> RunLedger::end(int exit_code, const std::string& report) {
  return ledger_->end_run(exit_code, report);
}

bool RunLedger::list_members(const Document& document, bool in_input) {
  const nlohmann::json* const found = found_in_file(document, pipeline_);
  if (found == nullptr) return false;
  std::vector<LedgerDocument> rows;
  for (Member& member : members_in(*found)) {
    rows.push_back(listed_row(document, std::move(member)));
    rows.back().place = static_cast<std::int64_t>(rows.size());
    rows.back().in_input = in_input;
  }
  const bool has_members = !rows.empty();
  const bool had_members = document.history && document.history->document.members > 0;
  if (has_members || had_members) ledger_->members_listed(document.path, std::move(rows));
  return has_members;
}

void RunLedger::ended(const Document& document, bool in_input, std::string record,
                      const WrittenFiles& files) {
  const LedgerDocument* const before = document.history ? &document.history->document : nullptr;
  LedgerDocument row = row_of(document, pipeline_);
  row.pipeline_digest = std::ranges::any_of(document.stages, is_left_out) ? digests_.part : digests_.whole;
  row.in_input = in_input || (before != nullptr && before->in_input);
  row.record_bytes = files.record;
  row.text_bytes = files.text;
  row.words_bytes = files.words;
  if (const nlohmann::json* const found = found_in_file(document, pipeline_))
    row.members = static_cast<std::int64_t>(members_in(*found).size());
  else if (before != nullptr && before->sha256 == row.sha256)
    row.members = before->members;
  row.has_words = files.has_words;
  count_attempt(row, before);
  keep_acknowledgement(row, before);
  if (std::ranges::any_of(document.stages, &StageResult::withheld_for_now)) row.settled = false;
  ledger_->document_ended(std::move(row), stages_of(document), std::move(record));
}

void RunLedger::seen(const Document& document, bool in_input) {
  const bool was_in_input = document.history && document.history->document.in_input;
  ledger_->document_seen(document.path, document.stamp, in_input || was_in_input);
}

bool RunLedger::is_as_before(const Document& document) const {
  if (!std::ranges::any_of(document.stages, is_left_out)) return false;
  if (!document.history || document.history->document.sha256 != document.sha256) return false;
  const std::vector<LedgerStage>& rows = document.history->stages;
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    if (pipeline_.stages[i].left_out) continue;
    const auto before = std::ranges::find(rows, pipeline_.stages[i].id, &LedgerStage::stage);
    if (before == rows.end() || !docket::is_as_before(document, i, *before)) return false;
  }
  return true;
}

std::vector<LedgerStage> RunLedger::stages_of(const Document& document) const {
  std::vector<LedgerStage> rows;
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    LedgerStage row;
    row.stage = pipeline_.stages[i].id;
    row.state = result.state;
    row.ran = !was_known(document, i) && result.state != State::pending && result.state != State::skipped;
    row.why = result.origin.why;
    row.wall_ns = result.wall_ns;
    if (!document.earlier.empty() && document.earlier[i].ran) {
      row.ran = true;
      row.why = document.earlier[i].why;
      row.wall_ns += document.earlier[i].wall_ns;
    }
    row.key = result.origin.key;
    row.configuration = configurations_[i].digest;
    row.input = result.origin.input;
    row.reasons = result.reasons;
    row.held = result.held;
    row.error = result.error;
    row.usage = result.reused;
    row.usage += result.spent.total();
    row.run = ledger_->run();
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::string> RunLedger::record_to_keep(const Document& document) {
  if (outcome(document) != Outcome::failed || !document.history) return std::string();
  auto reading = ledger_->read();
  if (!reading) return reading.error();
  Result<std::string> record = select_record(**reading, document.path);
  if (!record || record->empty()) return record;
  const auto parsed = nlohmann::json::parse(*record, nullptr, false);
  const bool is_success = parsed.is_object() && parsed.value("status", "failed") != "failed";
  if (!is_success) return std::string();
  const auto described = parsed.value("document", nlohmann::json::object());
  const bool same_content = described.value("sha256", "") == document.sha256;
  const bool not_its_doing = consequence(error_of(document)->error_class) == Consequence::not_counted;
  return same_content || not_its_doing ? record : std::string();
}

}  // namespace docket
