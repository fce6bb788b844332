#include "cli/log/run_log.h"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <spdlog/sinks/systemd_sink.h>
#include <sys/stat.h>
#include <sys/syslog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <utility>
#include <vector>

#include "cli/options/mistakes.h"
#include "cli/terminal/words.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

constexpr std::size_t old_files_kept = 5;
constexpr const char* just_the_line = "%v";  ///< spdlog adds nothing to it.
constexpr const char* journal_socket = "/run/systemd/journal/socket";
constexpr const char* syslog_socket = "/dev/log";

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A log says what was done with whose papers: a new one is for its owner, unless the pipeline's
/// `output.mode` says otherwise. One that is there keeps its own permissions.
spdlog::file_event_handlers made_with(mode_t mode) {
  spdlog::file_event_handlers handlers;
  handlers.before_open = [mode](const std::string& file) {
    const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (made < 0) return;
    fchmod(made, mode);  // Whatever the umask is.
    close(made);
  };
  return handlers;
}

spdlog::sink_ptr file_sink(const LogOptions& options) {
  spdlog::sink_ptr sink;
  if (options.max_size == 0)
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file, false, made_with(options.mode));
  else
    sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        options.file, static_cast<std::size_t>(options.max_size), old_files_kept, false,
        made_with(options.mode));
  sink->set_pattern(just_the_line);
  return sink;
}

std::optional<Error> cannot_log(const LogOptions& options) {
  const auto missing = [](const char* socket) { return access(socket, W_OK) != 0; };
  if (options.to_journal && missing(journal_socket))
    return Error{ErrorClass::config, std::string("--log-to journald: there is no journal at ") +
                                         journal_socket + "; take --log-file FILE"};
  if (options.to_syslog && missing(syslog_socket))
    return Error{ErrorClass::config, std::string("--log-to syslog: nobody listens at ") + syslog_socket +
                                         "; take --log-file FILE"};
  return std::nullopt;
}

}  // namespace

/// The file stands for itself, so that it can be opened anew while others write.
struct RunLog::Sinks {
  std::shared_ptr<spdlog::sinks::dist_sink_mt> file = std::make_shared<spdlog::sinks::dist_sink_mt>();
  std::unique_ptr<spdlog::logger> logger;
  std::atomic<bool> has_failed = false;
};

void LogOptions::add_to(CLI::App& command) {
  const char* const group = "Log";
  command.add_option("--log-file", file, "Append a log to this file (docs/logs.md)")
      ->type_name("FILE")
      ->group(group);
  command
      .add_option_function<std::vector<std::string>>(
          "--log-to",
          [this](const std::vector<std::string>& targets) {
            for (const std::string& target : targets)
              (target == "syslog" ? to_syslog : to_journal) = true;
          },
          "Send it to journald or syslog")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(one_of_names({"journald", "syslog"}))
      ->type_name("WHERE")
      ->group(group);
  command
      .add_option_function<std::string>(
          "--log-level", [this](const std::string& text) { level = log_level(text); },
          "trace, debug, info (default), warning or error")
      ->check(one_of_names({"trace", "debug", "info", "warning", "error"}))
      ->type_name("LEVEL")
      ->group(group);
  command
      .add_option_function<std::string>(
          "--log-format",
          [this](const std::string& text) { format = text == "json" ? LogFormat::json : LogFormat::text; },
          "text or json; without a file, of all messages")
      ->check(one_of_names({"text", "json"}))
      ->type_name("FORM")
      ->group(group);
  command
      .add_option_function<std::string>(
          "--log-max-size",
          [this](const std::string& text) {
            const std::optional<std::int64_t> size =
                text == "0" ? std::optional<std::int64_t>(0) : parse_byte_size(text);
            if (!size)
              throw CLI::ValidationError("--log-max-size",
                                         "expected a size such as 10MB, got '" + text + "'");
            max_size = *size;
          },
          "Begin a new file then; five old ones stay (10MB)")
      ->type_name("SIZE")
      ->group(group);
}

Result<std::unique_ptr<RunLog>> RunLog::open(const LogOptions& options) {
  if (auto error = cannot_log(options)) return *error;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(options.file, ignored) && !may_be_log(options.file))
    return Error{ErrorClass::config,
                 "--log-file " + options.file +
                     ": there is a file that is no log of docket: move it away, or name another"};
  try {
    return std::unique_ptr<RunLog>(new RunLog(options));
  } catch (const std::exception& error) {
    return Error{ErrorClass::config, "--log-file " + options.file + ": " + error.what()};
  }
}

bool may_be_log(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string first;
  std::getline(stream, first);
  if (first.empty()) return stream.eof();
  const auto line = nlohmann::json::parse(first, nullptr, false);
  if (line.is_object()) return line.contains("time") && line.contains("level") && line.contains("event");
  // 2026-11-27T04:01:46.570Z info    run_begun
  constexpr std::size_t time_length = 24;
  const std::size_t end = first.find(' ', time_length + 1);
  return first.size() > time_length && is_iso_date_time(first.substr(0, time_length)) && end != first.npos &&
         log_level(first.substr(time_length + 1, end - time_length - 1));
}

RunLog::RunLog(const LogOptions& options) : options_(options), sinks_(std::make_unique<Sinks>()) {
  std::vector<spdlog::sink_ptr> all;
  if (!options.file.empty()) {
    sinks_->file->set_sinks({file_sink(options)});
    all.push_back(sinks_->file);
  }
  if (options.to_journal) all.push_back(std::make_shared<spdlog::sinks::systemd_sink_mt>("docket"));
  if (options.to_syslog)
    all.push_back(std::make_shared<spdlog::sinks::syslog_sink_mt>("docket", LOG_PID, LOG_USER, false));
  if (all.empty()) all.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  sinks_->logger = std::make_unique<spdlog::logger>("docket", all.begin(), all.end());
  sinks_->logger->set_level(spdlog::level::trace);
  sinks_->logger->set_pattern(just_the_line);
  sinks_->logger->flush_on(spdlog::level::trace);  // What a killed run was at is of use.
  sinks_->logger->set_error_handler([this](const std::string& problem) {
    if (!sinks_->has_failed.exchange(true))
      print_error("warning: the log cannot be written: " + problem + "; the run goes on without");
  });
  set_log(options.level.value_or(LogLevel::info), [this](const LogEvent& event) { write(event); });
}

RunLog::~RunLog() { set_log(LogLevel::error, {}); }

void RunLog::set_run(const std::string& id) {
  const std::lock_guard lock(mutex_);
  run_ = id;
}

void RunLog::reopen() {
  if (options_.file.empty()) return;
  try {
    sinks_->file->set_sinks({file_sink(options_)});
    log({LogLevel::info, "log_reopened"});
  } catch (const std::exception& error) {
    log({LogLevel::error, "log_not_reopened", {}, {}, {}, nlohmann::ordered_json::object(), error.what()});
  }
}

void RunLog::write(const LogEvent& event) {
  std::string run;
  {
    const std::lock_guard lock(mutex_);
    run = run_;
  }
  const bool quotes = logs(LogLevel::trace);
  sinks_->logger->log(spdlog_level(event.level), "{}",
                      format_event(event, run, now_ms(), options_.format.value_or(LogFormat::text), quotes));
}

}  // namespace docket
