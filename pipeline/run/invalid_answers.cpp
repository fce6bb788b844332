#include "pipeline/run/invalid_answers.h"

#include "pipeline/backend.h"

namespace docket {
namespace {

/// Counts a document once; the first is remembered.
void count(const std::string& document, std::int64_t& documents, std::string& last, std::string& first) {
  if (document.empty() || document == last) return;
  ++documents;
  last = document;
  if (first.empty()) first = document;
}

}  // namespace

void InvalidAnswers::add_failure(const std::string& document, const std::string& message) {
  constexpr std::string_view begin = "backend '";
  const std::string end = std::string("'") + gave_no_valid_answer;
  for (std::size_t at = message.find(end); at != std::string::npos; at = message.find(end, at + 1)) {
    const std::size_t name = message.rfind(begin, at);
    if (name == std::string::npos) continue;
    Sums& sums = backends_[message.substr(name + begin.size(), at - name - begin.size())];
    sums.left_alone.insert(document);
  }
}

void InvalidAnswers::add(const CallOfRun& of_run) {
  const LedgerCall& call = of_run.call;
  const bool is_invalid = call.outcome == name(ErrorClass::content);
  if (!is_invalid && call.outcome != "ok") return;
  Sums& sums = backends_[call.backend];
  ++sums.answers;
  if (!is_invalid) return;
  ++sums.invalid;
  count(call.document, sums.documents, sums.document, sums.example);
  if (of_run.is_why_failed && !sums.left_alone.contains(call.document))
    count(call.document, sums.failed, sums.failed_document, sums.failed_example);
}

nlohmann::ordered_json InvalidAnswers::of(const std::string& backend) const {
  const auto found = backends_.find(backend);
  const Sums none, &sums = found == backends_.end() ? none : found->second;
  const std::string& example = sums.failed_example.empty() ? sums.example : sums.failed_example;
  return {{"count", sums.invalid},
          {"of", sums.answers},
          {"documents", sums.documents},
          {"failed", sums.failed + static_cast<std::int64_t>(sums.left_alone.size())},
          {"example", example.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(example)}};
}

}  // namespace docket
