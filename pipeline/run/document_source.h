#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/ledger/cursor.h"
#include "pipeline/ledger/up_to_date.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/inputs.h"
#include "pipeline/run/run_options.h"
#include "pipeline/support/descriptor.h"

namespace docket {

/// Where a run's documents come from: its own inputs, or else the pipeline's.
InputOptions input_options(const RunOptions& options, const Pipeline& pipeline);

/// What a person has mistyped on the command line: inputs that are not there. The Error (class `config`) says
/// it before anything is run.
std::optional<Error> mistyped(const RunOptions& options, const Pipeline& pipeline,
                              const std::stop_token& stop);

/// How many files the whole input names, for whoever shows how far a run is: listed beside the run, without
/// a look at any. None: that would say nothing of the run, or needs standard input, or was stopped.
std::optional<std::int64_t> count_input(const RunOptions& options, const Pipeline& pipeline,
                                        const std::stop_token& stop);

/// A document that holds others.
struct OuterDocument {
  std::string path;
  std::string file;                ///< That it is, or is in.
  std::vector<std::string> names;  ///< See MemberPlace; empty: it is the file.
  FileStamp stamp;                 ///< Of the file.
};

/// Hands out the documents that a run is to work on, in order, as far as the options let it: each file of the
/// input, and behind it the documents that are known to be inside of it. Those that the run itself finds
/// are taken up when it has read all files. What earlier
/// runs have done is seen from one row of the ledger and a stat(2) of the document and of each of its files.
/// Not for two threads at once.
class DocumentSource {
 public:
  /// How the run ended that made the record of a document.
  struct Ended {
    Outcome outcome;
    bool is_acknowledged;
    std::string_view verdicts;  ///< Of its answers, as in its row; empty: none.
  };
  /// What a run that writes does with documents which it need not work on. All are called by the thread that
  /// calls `next`.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Of the input, which is listed as far as it can be; see Inputs.
    virtual void input_problem(const std::string& problem) = 0;
    virtual void left_out(const std::string& file) = 0;
    virtual void input_note(const std::string& note) = 0;
    virtual void up_to_date(const Input& input, Ended ended) = 0;
    virtual void parked(std::size_t number, const LedgerDocument& document) = 0;
    /// The document is up to date, but its row is not.
    virtual void seen(const std::string& path, const FileStamp& stamp, bool in_input) = 0;
    /// Nothing is to be done with the document, but a file of it is not as a run wrote it, or as the pipeline
    /// wants it now. True: it is again, or will be; false: the document is to be run if it may be.
    virtual bool restore(const LedgerHistory& history) = 0;
    /// The document is up to date, but its record looks older than what it was made from.
    virtual void record_looks_old(const std::string& record) = 0;
    /// Any document that the input names, whatever becomes of it.
    virtual void named(const Input& input, const std::string& record) = 0;
  };

  /// `ledger`: null if there is none yet. All must outlive the source.
  DocumentSource(const RunOptions& options, const Pipeline& pipeline, LedgerDatabase* ledger,
                 PipelineDigests pipeline_digests, Listener& listener);

  DocumentSource(const DocumentSource&) = delete;
  DocumentSource& operator=(const DocumentSource&) = delete;

  /// Null: there are no more, or `failure`.
  DocumentPtr next(const std::stop_token& stop);

  /// Documents that were read since `next` was null, and hold others that the ledger has listed: `next` goes
  /// on with these.
  void take_up(std::vector<OuterDocument> outer);
  /// Nothing is taken up any more: tells which patterns of `only` have met no document.
  /// `no`: what is in the documents that were handed out is not known.
  enum class Opened { yes, no };
  void finish(Opened opened = Opened::yes);

  /// The ledger cannot be read.
  const std::optional<Error>& failure() const { return failure_; }
  /// True when the whole input was listed without a problem, so that what it did not name is not there.
  bool listed_all() const { return listed_all_; }
  /// Documents that were named and are known as part of the input.
  std::int64_t known_in_input() const { return known_in_input_; }

 private:
  DocumentPtr next_member();
  bool begin_members();
  DocumentPtr consider_member(LedgerDocument row);
  void push_members(const Input& input, const Document& document);
  void tell_unmet();
  bool wanted(const Input& input);
  bool may_hold_wanted(const Input& input) const;
  bool wants_member(const Input& input);
  bool wants_known_member(const Input& outer);
  DocumentPtr consider(Input input);
  DocumentPtr decide_on(Input input, const std::string& name, DocumentPtr document);
  std::optional<FileStamp> stamp_of_input(const Input& input) const;
  bool files_are_as_wanted(const LedgerGlance& glance, std::string name) const;
  DocumentPtr decide_slowly(Input input, const std::string& name, const FileStamp& stamp);
  Rebuild see_to_files(const LedgerHistory& history, Rebuild rebuild);
  void keep(const Input& input, const std::string& record_file, const FileStamp& stamp,
            const FileStamp& record, Ended ended, bool was_in_input, bool same_stamp);

  const RunOptions& options_;
  Listener& listener_;
  LedgerDatabase* const ledger_;
  const PipelineDigests pipeline_digests_;
  const bool writes_words_;
  const std::string output_;        ///< The output folder, with a slash behind.
  const std::string project_;       ///< The pipeline's folder, likewise.
  const Descriptor output_folder_;  ///< Open: names below it are found without walking down to it each time.
  const Descriptor project_folder_;
  const std::int64_t pipeline_mtime_ns_;  ///< Of the newest file of the pipeline.
  const bool whole_input_;
  const std::vector<PathPatterns> only_;
  std::vector<bool> only_met_;          ///< Which of the options' `only` mean a document that was listed.
  const std::vector<Glob> outer_only_;  ///< Files that they may mean members of.
  bool may_hold_wanted_ = false;        ///< One of these was handed out.
  Inputs inputs_;
  std::optional<LedgerCursor> cursor_;
  std::deque<OuterDocument> outer_;      ///< Whose members are still to be considered.
  OuterDocument in_;                     ///< The one whose members are being considered.
  std::vector<LedgerDocument> members_;  ///< Of these, in reverse order.
  bool is_all_listed_ = false;           ///< Of the input.
  std::size_t number_ = 0;               ///< Documents named.
  std::size_t listed_ = 0;               ///< Those too that `only` does not want.
  bool has_problem_ = false;
  std::int64_t handed_out_ = 0;
  std::int64_t known_in_input_ = 0;
  bool listed_all_ = false;
  std::optional<Error> failure_;
};

}  // namespace docket
