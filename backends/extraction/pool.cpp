#include "backends/extraction/pool.h"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "backends/extraction/input.h"
#include "backends/extraction/office_conversion.h"
#include "backends/extraction/process.h"
#include "backends/extraction/worker_errors.h"
#include "pipeline/log.h"
#include "pipeline/support/event.h"

namespace docket::backends {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr int clock_per_cpu = 10;  ///< By the clock, a document may take so many times its CPU time,
constexpr std::chrono::minutes least_clock{2};  ///< and this at least: other work may take the whole machine.
/// How long a reply may wait for others while the workers have enough to do: each time that replies are
/// handed on, threads are woken, which look for more for as long as a small document takes.
constexpr milliseconds reply_patience{10};
constexpr std::uint64_t framing = 1 << 16;       ///< An answer is a little larger than its text.
constexpr std::chrono::seconds start_limit{60};  ///< For a worker to be ready.

struct Job {
  ExtractQuestion question;
  Backend::Done done;
  Clock::time_point since;
  Clock::duration queued{0};                ///< From then on until a worker had time.
  std::optional<Result<InputFile>> opened;  ///< Ahead of that.
};

/// What is to be said to who asked.
struct Finished {
  Backend::Done done;
  Reply reply;
  Clock::time_point since;
};

/// The first pages of a document whose reading ended at a limit.
struct Part {
  Progress pages;
  std::string_view limit;
  Error why;  ///< That there are no more.
};

/// Marks the answer as a part.
void mark(Answer& answer, const Part& part) {
  const std::string pages = std::to_string(part.pages.read), of = std::to_string(part.pages.of);
  answer.value["partial"] = {{"pages", part.pages.read}, {"of", part.pages.of}, {"limit", part.limit}};
  answer.value["problems"].push_back("only " + pages + " of " + of + " pages were read: the document " +
                                     part.why.message);
}

enum class Program { extract, ocr };

Program program_for(const ExtractQuestion& question) {
  return question.page ? Program::ocr : Program::extract;
}

/// A place for one worker process, and the document that it works on.
struct Slot {
  Program program = Program::extract;
  std::unique_ptr<ExtractProcess> process;  ///< Null: none was needed yet, or the last one has ended.
  std::optional<Job> job;
  InputFile file;
  DocumentLimits limits;
  bool was_sent = false;      ///< To this process.
  nanoseconds cpu_begin{0};   ///< Of the process, when the job was sent.
  nanoseconds cpu_before{0};  ///< Spent on the job in a process that died.
  Clock::time_point begin;    ///< When the job was sent, or the process started for it.
  // What the worker has said of the job so far:
  std::optional<FileFacts> facts;
  Text text;
  std::uint64_t bytes = 0;  ///< Of its frames.
  Progress progress;
  std::optional<Part> part;  ///< Its pages are read again, and no more than these.
  // Of a document that LibreOffice turns into another, which is read then:
  std::unique_ptr<OfficeConversion> conversion;
  bool is_converted = false;
  // Of one that is inside of a file, for LibreOffice, which knows only files:
  bool wants_bytes = false;  ///< The worker is asked for them.
  bool has_bytes = false;    ///< They are `file`.
};

class ExtractPool final : public Backend {
 public:
  ExtractPool(ExtractPoolOptions options, std::stop_token hard_stop)
      : options_(std::move(options)),
        slots_(make_slots(worker_count(options_))),
        hard_stop_(std::move(hard_stop)),
        on_hard_stop_(hard_stop_, Signal{wake_up_}),
        thread_([this](const std::stop_token& stop) { loop(stop); }) {}

  ~ExtractPool() override {
    thread_.request_stop();
    wake_up_.signal();
  }

  void submit(Request request, Done done) noexcept override {
    auto* question = std::get_if<ExtractQuestion>(&request.question);
    if (question == nullptr) {
      Reply reply;
      reply.answer = Error{ErrorClass::bug, "the extraction workers were asked something else"};
      return done(std::move(reply));
    }
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back({std::move(*question), std::move(done), Clock::now(), {}, {}});
    }
    wake_up_.signal();
  }

 private:
  struct Signal {
    const Event& event;
    void operator()() const { event.signal(); }
  };

  static std::size_t worker_count(const ExtractPoolOptions& options) {
    return options.workers > 0 ? static_cast<std::size_t>(options.workers)
                               : std::max(1U, std::thread::hardware_concurrency());
  }

