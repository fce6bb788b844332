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

/// What patterns of members say of the file that they are in: `in/*.eml` of `in/*.eml/*.pdf`.
std::vector<Glob> outer_of(const std::vector<std::string>& only, const Pipeline& pipeline) {
  std::vector<Glob> globs;
  for (const std::string& pattern : only)
    for (std::size_t slash = pattern.find('/', 1); slash != std::string::npos;
         slash = pattern.find('/', slash + 1)) {
      const std::string outer = pattern.substr(0, slash);
      if (outer.ends_with("**")) continue;  // That is any file.
      if (outer.starts_with('/')) {
        globs.push_back(Glob::in("/", outer.substr(1), Glob::Use::match, pipeline.letters));
        continue;
      }
      for (const fs::path& folder : {pipeline.directory, fs::current_path()})
        globs.push_back(Glob::in(folder.string(), outer, Glob::Use::match, pipeline.letters));
    }
  return globs;
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
  for (const std::string& input : options.inputs) {
    std::error_code ignored;
    if (input != "-" && fs::equivalent(fs::current_path() / input, pipeline.file, ignored))
      return Error{ErrorClass::config, input + " is the pipeline itself, and no document; nothing was run"};
  }
  std::optional<Error> error = mistyped(input_options(options, pipeline), stop);
  if (error) error->message += error->message.ends_with('?') ? " nothing was run" : "; nothing was run";
  return error;
}

std::optional<std::int64_t> count_input(const RunOptions& options, const Pipeline& pipeline,
                                        const std::stop_token& stop) {
  const InputOptions input = input_options(options, pipeline);
  const bool is_listed_once = std::ranges::find(input.sources, "-") != input.sources.end();
  const bool is_part =
      !options.only.empty() || options.limit > 0 || options.rebuild.which == RebuildOptions::Which::failed;
  if (is_listed_once || is_part) return std::nullopt;
  Inputs inputs(input, [](const std::string&) {});
  std::int64_t count = 0;
  while (inputs.next(stop))
    ++count;
  return stop.stop_requested() ? std::nullopt : std::optional(count);
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
      outer_only_(outer_of(options.only, pipeline)),
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
  while (!failure_ && (options_.limit == 0 || handed_out_ < options_.limit) && !stop.stop_requested()) {
    DocumentPtr document;
    if (!members_.empty() || begin_members()) {
      document = next_member();
    } else {
      std::optional<Input> input = is_all_listed_ ? std::nullopt : inputs_.next(stop);
      if (!input) {
        is_all_listed_ = is_all_listed_ || !stop.stop_requested();
        break;
      }
      ++listed_;
      const bool is_wanted = wanted(*input);
      const bool may_hold = may_hold_wanted(*input);
      if (is_wanted || wants_member(*input)) document = consider(std::move(*input));
      if (document && may_hold) may_hold_wanted_ = true;
    }
    if (!document) continue;
    ++handed_out_;
    return document;
  }
  return nullptr;
}

void DocumentSource::take_up(std::vector<OuterDocument> outer) {
  std::ranges::sort(outer, {}, &OuterDocument::path);
  std::ranges::move(outer, std::back_inserter(outer_));
}

void DocumentSource::finish(Opened opened) {
  if (!is_all_listed_) return;
  const bool may_be_met = opened == Opened::no && may_hold_wanted_;
  if (listed_ > 0 && !may_be_met) tell_unmet();
  listed_all_ = whole_input_ && !has_problem_;
}

/// True if there is a member to consider.
bool DocumentSource::begin_members() {
  while (!outer_.empty() && members_.empty() && !failure_) {
    in_ = std::move(outer_.front());
    outer_.pop_front();
    auto members = select_members(*ledger_, in_.path);
    if (!members) {
      failure_ = members.error();
      return false;
    }
    members_ = std::move(*members);
    std::ranges::reverse(members_);
  }
  return !members_.empty();
}

DocumentPtr DocumentSource::next_member() {
  LedgerDocument row = std::move(members_.back());
  members_.pop_back();
  ++listed_;
  std::string file = in_.file;
  for (const std::string& name : in_.names)
    file = member_path(file, name);
  const Input member{row.path, member_path(file, row.path.substr(in_.path.size() + 1))};
  const bool is_asked_for =
      wanted(member) || may_hold_wanted(member) || (row.members > 0 && wants_known_member(member));
  if (!is_asked_for) return nullptr;
  return consider_member(std::move(row));
}

