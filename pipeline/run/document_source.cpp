#include "pipeline/run/document_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/document_files.h"
#include "pipeline/run/output.h"
#include "pipeline/run/own_files.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

std::int64_t newest(const std::vector<fs::path>& files) {
  std::int64_t mtime_ns = 0;
  for (const fs::path& file : files)
    if (const Result<FileStamp> stamp = stamp_of(file)) mtime_ns = std::max(mtime_ns, stamp->mtime_ns);
  return mtime_ns;
}

Descriptor open_folder(const fs::path& folder) { return open_file(folder, O_PATH | O_DIRECTORY); }

/// The file was there when its folder was read.
bool is_gone(const std::string& file) {
  return faccessat(AT_FDCWD, file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

}  // namespace

InputOptions input_options(const RunOptions& options, const Pipeline& pipeline) {
  const bool own = options.inputs.empty();
  const auto own_files = std::make_shared<OwnFiles>(pipeline.output_dir);
  return {own ? pipeline.inputs : options.inputs,
          own ? pipeline.directory : fs::current_path(),
          pipeline.directory,
          pipeline.output_dir,
          !pipeline.input_may_be_empty,
          options.null_separated ? '\0' : '\n',
          pipeline.letters,
          pipeline.input_exclude,
          [own_files](const std::string& file) { return own_files->contains(file); }};
}

std::optional<Error> mistyped(const RunOptions& options, const Pipeline& pipeline,
                              const std::stop_token& stop) {
  if (options.inputs.empty()) return std::nullopt;
  std::optional<Error> error = mistyped(input_options(options, pipeline), stop);
  if (error) error->message += error->message.ends_with('?') ? " nothing was run" : "; nothing was run";
  return error;
}

DocumentSource::DocumentSource(const RunOptions& options, const Pipeline& pipeline, LedgerDatabase* ledger,
                               PipelineDigests pipeline_digests, Listener& listener)
    : options_(options),
      listener_(listener),
      ledger_(ledger),
      pipeline_digests_(std::move(pipeline_digests)),
      writes_words_(pipeline.writes_words),
      output_(pipeline.output_dir.string() + '/'),
      project_(pipeline.directory.string() + '/'),
      output_folder_(open_folder(pipeline.output_dir)),
      project_folder_(open_folder(pipeline.directory)),
      pipeline_mtime_ns_(newest(pipeline.files)),
      whole_input_(options.whole_input()),
      only_(patterns_of(options.only, pipeline)),
      only_met_(options.only.size()),
      inputs_(
          input_options(options, pipeline),
          [this](const std::string& problem) {
            has_problem_ = true;
            listener_.input_problem(problem);
          },
          [this](const std::string& file) { listener_.left_out(file); },
          [this](const std::string& note) { listener_.input_note(note); }) {
  if (ledger_ != nullptr) cursor_.emplace(*ledger_, pipeline_digests_);
}

DocumentPtr DocumentSource::next(const std::stop_token& stop) {
  while (!failure_ && (options_.limit == 0 || handed_out_ < options_.limit)) {
    std::optional<Input> input = inputs_.next(stop);
    if (!input) {
      if (!stop.stop_requested()) at_end();
      break;
    }
    ++listed_;
    if (!wanted(*input)) continue;
    if (DocumentPtr document = consider(std::move(*input))) {
      ++handed_out_;
      return document;
    }
  }
  return nullptr;
}

void DocumentSource::at_end() {
  if (listed_ > 0) tell_unmet();
  listed_all_ = whole_input_ && !has_problem_;
}

/// A pattern that means no document is mostly mistyped; where others do, the run is not in vain.
void DocumentSource::tell_unmet() {
  std::string unmet;
  for (std::size_t i = 0; i < only_met_.size(); ++i)
    if (!only_met_[i]) unmet += " " + options_.only[i];
  if (unmet.empty()) return;
  const std::string text =
      "--only" + unmet + ": none of the " + std::to_string(listed_) + " documents of the input matches";
  if (number_ > 0) return listener_.input_note(text);
  has_problem_ = true;
  listener_.input_problem(text);
}

bool DocumentSource::wanted(const Input& input) {
  bool is_wanted = options_.only.empty();
  for (const PathPatterns& patterns : only_)
    if (patterns.contain(input.file, only_met_)) is_wanted = true;
  return is_wanted;
}

DocumentPtr DocumentSource::consider(Input input) {
  ++number_;
  const std::optional<FileStamp> now = stamp_of_input(input);
  if (!now && is_gone(input.file)) return nullptr;
  const std::string name = output_name(input.path);
  const std::string record_name = name + std::string(record_ending);
  const std::string record_file = output_ + record_name;
  listener_.named(input, record_file);
  const FileStamp stamp = now.value_or(FileStamp{});
  const LedgerGlance* glance = nullptr;
  if (cursor_) {
    const Result<const LedgerGlance*> found = cursor_->find(input.path);
    if (!found) {
      failure_ = found.error();
      return nullptr;
    }
    glance = *found;
  }
  if (glance != nullptr) {
    if (glance->in_input) ++known_in_input_;
    const auto record = stamp_at(output_folder_.get(), record_name.c_str());
    const bool needed_only = options_.rebuild.which == RebuildOptions::Which::needed;
    if (needed_only && record && up_to_date(*glance, stamp, record->size) &&
        files_are_as_wanted(*glance, name)) {
      keep(input, record_file, stamp, *record, {glance->outcome, glance->is_acknowledged, glance->verdicts},
           glance->in_input, true);
      return nullptr;
    }
  }
  return decide_slowly(std::move(input), name, stamp);
}

/// Text and word boxes.
bool DocumentSource::files_are_as_wanted(const LedgerGlance& glance, std::string name) const {
  if (!words_change(writes_words_, glance.has_words, glance.words_bytes).empty()) return false;
  const std::size_t length = name.size();
  for (const auto& [ending, written] :
       {std::pair(text_ending, glance.text_bytes), std::pair(words_ending, glance.words_bytes)}) {
    if (!was_written(written)) continue;
    name.resize(length);
    const auto stamp = stamp_at(output_folder_.get(), (name += ending).c_str());
    if (!stamp || stamp->size != *written) return false;
  }
  return true;
}

std::optional<FileStamp> DocumentSource::stamp_of_input(const Input& input) const {
  const bool below_project = input.file.size() == project_.size() + input.path.size() &&
                             input.file.starts_with(project_) && input.file.ends_with(input.path);
  return below_project ? stamp_at(project_folder_.get(), input.path.c_str())
                       : stamp_at(AT_FDCWD, input.file.c_str());
}

DocumentPtr DocumentSource::decide_slowly(Input input, const std::string& name, const FileStamp& stamp) {
  auto document = std::make_shared<Document>();
  if (ledger_ != nullptr) {
    auto history = select_history(*ledger_, input.path);
    if (!history) {
      failure_ = history.error();
      return nullptr;
    }
    document->history = std::move(*history);
  }
  const LedgerDocument* const before = document->history ? &document->history->document : nullptr;
  if (before != nullptr && stamp.known() && before->stamp == stamp) {
    document->sha256 = before->sha256;
    document->stamp = stamp;
  } else if (before != nullptr) {
    if (Result<FileIdentity> identity = identify(input.file)) {
      document->sha256 = std::move(identity->sha256);
      document->stamp = identity->stamp;
    }
  }
  document->bytes = document->sha256.empty() ? 0 : document->stamp.size;
  Rebuild rebuild = decide(before, {document->sha256, pipeline_digests_}, options_.rebuild);
  if (document->history) rebuild = see_to_files(*document->history, std::move(rebuild));
  const std::string record_name = name + std::string(record_ending);
  switch (rebuild.what) {
    case Rebuild::What::up_to_date:
      keep(input, output_ + record_name, document->stamp,
           stamp_at(output_folder_.get(), record_name.c_str()).value_or(FileStamp{}),
           {before->outcome, is_acknowledged(*before),
            before->verdicts ? std::string_view(*before->verdicts) : std::string_view()},
           before->in_input, false);
      return nullptr;
    case Rebuild::What::parked:
      listener_.parked(number_ - 1, *before);
      return nullptr;
    case Rebuild::What::not_asked:
      return nullptr;
    case Rebuild::What::run:
      break;
  }
  document->number = number_ - 1;
  document->path = std::move(input.path);
  document->file = std::move(input.file);
  document->why = rebuild.why;
  return document;
}

/// A document that needs nothing has its files again, or those that the pipeline wants now, from the ledger;
/// where that cannot be, it is run.
Rebuild DocumentSource::see_to_files(const LedgerHistory& history, Rebuild rebuild) {
  if (rebuild.what != Rebuild::What::up_to_date && rebuild.what != Rebuild::What::parked) return rebuild;
  const LedgerDocument& row = history.document;
  std::string why = lost_file(row, files_now(output_folder_.get(), row.name, row));
  if (why.empty()) why = words_change(writes_words_, row.has_words, row.words_bytes);
  if (why.empty() || listener_.restore(history) || rebuild.what == Rebuild::What::parked) return rebuild;
  return {Rebuild::What::run, std::move(why)};
}

void DocumentSource::keep(const Input& input, const std::string& record_file, const FileStamp& stamp,
                          const FileStamp& record, Ended ended, bool was_in_input, bool same_stamp) {
  listener_.up_to_date(input, ended);
  const bool in_input = was_in_input || whole_input_;
  if (!same_stamp || in_input != was_in_input) listener_.seen(input.path, stamp, in_input);
  if (record.mtime_ns < std::max(stamp.mtime_ns, pipeline_mtime_ns_)) listener_.record_looks_old(record_file);
}

}  // namespace docket
