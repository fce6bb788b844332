#include "pipeline/run/dry_run.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/config/check_conditions.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/owner.h"
#include "pipeline/ledger/pipeline_digest.h"
#include "pipeline/ledger/plan_history.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/own_files.h"
#include "pipeline/run/rehearsal.h"
#include "pipeline/spending_limits.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

/// What becomes of each stage of the document, as far as that can be told without running any.
Result<std::vector<StageDecision>> decide_all(Document& document, std::size_t stage_count,
                                              StageDecider& decider, const StageDecider::Find& find) {
  document.stages.assign(stage_count, {});
  std::vector<StageDecision> decisions;
  for (std::size_t i = 0; i < stage_count; ++i) {
    Result<StageDecision> decision = decider.decide(document, i, find, decisions);
    if (!decision) return decision.error();
    decisions.push_back(std::move(*decision));
  }
  return decisions;
}

/// Counts what needs nothing.
class SparedDocuments final : public DocumentSource::Listener {
 public:
  SparedDocuments(Forecast& forecast, DryRunListener& listener) : forecast_(forecast), listener_(listener) {}

  void input_problem(const std::string& problem) override {
    ++forecast_.input_problems;
    listener_.input_problem(problem);
  }
  void left_out(const std::string& file) override { listener_.left_out(file); }
  void input_note(const std::string& note) override { listener_.warned("input: " + note); }
  void up_to_date(const Input& input, DocumentSource::Ended) override {
    ++forecast_.up_to_date;
    listener_.spared(input.path, Rebuild::What::up_to_date);
  }
  void parked(std::size_t, const LedgerDocument& document) override {
    ++forecast_.parked;
    listener_.spared(document.path, Rebuild::What::parked);
  }
  void seen(const std::string&, const FileStamp&, bool) override {}
  bool restore(const LedgerHistory&) override { return true; }
  void record_looks_old(const std::string&) override {}
  void named(const Input&, const std::string&) override {}

 private:
  Forecast& forecast_;
  DryRunListener& listener_;
};

void add(const Document& document, const std::vector<StageDecision>& stages, Forecast& forecast) {
  ++forecast.documents;
  ++forecast.why[document.why];
  for (std::size_t i = 0; i < stages.size(); ++i) {
    ++forecast.stages[i].counts[stages[i].what];
    if (stages[i].what == StageDecision::What::runs) ++forecast.stages[i].why[stages[i].why];
    if (stages[i].what == StageDecision::What::fails) ++forecast.stages[i].errors[stages[i].why];
  }
}

/// Nothing where no run has written yet.
Result<std::optional<LedgerReader>> open_if_there(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(Ledger::file_in(folder), ignored)) return std::optional<LedgerReader>();
  Result<LedgerReader> opened = LedgerReader::open(folder);
  if (!opened) return opened.error();
  return std::optional<LedgerReader>(std::move(*opened));
}

/// What a ledger knows, for a run that adds nothing to it. Any thread.
class KnownResults final : public AnswerStore {
 public:
  /// `ledger`: null if there is none yet.
  KnownResults(LedgerReader* ledger, const RunOptions& options)
      : ledger_(ledger), always_make_(options.always_make()) {}

  StageDecider::Use use() const {
    return always_make_ ? StageDecider::Use::this_run : StageDecider::Use::all;
  }
  Result<StageDecider::Found> find(const std::string& key) {
    if (ledger_ == nullptr || always_make_) return StageDecider::Found{};
    const std::lock_guard lock(mutex_);
    auto known = ledger_->result(key);
    if (!known) return known.error();
    return StageDecider::Found{std::move(*known)};
  }
  Result<std::string> configuration(const std::string& digest) {
    if (ledger_ == nullptr) return std::string();
    const std::lock_guard lock(mutex_);
    return ledger_->configuration(digest);
  }
  Result<std::optional<StoredAnswer>> answer(std::string_view request) override {
    if (ledger_ == nullptr || always_make_) return std::optional<StoredAnswer>();
    const std::lock_guard lock(mutex_);
    return select_answer(ledger_->database(), request);
  }
  Result<std::int64_t> spent_since(std::string_view time) override {
    if (ledger_ == nullptr) return std::int64_t{0};
    const std::lock_guard lock(mutex_);
    return select_spent_since(ledger_->database(), time);
  }
  void call_begins(LedgerCall, std::function<void(const std::optional<Error>&)> committed) override {
    committed(std::nullopt);
  }
  void call_ended(LedgerCall, std::optional<StoredAnswer>,
                  std::function<void(const std::optional<Error>&)> committed) override {
    if (committed) committed(std::nullopt);
  }

 private:
  LedgerReader* const ledger_;
  const bool always_make_;
  std::mutex mutex_;  ///< A reader is for one thread at a time.
};

/// Some of the documents: those whose paths have the smallest digests, so that the same are taken each time,
/// from anywhere in the input.
class Sample {
 public:
  void add(const Document& document) {
    std::string digest = short_digest(document.path);
    if (documents_.size() == most && digest > documents_.rbegin()->first) return;
    documents_.emplace(std::move(digest), untouched(document));
    if (documents_.size() > most) documents_.erase(std::prev(documents_.end()));
  }
  std::vector<Document> take() {
    std::vector<Document> taken;
    for (auto& [digest, document] : documents_)
      taken.push_back(std::move(document));
    return taken;
  }

