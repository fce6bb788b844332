#include "backends/extraction/pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "backends/extraction/input.h"
#include "backends/extraction/process.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/event.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

constexpr int clock_per_cpu = 10;           ///< By the clock, a document may take so many times its CPU time.
constexpr std::uint64_t framing = 1 << 16;  ///< An answer is a little larger than its text.
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
};

struct Limits {
  nanoseconds cpu{0};
  std::int64_t memory = 0;
  std::int64_t output = 0;
};

std::string in_mib(std::int64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

Error cancelled() { return {ErrorClass::cancelled, "the run was stopped before the file was read"}; }

Error time_error(const Limits& limits) {
  return {ErrorClass::timeout, "took longer than " +
                                   format_duration(duration_cast<milliseconds>(limits.cpu)) +
                                   " of CPU time; see `time_limit` of the extract stage"};
}

Error clock_error(const Limits& limits) {
  return {ErrorClass::timeout, "gave no answer within " +
                                   format_duration(duration_cast<milliseconds>(limits.cpu * clock_per_cpu)) +
                                   "; see `time_limit` of the extract stage"};
}

Error memory_error(const Limits& limits) {
  return {ErrorClass::memory, "needed more than " + in_mib(limits.memory) +
                                  " of memory; see `memory_limit` of the extract stage"};
}

std::string signal_name(int number) {
  const char* const short_name = sigabbrev_np(number);
  return short_name ? std::string("SIG") + short_name : "signal " + std::to_string(number);
}

/// Why a document failed whose worker ended with `status`.
Error death(int status, const Limits& limits) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  if (code == static_cast<int>(WorkerExit::out_of_memory)) return memory_error(limits);
  if (code == static_cast<int>(WorkerExit::file_shrank)) {
    return {ErrorClass::unreadable, "became shorter while it was read"};
  }
  if (!WIFSIGNALED(status)) {
    return {ErrorClass::crash, "made the parser stop (exit code " + std::to_string(code) + ")"};
  }
  const int signal_number = WTERMSIG(status);
  if (signal_number == SIGKILL) {
    return {ErrorClass::crash,
            "could not be read: its parser was killed from outside, perhaps because the machine ran out of "
            "memory"};
  }
  return {ErrorClass::crash, "crashed the parser (" + signal_name(signal_number) + ")"};
}

/// "a.docx is a Word document", where the error is about the document.
Error naming(const ExtractQuestion& question, Error error) {
  switch (error.error_class) {
    case ErrorClass::unavailable:
    case ErrorClass::cancelled:
    case ErrorClass::bug:
      return error;
    default:
      break;
  }
  const std::filesystem::path named =
      question.members.empty() ? question.file : std::filesystem::path(question.members.back());
  const std::string file_name = named.filename().string();
  return {error.error_class, (is_utf8(file_name) ? file_name : "the file") + ' ' + error.message};
}

/// A place for one worker process, and the document that it works on.
struct Slot {
  std::unique_ptr<ExtractProcess> process;  ///< Null: none was needed yet, or the last one has ended.
  std::optional<Job> job;
  InputFile file;
  Limits limits;
  bool was_sent = false;      ///< To this process.
  nanoseconds cpu_begin{0};   ///< Of the process, when the job was sent.
  nanoseconds cpu_before{0};  ///< Spent on the job in a process that died.
  Clock::time_point begin;    ///< When the job was sent, or the process started for it.
  // What the worker has said of the job so far:
  std::optional<FileFacts> facts;
  Text text;
  std::uint64_t bytes = 0;  ///< Of its frames.
};

