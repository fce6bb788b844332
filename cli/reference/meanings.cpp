#include "cli/reference/meanings.h"

#include "cli/exit_code.h"
#include "pipeline/support/result.h"

namespace docket::reference {
namespace {

/// A new class is not compiled until it is described here.
std::string_view meaning(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::config:
      return "command line or pipeline file; exit code 2, nothing was run";
    case ErrorClass::unreadable:
      return "the file is missing, is no regular file, may not be read, or changed while it was read; tried "
             "again by the "
             "next run";
    case ErrorClass::unsupported:
      return "the content is of a kind that docket does not read; parked at once";
    case ErrorClass::encrypted:
      return "a password is needed, or none of those given opens the file; parked at once";
    case ErrorClass::empty:
      return "no bytes, or a document without a single page; parked at once";
    case ErrorClass::damaged:
      return "the content is broken beyond repair; parked at once";
    case ErrorClass::timeout:
      return "reading the file took longer than its limit; tried three times";
    case ErrorClass::memory:
      return "reading the file needed more memory than its limit; tried three times";
    case ErrorClass::output_limit:
      return "the document has more text, or more in it, than its limit; tried three times";
    case ErrorClass::limit:
      return "timeout, memory or output_limit, in ledgers from before they were told apart";
    case ErrorClass::crash:
      return "the process that read the file died; the message names the signal; tried three times";
    case ErrorClass::condition:
      return "a condition of the pipeline could not be evaluated for this document";
    case ErrorClass::unavailable:
      return "a backend that is needed cannot be used; exit code 4";
    case ErrorClass::unreachable:
      return "no connection to a server: host unknown, refused, or none in time; the run ends as with "
             "unavailable";
    case ErrorClass::transport:
      return "no whole reply: the connection broke, or time was up";
    case ErrorClass::transient:
      return "the server asked to come back later and never answered";
    case ErrorClass::too_long:
      return "the question is longer than what the model can hold";
    case ErrorClass::withheld:
      return "the question may not leave this machine: the document is held, not failed";
    case ErrorClass::rejected:
      return "the server refuses this request, and would refuse it again";
    case ErrorClass::content:
      return "the model's answer is no answer: no JSON, cut off, or against the schema";
    case ErrorClass::output:
      return "a result could not be written";
    case ErrorClass::cancelled:
      return "the run was stopped before this document was finished";
    case ErrorClass::bug:
      return "docket is wrong: please report it";
  }
  return {};
}

std::string_view meaning(ExitCode code) {
  switch (code) {
    case exit_up_to_date:
      return "everything is up to date";
    case exit_failed:
      return "documents failed (the record and the report say why), or are what --fail-on names; or not all "
             "of the input could be read, or there was none; or a result could not be written";
    case exit_usage:
      return "usage or pipeline error, an INPUT that does not exist, or an output folder, a ledger or a "
             "--report that cannot be written at all; nothing was run";
    case exit_held:
      return "documents are held: they need a model that must not or cannot be asked";
    case exit_unavailable:
      return "a backend that is needed, or docket-extract, is unavailable";
    case exit_locked:
      return "another run holds the output";
    case exit_interrupted:
      return "stopped by SIGINT; all finished work is kept";
    case exit_terminated:
      return "stopped by SIGTERM (129: by SIGHUP); all finished work is kept";
  }
  return {};
}

}  // namespace

std::vector<Meaning> exit_codes() {
  std::vector<Meaning> all;
  for (const ExitCode code : {exit_up_to_date, exit_failed, exit_usage, exit_held, exit_unavailable,
                              exit_locked, exit_interrupted, exit_terminated})
    all.push_back({std::to_string(code), std::string(meaning(code))});
  return all;
}

std::vector<Meaning> error_classes() {
  std::vector<Meaning> all;
  for (int i = 0; i <= static_cast<int>(ErrorClass::bug); ++i) {
    const auto error_class = static_cast<ErrorClass>(i);
    all.push_back({std::string(name(error_class)), std::string(meaning(error_class))});
  }
  return all;
}

std::vector<Meaning> environment() {
  return {
      {"NO_COLOR", "if set and not empty, no colours"},
      {"TERM", "`dumb`, or not set: progress is shown in plain lines"},
      {"TZ", "the time zone, of which conditions may ask"},
      {"https_proxy, http_proxy, no_proxy",
       "the proxy for requests to cloud backends, as curl reads them; local ones are asked without"},
      {"OTEL_EXPORTER_OTLP_ENDPOINT",
       "a collector of OpenTelemetry, which is told what a run did; OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, "
       "OTEL_EXPORTER_OTLP_HEADERS, "
       "OTEL_SERVICE_NAME and OTEL_SDK_DISABLED as their standard says"},
      {"Any other", "what the pipeline file names as `${NAME}`, such as the key of a cloud model"},
  };
}

std::vector<Meaning> files() {
  return {
      {"OUTPUT/PATH.json", "the record of the document PATH"},
      {"OUTPUT/PATH.txt", "its text; PATH.words.json: where each word stands"},
      {"OUTPUT/results.jsonl", "all records, one a line"},
      {"OUTPUT/report.json",
       "what the last run did; calls.jsonl and routing.jsonl: each call and each choice of it"},
      {"OUTPUT/.docket/ledger.db", "the state of all runs, an SQLite database"},
  };
}

}  // namespace docket::reference