  void loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      take_inbox();
      if (hard_stop_.stop_requested() || has_no_worker_) cancel_all();
      assign_jobs();
      // Afterwards: no worker waits for those who hear of what it has done.
      if (patience_left() <= nanoseconds(0)) reply();
      for (Slot* slot : wait())
        listen(*slot);
      for (Slot& slot : slots_) {
        if (is_converting(slot)) check_conversion(slot);
        if (slot.process && slot.job) check_limits(slot);
      }
    }
    take_inbox();
    cancel_all();
    reply();
  }

  void take_inbox() {
    const std::lock_guard lock(mutex_);
    std::move(inbox_.begin(), inbox_.end(), std::back_inserter(queue_));
    inbox_.clear();
  }

  void cancel_all() {
    for (Slot& slot : slots_) {
      slot.process.reset();
      if (slot.job) end_job(slot, cancelled());
    }
    for (Job& job : std::exchange(queue_, {})) {
      Reply reply;
      reply.answer = cancelled();
      finished_.push_back({std::move(job.done), std::move(reply), Clock::now()});
    }
  }

  /// Until the replies that wait should be handed on.
  nanoseconds patience_left() const {
    if (finished_.empty()) return std::chrono::hours(1);
    const bool workers_have_enough = queue_.size() >= 2 * slots_.size();
    if (!workers_have_enough) return nanoseconds(0);
    return finished_.front().since + reply_patience - Clock::now();
  }

  void reply() {
    for (Finished& one : std::exchange(finished_, {}))
      one.done(std::move(one.reply));
  }

  /// A slot for each process that may be at work, of either program: an idle one costs no time.
  static std::vector<Slot> make_slots(std::size_t workers) {
    std::vector<Slot> slots(2 * workers);
    for (std::size_t i = workers; i < slots.size(); ++i)
      slots[i].program = Program::ocr;
    return slots;
  }

  const std::filesystem::path& program_of(const Slot& slot) const {
    return slot.program == Program::ocr ? options_.ocr_worker : options_.worker;
  }

  /// Gives waiting jobs to workers: first to those that are ready, then to new ones.
  void assign_jobs() {
    const auto busy = [](const Slot& slot) { return slot.job.has_value(); };
    while (!queue_.empty()) {
      if (std::ranges::count_if(slots_, busy) * 2 >= std::ssize(slots_)) return read_ahead();
      const Program program = program_for(queue_.front().question);
      const auto is_free = [&](const Slot& slot) { return !slot.job && slot.program == program; };
      auto slot = std::ranges::find_if(slots_, [&](const Slot& s) { return is_free(s) && s.process; });
      if (slot == slots_.end()) slot = std::ranges::find_if(slots_, is_free);
      if (slot == slots_.end()) return read_ahead();
      slot->job = std::move(queue_.front());
      queue_.pop_front();
      slot->job->queued = Clock::now() - slot->job->since;
      begin(*slot);
    }
  }

  /// The disk reads what the workers are given next while they are at work.
  void read_ahead() {
    const std::size_t next = std::min(queue_.size(), slots_.size());
    for (std::size_t i = 0; i < next; ++i) {
      Job& job = queue_[i];
      if (job.opened) continue;
      job.opened = open_input(job.question.file);
      if (*job.opened) will_need(**job.opened);
    }
  }

  void begin(Slot& slot) {
    Job& job = *slot.job;
    Result<InputFile> opened = job.opened ? std::move(*job.opened) : open_input(job.question.file);
    if (!opened) return end_job(slot, opened.error());
    slot.file = std::move(*opened);
    slot.limits = limits_for(slot.job->question, slot.file.size);
    send_or_start(slot);
  }

  DocumentLimits limits_for(const ExtractQuestion& question, std::int64_t size) const {
    const std::int64_t mib = std::min<std::int64_t>(size >> 20, 100);
    const milliseconds by_size = options_.time_limit + options_.time_limit_per_mib * mib;
    const ExtractLimits& own = question.limits;
    DocumentLimits limits;
    limits.cpu = own.cpu_time.count() > 0 ? own.cpu_time : by_size;
    limits.wall = own.wall_time.count() > 0 ? nanoseconds(own.wall_time)
                                            : std::max<nanoseconds>(limits.cpu * clock_per_cpu, least_clock);
    limits.memory = own.memory > 0 ? own.memory : options_.memory_limit;
    limits.output = own.output > 0 ? own.output : options_.output_limit;
    limits.open_files = own.open_files > 0 ? own.open_files : options_.open_files;
    return limits;
  }

  void send_or_start(Slot& slot) {
    slot.begin = Clock::now();
    if (!slot.process) {
      auto started = ExtractProcess::start(program_of(slot));
      if (!started) return not_started(slot, started.error());
      slot.process = std::move(*started);
      log({LogLevel::debug,
           "worker_started",
           {},
           {},
           {},
           {{"program", program_of(slot).filename().string()}}});
    }
    if (!slot.process->is_ready) return;  // The job is sent when it is.
    slot.was_sent = true;
    slot.cpu_begin = slot.process->cpu_time();
    slot.process->limit({slot.file.size + slot.limits.memory, slot.limits.cpu, slot.limits.open_files});
    const ExtractQuestion& question = slot.job->question;
    const ExtractOrder order{question.passwords,
                             static_cast<std::uint64_t>(slot.limits.output),
                             slot.part ? slot.part->pages.read : 0,
                             question.keep_partial && !slot.part,
                             slot.has_bytes ? std::vector<std::string>() : question.members,
                             question.member_limits,
                             question.attachments,
                             question.form,
                             question.page,
                             slot.wants_bytes};
    if (!slot.process->send(order, slot.file.descriptor.get())) died(slot);
  }

  /// Until a worker says something, the bell rings, or a limit may have been reached. Whose workers have said
  /// something, or have gone.
  std::vector<Slot*> wait() {
    std::vector<pollfd> sources = {{wake_up_.descriptor(), POLLIN, 0}};
    std::vector<Slot*> slots;
    nanoseconds timeout = patience_left();
    for (Slot& slot : slots_) {
      if (is_converting(slot)) {
        sources.push_back({slot.conversion->descriptor(), POLLIN, 0});
        slots.push_back(nullptr);
        timeout = std::min(timeout, slot.conversion->time_left());
      }
      if (!slot.process) continue;
      sources.push_back({slot.process->socket(), POLLIN, 0});
      slots.push_back(&slot);
      if (slot.job && !is_converting(slot)) timeout = std::min(timeout, time_left(slot));
    }
    const auto whole = std::chrono::ceil<milliseconds>(std::max(timeout, nanoseconds(0)));
    if (poll(sources.data(), sources.size(), static_cast<int>(whole.count())) <= 0) return {};
    if (sources.front().revents != 0) wake_up_.clear();
    std::vector<Slot*> speaking;
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (slots[i] != nullptr && sources[i + 1].revents != 0) speaking.push_back(slots[i]);
    return speaking;
  }

  nanoseconds time_left(Slot& slot) {
    const nanoseconds passed = Clock::now() - slot.begin;
    if (!slot.was_sent) return start_limit - passed;
    // A process with one thread uses no more CPU time than passes by the clock: it is not asked before.
    const nanoseconds cpu = passed < slot.limits.cpu ? passed : cpu_of(slot);
    return std::min(slot.limits.cpu - cpu, slot.limits.wall - passed);
  }

  static nanoseconds cpu_of(Slot& slot) { return slot.process->cpu_time() - slot.cpu_begin; }

  void check_limits(Slot& slot) {
    if (is_converting(slot)) return;
    if (time_left(slot) > nanoseconds(0)) return;
    if (!slot.was_sent) return not_started(slot, never_ready(program_of(slot)));
    const bool by_cpu = cpu_of(slot) >= slot.limits.cpu;
    give_up(slot, by_cpu ? time_error(slot.limits) : clock_error(slot.limits));
  }

  void listen(Slot& slot) {
    std::vector<WorkerFrame> frames;
    const auto received = slot.process->receive(most_bytes(slot), frames);
    for (WorkerFrame& frame : frames) {
      if (slot.process) take(slot, frame);
    }
    if (!slot.process) return;
    if (received == ExtractProcess::Received::too_long)
      give_up(slot, output_limit_error(most_bytes(slot) - framing));
    if (received == ExtractProcess::Received::ended) died(slot);
  }

  void take(Slot& slot, WorkerFrame& frame) {
    const bool is_expected = frame.kind == Frame::ready ? !slot.process->is_ready : slot.was_sent;
    if (!is_expected) return give_up(slot, invalid_reply());
    if (frame.kind == Frame::ready) return take_ready(slot, decode_ready(frame.body));
    slot.bytes += sizeof(FrameHeader) + frame.body.size();
    if (slot.bytes > most_bytes(slot)) return give_up(slot, output_limit_error(most_bytes(slot) - framing));
    switch (frame.kind) {
      case Frame::file:
        // Those of the document, not of what LibreOffice made of it.
        if (auto facts = decode_facts(frame.body); facts && !slot.is_converted)
          slot.facts = std::move(*facts);
        break;
      case Frame::page:
        take_page(slot, decode_page(std::move(frame.body)));
        break;
      case Frame::progress:
        slot.progress = decode_progress(frame.body);
        break;
      default:
        take_answer(slot, frame);
        break;
    }
  }

  void take_ready(Slot& slot, const Ready& ready) {
    if (ready.version != wire_version) return not_started(slot, other_version(program_of(slot)));
    if (!ready.refused.empty()) {
      if (slot.job && slot.job->question.need_sandbox) return not_started(slot, no_sandbox(ready.refused));
      if (options_.warn && !std::exchange(has_warned_, true)) options_.warn(unprotected(ready.refused));
    }
    slot.process->is_ready = some_was_ready_ = true;
    if (slot.job && !slot.was_sent) send_or_start(slot);
  }

  void take_page(Slot& slot, Result<Page> page) {
    if (!page) return give_up(slot, page.error());
    slot.text.pages.push_back(std::move(*page));
  }

  void take_answer(Slot& slot, const WorkerFrame& frame) {
    const nanoseconds spent = cpu_of(slot);
    Result<Answer> answer = decode_answer(frame.body, std::exchange(slot.text, {}));
    // Who has once said what no worker says is not asked again.
    const bool is_sound = answer || answer.error().error_class != ErrorClass::crash;
    if (frame.kind == Frame::last_answer || !is_sound) slot.process.reset();
    if (slot.wants_bytes) return take_bytes(slot, answer, spent);
    if (!answer && can_be_converted(slot, answer.error())) return convert(slot, spent);
    end_job(slot, std::move(answer), spent);
  }

  static bool is_converting(const Slot& slot) { return slot.conversion && !slot.is_converted; }

  static bool can_be_converted(const Slot& slot, const Error& error) {
    return error.error_class == ErrorClass::unsupported && slot.facts && !slot.conversion &&
           is_convertible(slot.facts->media_type);
  }

  void take_bytes(Slot& slot, const Result<Answer>& answer, nanoseconds spent) {
    slot.wants_bytes = false;
    if (!answer) return end_job(slot, answer.error(), spent);
    auto file = answer->image ? file_of(answer->image->bytes) : Result<InputFile>(invalid_reply());
    if (!file) return end_job(slot, file.error(), spent);
    slot.file = std::move(*file);
    slot.has_bytes = true;
    convert(slot, spent);
  }

  void convert(Slot& slot, nanoseconds spent) {
    if (!slot.job->question.members.empty() && !slot.has_bytes) {
      slot.wants_bytes = true;
      return try_again(slot, spent);
    }
    auto started =
        OfficeConversion::start(options_.worker, slot.file.descriptor.get(), slot.facts->media_type,
                                {slot.limits.cpu, slot.limits.wall, slot.limits.memory});
    if (!started) return end_job(slot, started.error(), spent);
    slot.conversion = std::move(*started);
    slot.cpu_before += spent;
    slot.was_sent = false;
  }

  /// Once LibreOffice has ended, or has had its time.
  void check_conversion(Slot& slot) {
    pollfd ended{slot.conversion->descriptor(), POLLIN, 0};
    if (poll(&ended, 1, 0) == 0 && slot.conversion->time_left() > nanoseconds(0)) return;
    if (slot.conversion->goes_on()) return;
    auto made = slot.conversion->result();
    slot.is_converted = true;
    slot.cpu_before += slot.conversion->cpu_time();
    if (!made) return end_job(slot, made.error());
    slot.file = std::move(*made);
    slot.bytes = 0;
    send_or_start(slot);
  }

  static std::uint64_t most_bytes(const Slot& slot) {
    return static_cast<std::uint64_t>(slot.limits.output) + framing;
  }

  /// A first worker that does not start is no document's fault, and none that comes after it would. Without
  /// docket-ocr, documents that have a text can be read.
  void not_started(Slot& slot, Error error) {
    slot.process.reset();
    if (some_was_ready_ || !options_.no_worker || slot.program == Program::ocr) {
      if (slot.job) end_job(slot, std::move(error));
      return;
    }
    if (!std::exchange(has_no_worker_, true)) options_.no_worker(error);
    if (slot.job) end_job(slot, cancelled());
    wake_up_.signal();  // For the others.
  }

  /// Ends a worker that goes beyond a limit, and its document.
  void give_up(Slot& slot, Error error) {
    if (!slot.job || is_converting(slot)) return slot.process.reset();
    slot.process->kill();
    log_end_of_worker(slot, "worker_killed");
    const nanoseconds spent = cpu_of(slot);
    slot.process.reset();
    end_job(slot, std::move(error), spent);
  }

  /// Whose document fails, or is read again by another one; its reason is in the document's own event.
  void log_end_of_worker(const Slot& slot, std::string_view event) const {
    log({LogLevel::warning,
         event,
         {},
         {},
         {},
         {{"program", program_of(slot).filename().string()}, {"documents", slot.process->documents}}});
  }

  void died(Slot& slot) {
    const int status = slot.process->reap();
    log_end_of_worker(slot, "worker_died");
    const nanoseconds spent = cpu_of(slot);
    const bool was_fresh = slot.process->documents <= 1;
    slot.process.reset();
    if (!slot.job || is_converting(slot)) return;
    if (!slot.was_sent) return not_started(slot, never_ready(program_of(slot)));
    if (was_fresh) return end_job(slot, death(status, slot.limits), spent);
    try_again(slot, spent);
  }

  void try_again(Slot& slot, nanoseconds spent) {
    slot.cpu_before += spent;
    slot.was_sent = false;
    slot.text = {};
    slot.bytes = 0;
    slot.progress = {};
    send_or_start(slot);
  }

  /// Of a document whose reading ended at a limit, the pages before are read again: then the text, its grade
  /// and its facts are those of a document with so many pages. They may take twice as long, for good measure.
  static bool can_be_part(const Slot& slot, const Error& error) {
    return slot.job->question.keep_partial && !slot.part && slot.progress.read > 0 &&
           !exceeded(error, slot.limits).empty();
  }

  void read_part(Slot& slot, Error why, nanoseconds spent) {
    const std::string_view limit = exceeded(why, slot.limits);
    slot.part = Part{slot.progress, limit, std::move(why)};
    slot.limits.cpu *= 2;
    slot.limits.wall *= 2;
    try_again(slot, spent);
  }

  /// Ends the slot's job with an answer and frees the slot.
  void end_job(Slot& slot, Result<Answer> answer, nanoseconds spent = nanoseconds(0)) {
    if (!answer && can_be_part(slot, answer.error())) return read_part(slot, answer.error(), spent);
    if (answer && slot.part) mark(*answer, *slot.part);
    if (!answer && slot.part) answer = slot.part->why;
    Reply reply;
    if (!answer) answer = naming(slot.job->question, answer.error());
    reply.answer = std::move(answer);
    reply.cpu_ns = (slot.cpu_before + spent).count();
    reply.queued = slot.job->queued;
    reply.file = std::move(slot.facts);
    finished_.push_back({std::move(slot.job->done), std::move(reply), Clock::now()});
    slot.job.reset();
    slot.file = {};
    slot.facts.reset();
    slot.text = {};
    slot.bytes = 0;
    slot.progress = {};
    slot.part.reset();
    slot.conversion.reset();
    slot.is_converted = false;
    slot.wants_bytes = slot.has_bytes = false;
    slot.was_sent = false;
    slot.cpu_before = nanoseconds(0);
  }

  const ExtractPoolOptions options_;
  std::vector<Slot> slots_;  // Of the loop, like all up to wake_up_.
  std::deque<Job> queue_;
  std::vector<Finished> finished_;
  bool some_was_ready_ = false;
  bool has_no_worker_ = false;
  bool has_warned_ = false;
  const Event wake_up_;
  std::mutex mutex_;
  std::vector<Job> inbox_;  // Guarded by mutex_.
  const std::stop_token hard_stop_;
  const std::stop_callback<Signal> on_hard_stop_;
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<Backend> make_extract_pool(ExtractPoolOptions options, std::stop_token hard_stop) {
  if (options.worker.empty()) options.worker = worker_program();
  if (options.ocr_worker.empty()) options.ocr_worker = worker_program("docket-ocr");
  return std::make_unique<ExtractPool>(std::move(options), std::move(hard_stop));
}

}  // namespace docket::backends