 private:
  /// Costs that differ by their mean from each other are then known to some 14 %; files are read in seconds.
  static constexpr std::size_t most = 200;

  /// As it came from the input.
  static Document untouched(const Document& document) {
    Document copy;
    copy.number = document.number;
    copy.path = document.path;
    copy.file = document.file;
    copy.inside = document.inside;
    copy.sha256 = document.sha256;
    copy.bytes = document.bytes;
    copy.stamp = document.stamp;
    copy.history = document.history;
    return copy;
  }

  std::map<std::string, Document> documents_;  ///< By digest.
};

bool asks_models(const Pipeline& pipeline) {
  return std::ranges::any_of(pipeline.stages, [&](const StageConfig& stage) {
    return !stage.left_out && std::ranges::any_of(pipeline.backends, [&](const BackendConfig& backend) {
      return backend.type->answers_prompts() && names_backend(stage, backend.name);
    });
  });
}

/// Of each document: whether it is what an earlier run has worked on, with such a pipeline.
std::vector<bool> are_as_before(const std::vector<Document>& documents, const PipelineDigests& digests) {
  std::vector<bool> as_before;
  for (const Document& document : documents) {
    const LedgerDocument* const before = document.history ? &document.history->document : nullptr;
    as_before.push_back(before != nullptr && before->sha256 == document.sha256 &&
                        digests.cover(before->pipeline_digest));
  }
  return as_before;
}

/// In the order of the documents, `jobs` of them at a time.
Result<std::vector<RehearsedDocument>> rehearse_all(const Rehearsal& rehearsal,
                                                    std::vector<Document> documents, int jobs) {
  std::vector<RehearsedDocument> all(documents.size());
  std::mutex mutex;
  std::optional<Error> failed;  // Guarded by mutex.
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < documents.size(); i = next++) {
      auto rehearsed = rehearsal.rehearse(documents[i]);
      documents[i] = {};  // Its text was large.
      const std::lock_guard lock(mutex);
      if (failed) return;
      if (!rehearsed)
        failed = rehearsed.error();
      else
        all[i] = std::move(*rehearsed);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < jobs; ++i)
      workers.emplace_back(work);
  }
  if (failed) return *failed;
  return all;
}

}  // namespace

Result<Forecast> dry_run(Pipeline pipeline, const RunOptions& options, DryRunListener& listener,
                         const MakeRehearsal& make_rehearsal) {
  if (auto error = apply(options, pipeline)) return *error;
  if (auto error = check_overlap(input_options(options, pipeline))) return *error;
  if (auto error = mistyped(options, pipeline, {})) return *error;
  auto opened = open_if_there(pipeline.output_dir);
  if (!opened) return opened.error();
  LedgerReader* const ledger = *opened ? &**opened : nullptr;
  if (ledger != nullptr)
    if (auto error = check_owner(ledger->database(), pipeline)) return *error;
  Result<ModelDigests> models =
      ledger != nullptr ? known_models(ledger->database(), pipeline) : ModelDigests();
  if (!models) return models.error();
  const std::vector<LedgerConfiguration> configurations = configurations_of(pipeline, *models);
  Forecast forecast;
  for (const StageConfig& stage : pipeline.stages)
    forecast.stages.push_back({stage.id, {}, {}, {}});
  SparedDocuments spared(forecast, listener);
  DocumentSource source(options, pipeline, ledger != nullptr ? &ledger->database() : nullptr,
                        pipeline_digests(pipeline, configurations), spared);
  KnownResults known(ledger, options);
  StageDecider decider(
      pipeline.stages, configurations, known.use(),
      [&](const std::string& digest) { return known.configuration(digest); }, pipeline.complexity);
  const auto find = [&](const std::string& key) { return known.find(key); };
  Sample sample;
  while (const DocumentPtr document = source.next({})) {
    if (forecast.documents == 0)
      if (auto refused = refuse_conditions(pipeline)) return *refused;
    const auto stages = decide_all(*document, pipeline.stages.size(), decider, find);
    if (!stages) return stages.error();
    add(*document, *stages, forecast);
    listener.looked_at(*document, *stages, pipeline);
    if (make_rehearsal) sample.add(*document);
  }
  source.finish(DocumentSource::Opened::no);
  if (source.failure()) return *source.failure();
  if (!make_rehearsal || forecast.documents == 0 || !asks_models(pipeline)) return forecast;
  const std::unique_ptr<Backend> backend = make_rehearsal(pipeline, known, *models);
  std::vector<Document> taken = sample.take();
  const std::vector<bool> as_before = are_as_before(taken, pipeline_digests(pipeline, configurations));
  auto rehearsed = rehearse_all(Rehearsal(pipeline, decider, find, *backend), std::move(taken), options.jobs);
  if (!rehearsed) return rehearsed.error();
  for (std::size_t i = 0; i < rehearsed->size(); ++i)
    (*rehearsed)[i].document.is_as_before = as_before[i];
  const auto history = ledger != nullptr ? PlanHistory::read(ledger->database()) : PlanHistory();
  if (!history) return history.error();
  const Result<SpentBefore> spent = spent_before(known);
  if (!spent) return spent.error();
  const SpendingLimits limits = left_of(limits_of(pipeline, options.max_cost), *spent);
  forecast.estimate = estimate(pipeline, *history, limits, *rehearsed, forecast.documents);
  return forecast;
}

}  // namespace docket
