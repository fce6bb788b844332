#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/answer_store.h"
#include "pipeline/backend.h"

namespace docket {

/// How often a backend was asked to read a file, for a label and for fields; a model's prompts are no part.
struct Calls {
  int extract = 0, classify = 0, fields = 0;
  friend bool operator==(const Calls&, const Calls&) = default;
};
std::ostream& operator<<(std::ostream& out, const Calls& calls);

/// Counts what tests of reruns ask, and answers from the file's text on the spot: its text is the file
/// without the blanks at its end; it is an `invoice` if it has that word, else a `letter`; its `total` is the
/// number behind that word, found as surely as the number behind `sure` says, and a model gives it as it is.
/// A file that says `fails` cannot be read, for the reason that `failure` gives.
class CountingBackend {
 public:
  /// A backend that counts here, for one run; this and the store must outlive it. What a model answers is
  /// told to the store, as calls are.
  std::unique_ptr<Backend> make(AnswerStore& store);
  /// Since the last call.
  Calls take();
  /// Documents that a model was asked about since the last call, in that order.
  std::vector<std::string> take_prompted();

  Error failure = {ErrorClass::crash, "crashed the parser"};
  std::map<std::string, Error> refusals;  ///< By backend: how it answers what is not to read a file.
  bool keeps_private = false;             ///< A model is not asked what may not leave this machine.
  std::function<void()> on_prompt = [] {};
  /// What is said to a question in place of all that; nothing: it is not.
  std::function<std::optional<Reply>(const Request&)> instead = [](const Request&) { return std::nullopt; };

 private:
  friend class CountingBackendOfRun;
  std::atomic<int> extract_ = 0, classify_ = 0, fields_ = 0;
  std::mutex mutex_;
  std::vector<std::string> prompted_;  // Guarded by mutex_.
};

}  // namespace docket