class ExtractPool final : public Backend {
 public:
  ExtractPool(ExtractPoolOptions options, std::stop_token hard_stop)
      : options_(std::move(options)),
        slots_(worker_count(options_)),
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
      reply();  // Afterwards: no worker waits for those who hear of what it has done.
      wait();
      for (Slot& slot : slots_) {
        if (slot.process) listen(slot);
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
      finished_.push_back({std::move(job.done), std::move(reply)});
    }
  }

  void reply() {
    for (Finished& one : std::exchange(finished_, {}))
      one.done(std::move(one.reply));
  }

  /// Gives waiting jobs to workers: first to those that are ready, then to new ones.
  void assign_jobs() {
    while (!queue_.empty()) {
      const auto is_free = [](const Slot& slot) { return !slot.job; };
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

  Limits limits_for(const ExtractQuestion& question, std::int64_t size) const {
    const std::int64_t mib = std::min<std::int64_t>(size >> 20, 100);
    const milliseconds by_size = options_.time_limit + options_.time_limit_per_mib * mib;
    return {question.time_limit.count() > 0 ? question.time_limit : by_size,
            question.memory_limit > 0 ? question.memory_limit : options_.memory_limit, options_.output_limit};
  }

  void send_or_start(Slot& slot) {
    slot.begin = Clock::now();
    if (!slot.process) {
      auto started = ExtractProcess::start(options_.worker);
      if (!started) return not_started(slot, started.error());
      slot.process = std::move(*started);
    }
    if (!slot.process->is_ready) return;  // The job is sent when it is.
    slot.was_sent = true;
    slot.cpu_begin = slot.process->cpu_time();
    const ExtractQuestion& question = slot.job->question;
    const ExtractOrder order{question.password, static_cast<std::uint64_t>(slot.limits.output),
                             question.members, question.member_limits, question.attachments};
    if (!slot.process->send(order, slot.file.descriptor.get(), slot.file.size, slot.limits.memory))
      died(slot);
  }

  /// Until a worker says something, the bell rings, or a limit may have been reached: a process with one
  /// thread cannot use more CPU time than passes by the clock.
  void wait() {
    std::vector<pollfd> sources = {{wake_up_.descriptor(), POLLIN, 0}};
    nanoseconds timeout = std::chrono::hours(1);
    for (Slot& slot : slots_) {
      if (!slot.process) continue;
      sources.push_back({slot.process->socket(), POLLIN, 0});
      if (slot.job) timeout = std::min(timeout, time_left(slot));
    }
    const auto whole = std::chrono::ceil<milliseconds>(std::max(timeout, nanoseconds(0)));
    poll(sources.data(), sources.size(), static_cast<int>(whole.count()));
    wake_up_.clear();
  }

  nanoseconds time_left(Slot& slot) {
    const nanoseconds passed = Clock::now() - slot.begin;
    if (!slot.was_sent) return start_limit - passed;
    return std::min(slot.limits.cpu - cpu_of(slot), slot.limits.cpu * clock_per_cpu - passed);
  }

  static nanoseconds cpu_of(Slot& slot) { return slot.process->cpu_time() - slot.cpu_begin; }

  void check_limits(Slot& slot) {
    if (time_left(slot) > nanoseconds(0)) return;
    if (!slot.was_sent) return not_started(slot, never_ready(options_.worker));
    const bool by_cpu = cpu_of(slot) >= slot.limits.cpu;
    give_up(slot, by_cpu ? time_error(slot.limits) : clock_error(slot.limits));
  }

  void listen(Slot& slot) {
    std::vector<WorkerFrame> frames;
    const auto received = slot.process->receive(most_bytes(), frames);
    for (WorkerFrame& frame : frames) {
      if (slot.process) take(slot, frame);
    }
    if (!slot.process) return;
    if (received == ExtractProcess::Received::too_long)
      give_up(slot, output_limit_error(most_bytes() - framing));
    if (received == ExtractProcess::Received::ended) died(slot);
  }

  void take(Slot& slot, const WorkerFrame& frame) {
    if (frame.kind == Frame::ready) return take_ready(slot, frame.body);
    if (!slot.was_sent) return;  // Of no job: a worker that says more than it was asked.
    slot.bytes += sizeof(FrameHeader) + frame.body.size();
    if (slot.bytes > most_bytes()) return give_up(slot, output_limit_error(most_bytes() - framing));
    switch (frame.kind) {
      case Frame::file:
        if (auto facts = decode_facts(frame.body)) slot.facts = std::move(*facts);
        break;
      case Frame::page:
        take_page(slot, decode_page(frame.body));
        break;
      default:
        take_answer(slot, frame);
        break;
    }
  }

  void take_ready(Slot& slot, std::string_view version) {
    if (version != wire_version) return not_started(slot, other_version(options_.worker));
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
    end_job(slot, std::move(answer), spent);
  }

  std::uint64_t most_bytes() const { return static_cast<std::uint64_t>(options_.output_limit) + framing; }

  /// A first worker that does not start is no document's fault, and none that comes after it would.
  void not_started(Slot& slot, Error error) {
    slot.process.reset();
    if (some_was_ready_ || !options_.no_worker) {
      if (slot.job) end_job(slot, std::move(error));
      return;
    }
    if (!std::exchange(has_no_worker_, true)) options_.no_worker(error);
    if (slot.job) end_job(slot, cancelled());
    wake_up_.signal();  // For the others.
  }

  /// Ends a worker that goes beyond a limit, and its document.
  void give_up(Slot& slot, Error error) {
    if (!slot.job) return slot.process.reset();
    slot.process->kill();
    const nanoseconds spent = cpu_of(slot);
    slot.process.reset();
    end_job(slot, std::move(error), spent);
  }

  void died(Slot& slot) {
    const int status = slot.process->reap();
    const nanoseconds spent = cpu_of(slot);
    const bool was_fresh = slot.process->documents <= 1;
    slot.process.reset();
    if (!slot.job) return;
    if (!slot.was_sent) return not_started(slot, never_ready(options_.worker));
    if (was_fresh) return end_job(slot, death(status, slot.limits), spent);
    slot.cpu_before = spent;
    slot.was_sent = false;
    slot.text = {};
    slot.bytes = 0;
    send_or_start(slot);
  }

  /// Ends the slot's job with an answer and frees the slot.
  void end_job(Slot& slot, Result<Answer> answer, nanoseconds spent = nanoseconds(0)) {
    Reply reply;
    if (!answer) answer = naming(slot.job->question, answer.error());
    reply.answer = std::move(answer);
    reply.cpu_ns = (slot.cpu_before + spent).count();
    reply.queued = slot.job->queued;
    reply.file = std::move(slot.facts);
    finished_.push_back({std::move(slot.job->done), std::move(reply)});
    slot.job.reset();
    slot.file = {};
    slot.facts.reset();
    slot.text = {};
    slot.bytes = 0;
    slot.was_sent = false;
    slot.cpu_before = nanoseconds(0);
  }

  const ExtractPoolOptions options_;
  std::vector<Slot> slots_;  // Of the loop, like all up to wake_up_.
  std::deque<Job> queue_;
  std::vector<Finished> finished_;
  bool some_was_ready_ = false;
  bool has_no_worker_ = false;
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
  return std::make_unique<ExtractPool>(std::move(options), std::move(hard_stop));
}

}  // namespace docket::backends