/// Its content is that which its outer document gave when it was last read, and that has not changed.
DocumentPtr DocumentSource::consider_member(LedgerDocument row) {
  ++number_;
  Input input{row.path, in_.file};
  const std::string name = output_name(row.path);
  listener_.named(input, output_ + name + std::string(record_ending));
  if (row.in_input && !is_only_listed(row)) ++known_in_input_;
  auto document = std::make_shared<Document>();
  document->sha256 = *row.listed;
  document->stamp = in_.stamp;
  document->stamp.size = row.stamp.size;
  document->inside = {in_.path, in_.names, *row.listed, row.place};
  document->inside->names.push_back(row.path.substr(in_.path.size() + 1));
  if (!is_only_listed(row)) {
    auto stages = select_stages(*ledger_, row.path);
    if (!stages) {
      failure_ = stages.error();
      return nullptr;
    }
    document->history =
        std::make_shared<const LedgerHistory>(LedgerHistory{std::move(row), std::move(*stages)});
  }
  return decide_on(std::move(input), name, std::move(document));
}

/// Those of a document that is not run, and is as it was when it was last read.
void DocumentSource::push_members(const Input& input, const Document& document) {
  if (!document.history || document.history->document.members == 0) return;
  if (document.history->document.sha256 != document.sha256) return;
  outer_.push_back({input.path, input.file,
                    document.inside ? document.inside->names : std::vector<std::string>(), document.stamp});
}

/// A pattern that means no document is mostly mistyped; where others do, the run is not in vain.
void DocumentSource::tell_unmet() {
  std::string unmet;
  for (std::size_t i = 0; i < only_met_.size(); ++i)
    if (!only_met_[i]) unmet += " " + options_.only[i];
  if (unmet.empty()) return;
  const std::string text =
      "--only" + unmet + ": none of the " + std::to_string(listed_) + " documents of the input matches";
  if (std::ranges::find(only_met_, true) != only_met_.end()) return listener_.input_note(text);
  has_problem_ = true;
  listener_.input_problem(text);
}

bool DocumentSource::wanted(const Input& input) {
  bool is_wanted = options_.only.empty();
  for (const PathPatterns& patterns : only_)
    if (patterns.contain(input.file, only_met_)) is_wanted = true;
  return is_wanted;
}

/// A pattern goes on below this path.
bool DocumentSource::may_hold_wanted(const Input& input) const {
  return std::ranges::any_of(outer_only_, [&](const Glob& glob) { return glob.matches(input.file); });
}

/// A pattern means a member of the file; what was never read may have it.
bool DocumentSource::wants_member(const Input& input) {
  if (may_hold_wanted(input)) return true;
  if (!cursor_) return false;
  const Result<const LedgerGlance*> known = cursor_->find(input.path);
  return known && *known != nullptr && (*known)->members > 0 && wants_known_member(input);
}

bool DocumentSource::wants_known_member(const Input& outer) {
  const auto members = select_members(*ledger_, outer.path);
  return members && std::ranges::any_of(*members, [&](const LedgerDocument& row) {
           const Input member{row.path, member_path(outer.file, row.path.substr(outer.path.size() + 1))};
           return wanted(member) || (row.members > 0 && wants_known_member(member));
         });
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
      if (glance->members > 0) outer_.push_back({input.path, input.file, {}, stamp});
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
  return decide_on(std::move(input), name, std::move(document));
}

DocumentPtr DocumentSource::decide_on(Input input, const std::string& name, DocumentPtr document) {
  const LedgerDocument* const before = document->history ? &document->history->document : nullptr;
  document->bytes = document->sha256.empty() ? 0 : document->stamp.size;
  Rebuild rebuild = decide(before, {document->sha256, pipeline_digests_}, options_.rebuild);
  if (document->history) rebuild = see_to_files(*document->history, std::move(rebuild));
  const std::string record_name = name + std::string(record_ending);
  if (rebuild.what != Rebuild::What::run) push_members(input, *document);
  switch (rebuild.what) {
    case Rebuild::What::up_to_date:
      keep(input, output_ + record_name, document->stamp,
           stamp_at(output_folder_.get(), record_name.c_str()).value_or(FileStamp{}),
           {before->outcome, is_acknowledged(*before),
            before->verdicts ? std::string_view(*before->verdicts) : std::string_view()},
           before->in_input, before->stamp == document->stamp);
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
