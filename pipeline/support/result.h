#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace docket {

/// What went wrong, by consequence. The name (see `name`) is what records, reports and tests show.
enum class ErrorClass {
  config,        ///< Command line or pipeline file. Exit 2, nothing was run.
  unreadable,    ///< The file is missing, is no regular file or may not be read.
  unsupported,   ///< The content is not of a kind that docket reads.
  encrypted,     ///< A password is needed, or the one given is wrong.
  empty,         ///< No bytes, or a document without a single page.
  damaged,       ///< The content is broken beyond what the parser can repair.
  timeout,       ///< Parsing took longer than its limit, of CPU time or by the clock.
  memory,        ///< Parsing needed more memory than its limit.
  output_limit,  ///< The document gives more text than its limit.
  limit,         ///< One of these three, in ledgers from before they were told apart.
  crash,         ///< The process that parsed the document died; the message names the signal.
  condition,     ///< A condition of the pipeline could not be evaluated for this document.
  unavailable,   ///< A backend that is needed cannot be used. Exit 4.
  unreachable,   ///< No connection to a server: host unknown, refused, time-out. Ends as `unavailable`.
  transport,     ///< No whole reply: the connection broke, or time-out.
  transient,     ///< The server asked to come back later and never answered.
  too_long,      ///< The question is longer than what the model can hold.
  withheld,      ///< The question may not leave this machine. The document is held, not failed.
  rejected,      ///< The server refuses this request; it would refuse it again.
  content,       ///< The model's answer is no answer: not JSON, cut off, against the schema.
  output,        ///< A result could not be written.
  cancelled,     ///< The run was stopped before this document was finished.
  bug,           ///< docket is wrong.
};

std::string_view name(ErrorClass error_class);

/// Why something did not work, in words that say what, where and what to do.
struct Error {
  ErrorClass error_class = ErrorClass::bug;
  std::string message;
  /// What is particular to this one case, such as amounts: with class `withheld`, whose message is the same
  /// text for all documents that are held for the same reason. Mostly empty.
  std::string detail = {};
  friend bool operator==(const Error&, const Error&) = default;
};

/// Either a value or an Error. Same member names as std::expected, which replaces it with C++23.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const T& value() const& { return std::get<0>(state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace docket
